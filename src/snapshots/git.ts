// The shadow repository: git's own store of objects, outside every work tree. Git never sees the
// work tree: content reaches it through a pipe, and leaves through one, so that no attribute,
// filter, hook, ignore rule, submodule or configuration of the work tree has anything to say.
import { execFile, spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { accessSync, constants, existsSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

import { Fault } from '../domain/fault.ts'

export interface Git {
  /** What it printed; rejects with a Fault when it fails. */
  run(args: readonly string[], input?: string): Promise<Buffer>
  start(args: readonly string[]): ChildProcessWithoutNullStreams
}

const outputBytesMax = 512 * 1_048_576

const settings = [
  ['core.fsync', 'all'],
  ['core.compression', '1'],
  ['core.bare', 'true'],
  ['core.hooksPath', '/dev/null'],
  ['core.protectNTFS', 'false'],
  ['core.protectHFS', 'false'],
  ['fastimport.unpackLimit', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['pack.threads', '1'],
] as const

/** `program` is absolute; `folder` is the repository. */
export function createGit(program: string, folder: string): Git {
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    LC_ALL: 'C',
    GIT_DIR: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  }
  const fixed = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return {
    run: (args, input) =>
      new Promise((resolve, reject) => {
        const child = execFile(
          program,
          [...fixed, ...args],
          { cwd: folder, env, encoding: 'buffer', maxBuffer: outputBytesMax },
          (error, stdout, stderr) => {
            if (error === null) resolve(stdout)
            else reject(gitFault(args[0] ?? '', stderr.toString('utf8') || error.message))
          },
        )
        child.stdin?.on('error', () => undefined)
        child.stdin?.end(input ?? '')
      }),
    start: (args) => spawn(program, [...fixed, ...args], { cwd: folder, env }),
  }
}

export function gitFault(command: string, says: string): Fault {
  const line = says.trim().split('\n').at(-1) ?? ''
  if (/No space left/i.test(says)) {
    return new Fault('snapshot-disk-full', 'there is no space left for a snapshot: make some')
  }
  return new Fault(
    'snapshot-git',
    `the shadow repository answers \`${line}\` to \`git ${command}\``,
  )
}

/**
 * The first `git` in the search path that the work tree does not bring itself.
 */
export function findGit(searchPath: string, workTree: string): string {
  for (const folder of searchPath.split(delimiter)) {
    const file = join(folder, 'git')
    if (!isAbsolute(folder) || !existsSync(file)) continue
    try {
      const real = realpathSync(file)
      accessSync(real, constants.X_OK)
      if (real !== workTree && !real.startsWith(`${workTree}/`)) return real
    } catch {
      continue
    }
  }
  throw new Fault('snapshot-no-git', 'snapshots need `git` 2.39 or later: install it')
}
