// One worker that reads long texts, one after another. One that takes too long, or whose parser has
// failed, is ended, and the next text finds another.
import { Worker } from 'node:worker_threads'

import type { Catalogue, SqlPlace, SqlRead } from '../providers/postgres/index.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

export interface ReadingWorkerOptions {
  /** how long one text may take, in milliseconds */
  readonly deadlineMs?: number
  /** how many texts may wait */
  readonly waitingMax?: number
}

export type WorkerAnswer =
  Readonly<{ kind: 'read'; read: SqlRead }> | Readonly<{ kind: 'unread'; why: string }>

export interface ReadingWorker {
  /** Never rejects. */
  read(text: string, catalogue: Catalogue | null, place: SqlPlace): Promise<WorkerAnswer>
  close(): Promise<void>
}

interface Waiting {
  readonly text: string
  readonly catalogue: Catalogue | null
  readonly place: SqlPlace
  answer(answer: WorkerAnswer): void
}

const cataloguesMax = 8
/** Starting takes its time, and is not the text's fault. */
const startMs = 15_000
/** Deep expressions take a deep stack. */
const resourceLimits = { stackSizeMb: 64, maxOldGenerationSizeMb: 512 }

export function createReadingWorker(options: ReadingWorkerOptions): ReadingWorker {
  const { deadlineMs = 1000, waitingMax = 32 } = options
  const waiting: Waiting[] = []
  let current: Waiting | null = null
  let worker: Promise<Running> | null = null
  let closed = false

  async function work(): Promise<void> {
    if (current !== null) return
    for (;;) {
      const next = waiting.shift() ?? null
      current = next
      if (next === null) return
      next.answer(await attempt(next))
    }
  }

  async function attempt(one: Waiting): Promise<WorkerAnswer> {
    worker ??= start()
    const running = await worker.catch(() => null)
    if (running === null || closed) return give('the reader of long texts did not start')
    const message = await running.ask(one, deadlineMs)
    if (message === null) return give(`it took longer than ${deadlineMs} ms to read`)
    if (message.fault) void discard()
    return { kind: 'read', read: message.read }
  }

  function give(why: string): WorkerAnswer {
    void discard()
    return { kind: 'unread', why }
  }

  async function discard(): Promise<void> {
    const old = worker
    worker = null
    await (await old?.catch(() => null))?.end()
  }

  return {
    read(text, catalogue, place) {
      if (closed) return Promise.resolve({ kind: 'unread', why: 'the gate is closing' })
      if (waiting.length >= waitingMax) {
        const why = `more than ${waitingMax} long texts wait to be read`
        return Promise.resolve({ kind: 'unread', why })
      }
      return new Promise((answer) => {
        waiting.push({ text, catalogue, place, answer })
        void work()
      })
    },
    async close() {
      closed = true
      for (const one of waiting.splice(0))
        one.answer({ kind: 'unread', why: 'the gate is closing' })
      await discard()
    },
  }
}

interface Running {
  /** null: it took too long, or the worker is gone */
  ask(
    one: Pick<Waiting, 'text' | 'catalogue' | 'place'>,
    deadlineMs: number,
  ): Promise<Extract<FromWorker, { kind: 'read' }> | null>
  end(): Promise<void>
}

async function start(): Promise<Running> {
  const thread = new Worker(new URL('worker.ts', import.meta.url), { resourceLimits, env: {} })
  thread.unref()
  let listener: ((message: FromWorker | null) => void) | null = null
  thread.on('message', (message: FromWorker) => listener?.(message))
  thread.on('error', () => listener?.(null))
  thread.on('exit', () => listener?.(null))
  const next = (milliseconds: number): Promise<FromWorker | null> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), milliseconds)
      const settle = (message: FromWorker | null): void => {
        clearTimeout(timer)
        listener = null
        resolve(message)
      }
      listener = settle
    })
  const ready = await next(startMs)
  if (ready === null) {
    await thread.terminate()
    throw new Error('the worker did not start')
  }
  return runningOf(thread, next)
}

function runningOf(
  thread: Worker,
  next: (milliseconds: number) => Promise<FromWorker | null>,
): Running {
  const known = new Set<string>()
  const send = (message: ToWorker): void => thread.postMessage(message)
  let id = 0

  /** A catalogue is large: it goes over once. */
  function introduce(catalogue: Catalogue | null): string {
    const key = catalogue?.version ?? ''
    if (known.has(key)) return key
    const [oldest] = known
    if (known.size >= cataloguesMax && oldest !== undefined) {
      known.delete(oldest)
      send({ kind: 'forget', key: oldest })
    }
    known.add(key)
    send({ kind: 'catalogue', key, catalogue })
    return key
  }

  return {
    async ask({ text, catalogue, place }, deadlineMs) {
      id++
      const key = introduce(catalogue)
      const answer = next(deadlineMs)
      send({ kind: 'read', id, key, place, text })
      const message = await answer
      return message?.kind === 'read' && message.id === id ? message : null
    },
    async end() {
      await thread.terminate()
    },
  }
}
