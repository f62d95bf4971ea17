// Starts a command in two nested sandboxes of bubblewrap. The outer one is a network of its own,
// with nothing in it but the listeners that the usher opens and hands over here; it is ours. The
// inner one has the command, without a capability, and with the outer one's network.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { Server } from 'node:net'
import { stripTypeScriptTypes } from 'node:module'
import { delimiter, isAbsolute, join } from 'node:path'

import { Fault, unreachable } from '../domain/fault.ts'
import type { Order, Place, Word } from './usher.ts'

export interface Launch {
  /** of bwrap */
  readonly program: string
  /** of Node */
  readonly node: string
  /** private, outside the sandbox; what is written there outlives nobody */
  readonly folder: string
  readonly uid: number
  /** true: the terminal is the command's, and so are its signals */
  readonly terminal: boolean
  readonly places: readonly Place[]
}

/** A network with listeners in it, and nothing that runs there yet. */
export interface Threshold {
  /** in the order of `places` */
  readonly listeners: readonly Server[]
  start(command: Readonly<StartedCommand>): void
  signal(signal: NodeJS.Signals): void
  /** Resolves with the command's exit code, 128 and its number where a signal ended it. */
  readonly ended: Promise<number>
  kill(): void
}

export interface StartedCommand {
  /** of the inner bwrap */
  readonly args: readonly string[]
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly filter: Uint8Array
}

/** Where bwrap is; a Fault that says how to get it where it is not, or does not work. */
export function findBubblewrap(path: string): string {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    const file = join(folder, 'bwrap')
    if (isProgram(file)) return file
  }
  throw new Fault(
    'no-sandbox',
    'bubblewrap is not installed, and without it nothing keeps an agent in; install it ' +
      '(`apt install bubblewrap`, `dnf install bubblewrap`, `apk add bubblewrap`), ' +
      'or read what `--unsandboxed` gives up',
  )
}

function isProgram(file: string): boolean {
  try {
    const stat = statSync(file)
    return stat.isFile() && (stat.mode & 0o111) !== 0
  } catch {
    return false
  }
}

const readySeconds = 20

export async function openThreshold(launch: Launch): Promise<Threshold> {
  const { folder, places } = launch
  const program = join(folder, 'usher.mjs')
  const source = readFileSync(join(import.meta.dirname, 'usher.ts'), 'utf8')
  writeFileSync(program, stripTypeScriptTypes(source))
  const child = spawnOuter(launch, program)
  const said = listenTo(child, launch)
  try {
    await said.ready
    const listeners = await said.listeners({ kind: 'listen', places })
    return thresholdOf(child, listeners, folder, launch)
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

function spawnOuter({ program, node, folder, terminal }: Launch, usher: string): ChildProcess {
  const script = 'trap "" INT QUIT HUP TERM; exec "$@"'
  const own = ['--unshare-user', '--uid', '0', '--gid', '0', '--unshare-net', '--die-with-parent']
  // To listen below 1024, and to let the inner sandbox map its user onto this one.
  const powers = ['NET_BIND_SERVICE', 'SETFCAP'].flatMap((name) => ['--cap-add', `CAP_${name}`])
  const view = ['--dev-bind', '/', '/', '--chdir', folder, '--cap-drop', 'ALL', ...powers]
  return spawn('/bin/sh', ['-c', script, 'sh', program, ...own, ...view, node, usher], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: !terminal,
    env: {},
  })
}

interface Said {
  readonly ready: Promise<void>
  listeners(order: Order): Promise<readonly Server[]>
}

function listenTo(child: ChildProcess, { places }: Launch): Said {
  const listeners: Server[] = []
  let readied: () => void = () => undefined
  let listened: () => void = () => undefined
  let failed: (fault: Fault) => void = () => undefined
  const ready = new Promise<void>((resolve, reject) => {
    readied = resolve
    failed = reject
  })
  const all = new Promise<void>((resolve, reject) => {
    listened = resolve
    void ready.catch(reject)
    failed = ((before) => (fault) => {
      before(fault)
      reject(fault)
    })(failed)
  })
  all.catch(() => undefined)
  const timer = setTimeout(() => failed(broken('it did not start in time')), readySeconds * 1000)
  child.once('exit', (code) => failed(broken(`bwrap ended with ${String(code)}`)))
  child.once('error', (error) => failed(broken(error.message)))
  child.on('message', (message, handle) => {
    const word = message as Word
    switch (word.kind) {
      case 'ready':
        readied()
        return
      case 'listening':
        if (handle instanceof Server) listeners[word.at] = handle
        return
      case 'listened':
        clearTimeout(timer)
        listened()
        return
      case 'failed':
        failed(broken(word.why))
        return
      case 'started':
        return
      default:
        return unreachable(word)
    }
  })
  return {
    ready,
    async listeners(order) {
      child.send(order)
      await all
      if (listeners.length !== places.length) throw broken('not every listener arrived')
      return listeners
    },
  }
}

function thresholdOf(
  child: ChildProcess,
  listeners: readonly Server[],
  folder: string,
  { program, terminal }: Launch,
): Threshold {
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 70 : 137)))
  })
  const order = (one: Order): void => {
    if (child.connected) child.send(one)
  }
  return {
    ...{ listeners, ended },
    start({ args, command, environment, filter }) {
      const files = { arguments: join(folder, 'arguments'), filter: join(folder, 'filter') }
      writeFileSync(files.arguments, args.map((one) => one + '\0').join(''))
      writeFileSync(files.filter, filter)
      order({ kind: 'start', program, ...files, command: awake(command), environment })
    },
    signal(signal) {
      if (terminal || child.pid === undefined) order({ kind: 'signal', signal })
      else killGroup(child.pid, signal)
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

/** What stands above the command ignores the signals of a terminal; the command must not. */
function awake(command: readonly string[]): readonly string[] {
  return ['/usr/bin/env', '--default-signal=INT,QUIT,HUP,TERM', ...command]
}

/** All that the command has begun, as a terminal would. */
function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}

function broken(why: string): Fault {
  const closed = existsSync('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')
  const hint = closed
    ? '; this system keeps users from making namespaces: see docs/run.md, AppArmor'
    : '; does `bwrap --unshare-user --unshare-net --dev-bind / / true` work here?'
  return new Fault('no-sandbox', `the sandbox could not be started: ${why}${hint}`)
}
