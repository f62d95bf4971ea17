// DROP DATABASE cannot run in a transaction, and so not be tried. What stands in for it can: the
// database is renamed and shut by schema `holdpoint`, and the client is answered as if it were gone.
import type { Trial } from '../../domain/action.ts'
import type { RequestId } from '../../domain/names.ts'
import type { SqlPayload } from '../../domain/request.ts'
import type { Measured } from '../../domain/trial.ts'
import * as backend from '../../wire/postgres/backend.ts'
import { KeptAnswer, ask } from './exchange.ts'
import type { Answer } from './exchange.ts'
import type { Ground } from './ground.ts'
import * as ownSql from './own-sql.ts'
import { saysOf } from './trial.ts'
import type { Tried, TrialLimits } from './trial.ts'
import { splitMessages } from './passed-on.ts'

export interface DatabaseDrop {
  readonly id: RequestId
  readonly key: string
  readonly database: string
  readonly savepoint: string
  readonly payload: SqlPayload
}

interface Parts {
  readonly limits: TrialLimits
  readonly readMeasured: (json: string, kind: Trial) => Measured
}

/** what PostgreSQL itself says no with: there is no such database, it is another's, it is in use */
const ownRefusals: ReadonlySet<string> = new Set(['3D000', '42501', '42809', '55006'])

/** Called with no transaction open; leaves one open, behind a savepoint. */
export async function tryDatabase(
  ground: Ground,
  { limits, readMeasured }: Parts,
  { id, key, database, savepoint, payload }: DatabaseDrop,
): Promise<Tried> {
  const { names } = ground
  const text = payload.text.trim()
  const missing = /\bif\s+exists\b/i.test(text.replace(/"[^"]*"/g, ''))
  const timeouts = [String(limits.statementMilliseconds), String(limits.lockMilliseconds)]
  const values = [key, id, database, String(missing), text]
  const answers = await ground.exchange([
    ask(names, 'BEGIN'),
    ask(names, `SAVEPOINT ${savepoint}`),
    ask(names, ownSql.lowerTimeouts, timeouts),
    ask(names, ownSql.quarantineDatabase, values),
  ])
  const [, , lowered, moved] = answers
  const answer = new KeptAnswer(limits.answerBytesMax, () => undefined)
  if (moved?.kind === 'rows' && lowered?.kind === 'rows') {
    for (const [tag, bytes] of answerOf(payload)) answer.take(tag, bytes)
    const found = readMeasured(moved.rows[0]?.[0] ?? '', 'database')
    // IF EXISTS, and it does not: nothing would happen, and that is the answer.
    const measured: Measured =
      found.complete && found.kept === null ? { ...found, failed: true } : found
    return { kind: 'tried', answer, measured, timeouts: lowered.rows[0] ?? [] }
  }
  const failed = answers.find(({ kind }) => kind !== 'rows')
  return refusal(failed, answer)
}

/** As the server answers the messages that were sent. */
function answerOf({ form, messages }: SqlPayload): readonly (readonly [number, Uint8Array])[] {
  const done = [
    backend.backendTags.commandComplete,
    backend.commandComplete('DROP DATABASE'),
  ] as const
  if (form === 'simple') return [done]
  const described = splitMessages(messages).length > 2
  return [
    [backend.backendTags.bindComplete, backend.bindComplete],
    ...(described ? ([[backend.backendTags.noData, backend.noData]] as const) : []),
    done,
  ]
}

function refusal(failed: Answer | undefined, answer: KeptAnswer): Tried {
  if (failed === undefined) return { kind: 'incomplete', because: 'the server did not answer' }
  if (failed.kind !== 'error' || !ownRefusals.has(failed.error.code)) {
    return { kind: 'incomplete', because: `it could not be tried: ${saysOf(failed)}` }
  }
  const { code, message } = failed.error
  answer.take(
    backend.backendTags.errorResponse,
    backend.errorResponse({ severity: 'ERROR', code, message }),
  )
  return { kind: 'fails', answer, code }
}
