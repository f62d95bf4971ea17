// The `holdpoint` command: the only file of it that takes anything from the process.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'

import { createClock } from '../system/clock.ts'
import { exitCodes } from './exit-codes.ts'
import { runCommandLine } from './run.ts'
import type { Surroundings } from './surroundings.ts'

const packageFolder = join(import.meta.dirname, '../..')

/** npm runs scripts in the package's folder and says where its caller stood. */
function callersFolder(): string {
  const { INIT_CWD, npm_lifecycle_event, npm_package_json } = process.env
  const here = process.cwd()
  const byNpm =
    npm_lifecycle_event !== undefined && npm_package_json === join(packageFolder, 'package.json')
  const moved = byNpm && here === packageFolder && INIT_CWD !== undefined && isAbsolute(INIT_CWD)
  return moved ? INIT_CWD : here
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'operator'
  }
}

/** Not raw mode, in which the terminal would no longer handle backspace and Ctrl-C. */
function echo(on: boolean): boolean {
  const { status } = spawnSync('stty', [on ? 'echo' : '-echo'], {
    stdio: ['inherit', 'ignore', 'ignore'],
  })
  return status === 0
}

function onSignal(signal: NodeJS.Signals, listener: () => void): () => void {
  process.on(signal, listener)
  return () => process.off(signal, listener)
}

const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
  version: string
}

const clock = createClock(null)

const surroundings: Surroundings = {
  argv: process.argv.slice(2),
  env: process.env,
  cwd: callersFolder(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  isTty: {
    stdin: process.stdin.isTTY,
    stdout: process.stdout.isTTY,
    stderr: process.stderr.isTTY,
  },
  // A terminal that knows no size says 0.
  columns: process.stdout.isTTY && process.stdout.columns > 0 ? process.stdout.columns : null,
  user: userName(),
  pid: process.pid,
  platform: process.platform,
  programs: {
    uid: process.getuid?.() ?? -1,
    gid: process.getgid?.() ?? -1,
    node: process.execPath,
    architecture: process.arch,
  },
  now: () => clock.milliseconds(),
  nodeVersion: process.versions.node,
  echo,
  onSignal,
}

// Whoever read us has gone: there is nobody left to tell, and nothing is wrong.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed)
  })
}

const code = await runCommandLine(surroundings, version, async () =>
  (await import('./real-world.ts')).createRealWorld(),
)
process.stdout.write('', () => process.exit(code))
