// A worker with a Cedar of its own, for one replay. What it is given cannot hold the gate up, and
// what breaks it breaks nothing else.
import { Worker } from 'node:worker_threads'

import { Fault } from '../domain/fault.ts'
import type { Impact } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import type { Digest } from '../domain/names.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { PolicySource } from '../policy/policy.ts'
import type { FromJudge, ToJudge } from './judge-messages.ts'

export interface Case {
  /** the same object each time for the same standing */
  readonly standing: Standing
  readonly impacts: NonEmpty<Impact>
}

/** Judges by the sets that it was opened with. One question at a time. */
export interface Judge {
  /** of each set */
  readonly digests: readonly Digest[]
  /** Rejects when it takes too long. `set`: which one, 0 for the first. */
  judge(set: number, cases: readonly Case[]): Promise<readonly Verdict[]>
  close(): Promise<void>
}

export interface JudgeOptions {
  readonly schema: string
  readonly sets: readonly (readonly PolicySource[])[]
  readonly signal?: AbortSignal | undefined
  /** of reading the sets, and of one question, in milliseconds */
  readonly deadlineMs?: number
}

export type OpenJudge = (options: JudgeOptions) => Promise<Judge>

const resourceLimits = { maxOldGenerationSizeMb: 256, stackSizeMb: 4 }

/** Rejects with Fault('policy-invalid') that names file, line and column. */
export async function openJudge(options: JudgeOptions): Promise<Judge> {
  const { schema, sets, signal, deadlineMs = 10_000 } = options
  const worker = startWorker(signal, deadlineMs)
  try {
    const { digests } = expect('loaded', await worker.ask({ kind: 'load', schema, sets }))
    return { digests, judge: judgeBy(worker), close: () => worker.end() }
  } catch (fault) {
    await worker.end()
    throw fault
  }
}

function judgeBy(worker: JudgeWorker): Judge['judge'] {
  const numbers = new Map<Standing, number>()
  return async (set, cases) => {
    const standings: [number, Standing][] = []
    const numbered = cases.map(({ standing, impacts }) => {
      const number = numbers.get(standing) ?? numbers.size
      if (number === numbers.size) {
        numbers.set(standing, number)
        standings.push([number, standing])
      }
      return { standing: number, impacts }
    })
    const answer = await worker.ask({ kind: 'judge', set, standings, cases: numbered })
    return expect('judged', answer).verdicts
  }
}

function expect<K extends FromJudge['kind']>(
  kind: K,
  answer: FromJudge,
): Extract<FromJudge, { kind: K }> {
  if (answer.kind === kind) return answer as Extract<FromJudge, { kind: K }>
  if (answer.kind === 'invalid') throw new Fault(answer.code, answer.says)
  throw new Fault(
    'policy-invalid',
    'the policies could not be read: they are nested too deeply, or too large; simplify them',
  )
}

interface JudgeWorker {
  ask(message: ToJudge): Promise<FromJudge>
  end(): Promise<void>
}

function startWorker(signal: AbortSignal | undefined, deadlineMs: number): JudgeWorker {
  const thread = new Worker(new URL('judge-worker.ts', import.meta.url), {
    ...{ resourceLimits, env: {}, stdout: true, stderr: true },
  })
  thread.unref()
  let settle: ((answer: FromJudge | Fault) => void) | null = null
  let gone = false
  const broken: FromJudge = { kind: 'broken' }
  const go = (): void => {
    gone = true
    settle?.(broken)
  }
  thread.on('message', (answer: FromJudge) => settle?.(answer))
  thread.on('error', go)
  thread.on('exit', go)

  function ask(message: ToJudge): Promise<FromJudge> {
    if (gone) return Promise.resolve(broken)
    const stopped = stoppedFault()
    if (signal?.aborted === true) return Promise.reject(stopped)
    return new Promise((resolve, reject) => {
      const give = (answer: FromJudge | Fault): void => {
        settle = null
        clearTimeout(timer)
        signal?.removeEventListener('abort', stop)
        if (answer instanceof Fault) reject(answer)
        else resolve(answer)
      }
      const stop = (): void => give(stopped)
      const timer = setTimeout(() => give(tooSlow(deadlineMs)), deadlineMs)
      signal?.addEventListener('abort', stop, { once: true })
      settle = give
      thread.postMessage(message)
    })
  }

  return { ask, end: () => thread.terminate().then(() => undefined) }
}

export function stoppedFault(): Fault {
  return new Fault('stopped', 'this was given up before it was done; ask again')
}

function tooSlow(deadlineMs: number): Fault {
  const says = `these policies took longer than ${deadlineMs} ms; simplify them, or try again`
  return new Fault('policy-too-slow', says)
}
