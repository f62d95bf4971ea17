// Runs outside the sandbox's view and inside its network: opens the listeners there, hands them to
// `holdpoint run`, then starts the sandbox proper below itself, and ends with its exit code. It
// takes one order at a time from the process channel, which the sandbox does not inherit. A process
// of its own, of Node alone: what it imports is built in, because only this file is copied to it.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { Readable } from 'node:stream'

/** A place in the sandbox's network where something of ours answers. */
export interface Place {
  readonly address: string
  readonly port: number
}

export type Order = Readonly<
  | { kind: 'listen'; places: readonly Place[] }
  | {
      kind: 'start'
      program: string
      /** a file with bwrap's arguments, each ended by a NUL: there may be very many */
      arguments: string
      command: readonly string[]
      filter: string
      environment: Readonly<Record<string, string>>
    }
  | { kind: 'signal'; signal: NodeJS.Signals }
>

export type Word = Readonly<
  | { kind: 'ready' }
  | { kind: 'listening'; at: number }
  | { kind: 'listened' }
  | { kind: 'started' }
  | { kind: 'failed'; why: string }
>

let sandbox: ChildProcess | null = null
/** of the first process of the sandbox, as seen from outside it; null until it is known */
let first: number | null = null

function say(word: Word): void {
  if (process.send === undefined) process.exit(70)
  process.send(word)
}

/** Handed over and given up: what comes must not be taken here, where nobody answers it. */
function handOver(server: Server, at: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const word: Word = { kind: 'listening', at }
    process.send?.(word, server, {}, (error) => {
      if (error !== null) reject(error)
      else server.close(() => resolve())
    })
  })
}

async function listen(places: readonly Place[]): Promise<void> {
  for (const [at, { address, port }] of places.entries()) {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, address, resolve)
    })
    await handOver(server, at)
  }
  say({ kind: 'listened' })
}

function start(order: Extract<Order, { kind: 'start' }>): void {
  const filter = openSync(order.filter, 'r')
  const list = openSync(order.arguments, 'r')
  // The signals of a terminal are for the command; what stands between must outlive them.
  const script = 'trap "" INT QUIT HUP TERM; exec "$@"'
  const args = ['-c', script, 'sh', order.program, '--args', '4', '--seccomp', '3']
  const child = spawn('/bin/sh', [...args, '--info-fd', '5', '--', ...order.command], {
    stdio: ['inherit', 'inherit', 'inherit', filter, list, 'pipe'],
    env: order.environment,
  })
  sandbox = child
  closeSync(filter)
  closeSync(list)
  let information = ''
  const told = (child.stdio as readonly unknown[])[5]
  if (!(told instanceof Readable)) throw new TypeError('a pipe was asked for')
  told.on('data', (chunk: Buffer) => {
    information += chunk.toString()
    first = Number(/"child-pid": *(\d+)/.exec(information)?.[1] ?? NaN) || null
  })
  child.once('error', (error) => {
    say({ kind: 'failed', why: error.message })
    process.exit(70)
  })
  child.once('exit', (code, signal) => {
    process.exit(code ?? (signal === null ? 70 : 137))
  })
  say({ kind: 'started' })
}

/** To the command itself: the only child of the sandbox's first process. */
function signal(name: NodeJS.Signals): void {
  if (first === null) return
  try {
    const [command] = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').split(' ')
    if (command !== undefined && command !== '') process.kill(Number(command), name)
  } catch {
    // It has ended meanwhile.
  }
}

function obey(order: Order): void {
  switch (order.kind) {
    case 'listen':
      listen(order.places).catch((error: unknown) => {
        say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) })
      })
      return
    case 'start':
      start(order)
      return
    case 'signal':
      signal(order.signal)
  }
}

/**
 * Whatever the caller's caller had open and did not mean to give away. What Node opens itself is
 * closed on exec already.
 */
function closeInherited(): void {
  const closedOnExec = 0o2000000
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name)
    if (fd <= 2) continue
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))
      if ((Number.parseInt(flags?.[1] ?? '0', 8) & closedOnExec) === 0) closeSync(fd)
    } catch {
      // The list itself was open while it was read.
    }
  }
}

closeInherited()
for (const name of ['SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGTERM'] as const) {
  process.on(name, () => undefined)
}
process.on('message', (order) => obey(order as Order))
// Whoever gives the orders has gone: so has the reason for the sandbox.
process.on('disconnect', () => {
  sandbox?.kill('SIGKILL')
  process.exit(70)
})
say({ kind: 'ready' })
