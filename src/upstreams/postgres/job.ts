import type { Outcome } from '../../domain/outcome.ts'
import type { SqlRunning } from '../../domain/request.ts'
import type { End } from './expected.ts'

export interface Running {
  readonly running: SqlRunning
  readonly ended: Promise<Outcome>
}

/** What was sent, until it is known how it ended. */
export interface Job extends Running {
  readonly copyIn: () => void
  /** final: its outcome is known, not only its answer; the first one counts */
  end(end: End, final: boolean): void
}

const lost: Outcome = {
  kind: 'unknown',
  why: 'the server closed the connection before it answered',
}

export function createJob(): Job {
  const answered = Promise.withResolvers<'done' | 'error' | 'copy-in'>()
  const ended = Promise.withResolvers<Outcome>()
  return {
    running: { kind: 'sql-running', answered: answered.promise },
    ended: ended.promise,
    copyIn: () => answered.resolve('copy-in'),
    end: (end, final) => {
      answered.resolve(end.kind === 'done' ? 'done' : 'error')
      if (final) ended.resolve(outcomeOf(end))
    },
  }
}

export const endLost: End = { kind: 'lost', code: null, tag: '' }
export const endDone: End = { kind: 'done', code: null, tag: '' }

export function endFailed(code: string | null): End {
  return { kind: 'error', code, tag: '' }
}

function outcomeOf({ kind, code }: End): Outcome {
  switch (kind) {
    case 'done':
      return { kind: 'succeeded', status: 0 }
    case 'error':
      return { kind: 'failed', code: `sql-${code ?? 'XX000'}`, status: null }
    case 'skipped':
      return { kind: 'failed', code: 'sql-skipped', status: null }
    default:
      return lost
  }
}
