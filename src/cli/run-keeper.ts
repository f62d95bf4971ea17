// Keeps the work tree of a run before a program destroys something in it: what the shims of the
// sandbox ask. It refuses nothing; whoever asks goes on when the connection ends.
//   asked: the folder, the program's name, its words, each ended by a NUL; then the end
import { chmodSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'

import { advise } from '../advice/advise.ts'
import type { Circumstances } from '../advice/advice.ts'
import type { Action } from '../domain/action.ts'
import { worstEffect } from '../domain/effect.ts'
import type { EffectKind } from '../domain/effect.ts'
import type { HookReading } from '../doors/hook/parts.ts'
import type { Snapshot } from '../snapshots/snapshots.ts'

export interface KeeperOptions {
  /** absolute, of the socket */
  readonly path: string
  readonly around: Circumstances
  readonly read: Pick<HookReading, 'shell'>
  readonly take: (why: string) => Promise<Snapshot>
  readonly record: (kept: Kept) => Promise<void>
  readonly milliseconds: () => number
}

export interface Kept {
  readonly text: string
  readonly effect: EffectKind | null
  readonly snapshot: string
}

export interface Keeper {
  /** how often it should have kept something and could not */
  missed(): number
  close(): Promise<void>
}

const askedBytesMax = 1_048_576
const askedSecondsMax = 5
const connectionsMax = 256
/** A program that removes a thousand files one by one must not wait a thousand times. */
const pauseMilliseconds = 1000
const pauseRatio = 10

export async function openKeeper(options: KeeperOptions): Promise<Keeper> {
  const open = new Set<Socket>()
  const keeping = createKeeping(options)
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket)).on('error', () => socket.destroy())
    void answer(socket, keeping)
  })
  server.maxConnections = connectionsMax
  server.listen(options.path)
  await once(server, 'listening')
  chmodSync(options.path, 0o600)
  return {
    missed: () => keeping.missed(),
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
      await keeping.done()
    },
  }
}

async function answer(socket: Socket, keeping: Keeping): Promise<void> {
  socket.setTimeout(askedSecondsMax * 1000, () => socket.destroy())
  try {
    const asked = await readAll(socket)
    socket.setTimeout(0)
    const [directory = '', ...words] = asked.split('\0').slice(0, -1)
    if (directory.startsWith('/') && words.length > 0) await keeping.keep(directory, words)
    socket.end()
  } catch {
    socket.destroy()
  }
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    const bytes = chunk as Buffer
    size += bytes.length
    // What there is of it says enough: that it is much.
    if (size > askedBytesMax) break
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString()
}

interface Keeping {
  /** Never rejects. */
  keep(directory: string, words: readonly string[]): Promise<void>
  missed(): number
  done(): Promise<void>
}

function createKeeping({ around, read, take, record, milliseconds }: KeeperOptions): Keeping {
  let missed = 0
  let quietUntil = 0
  let taking: Promise<Snapshot | null> | null = null

  async function takeNow(why: string): Promise<Snapshot | null> {
    const began = milliseconds()
    try {
      return await take(why)
    } catch {
      missed++
      return null
    } finally {
      const took = milliseconds() - began
      quietUntil = began + took + Math.max(pauseMilliseconds, took * pauseRatio)
      taking = null
    }
  }

  async function destroys(text: string, directory: string): Promise<readonly Action[] | null> {
    const standing = { directory, workTree: around.workTree }
    const actions = await read.shell(text, standing).catch(() => null)
    if (actions === null) return []
    const advice = advise(actions, around)
    return advice.kind === 'pass' && !advice.snapshot ? null : actions
  }

  return {
    missed: () => missed,
    done: async () => {
      await taking
    },
    async keep(directory, words) {
      const text = words.map(quoted).join(' ')
      const actions = await destroys(text, directory)
      if (actions === null) return
      // What is being kept was looked at before this was asked: it may lack what was just made.
      await taking
      if (taking === null && milliseconds() < quietUntil) return
      const asked = (taking ??= takeNow(`before: ${text.slice(0, 160)}`))
      const snapshot = await asked
      // Nothing had changed since the last one, which is written down already.
      if (snapshot === null || snapshot.again.length > 0) return
      const [first, ...rest] = actions.flatMap(({ effects }) => effects)
      const effect = first === undefined ? null : worstEffect(first, ...rest).kind
      await record({ text, effect, snapshot: snapshot.id }).catch(() => undefined)
    },
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
