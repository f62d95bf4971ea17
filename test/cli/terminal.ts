// A terminal that is not there: what a person types, and what they see.
import { PassThrough, Readable, Writable } from 'node:stream'

import type { Surroundings } from '../../src/cli/surroundings.ts'

export interface Seen {
  readonly surroundings: Surroundings
  readonly stdout: () => string
  readonly stderr: () => string
  /** every time that the echo was switched */
  readonly echoes: readonly boolean[]
  /** types one more line, when the terminal was opened without any */
  type(line: string): void
  signal(name: string): void
}

export interface TerminalOptions {
  readonly argv?: readonly string[]
  readonly cwd?: string
  /** what is piped in; null: a terminal at which `type` types */
  readonly stdin?: string | null
  readonly tty?: boolean
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly user?: string
  readonly hidesTyping?: boolean
  readonly now?: () => number
}

export function openTerminal(options: TerminalOptions = {}): Seen {
  const { tty = false, stdin = '', hidesTyping = true } = options
  const typed = new PassThrough()
  const out = collector()
  const err = collector()
  const echoes: boolean[] = []
  const listeners = new Map<string, Set<() => void>>()
  const surroundings: Surroundings = {
    argv: options.argv ?? [],
    env: options.env ?? {},
    cwd: options.cwd ?? '/',
    stdin: stdin === null ? typed : Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]),
    stdout: out.stream,
    stderr: err.stream,
    isTty: { stdin: tty, stdout: tty, stderr: tty },
    columns: tty ? 80 : null,
    user: options.user ?? 'alice',
    pid: 1,
    platform: 'linux',
    programs: { uid: 1000, gid: 1000, node: process.execPath, architecture: 'x64' },
    now: options.now ?? Date.now,
    nodeVersion: '24.0.0',
    echo: (on) => {
      echoes.push(on)
      return hidesTyping
    },
    onSignal(name, listener) {
      const known = listeners.get(name) ?? new Set()
      listeners.set(name, known.add(listener))
      return () => known.delete(listener)
    },
  }
  return {
    surroundings,
    stdout: out.text,
    stderr: err.text,
    echoes,
    type: (line) => typed.write(`${line}\n`),
    signal: (name) => [...(listeners.get(name) ?? [])].forEach((listener) => listener()),
  }
}

function collector(): { stream: Writable; text: () => string } {
  const parts: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      parts.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(parts).toString() }
}
