// A no in PostgreSQL's own form: an ErrorResponse of one line each, with nothing in it that a
// terminal or a reader could take for something else.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
import type { Refusal } from '../../domain/request.ts'
import type { ErrorFields } from '../../wire/postgres/backend.ts'
import { inert } from '../../wire/inert.ts'

/** Where a session ends with the refusal (FATAL), and where it goes on. */
export type RefusedAt = 'open' | 'statement'

/** Longer than this is no message; the rest goes into the detail. */
const messageMax = 400

/** By code; the rest is by what kind of no it is. */
const states: Readonly<Record<string, string>> = {
  'no-lease': '28P01',
  'unknown-lease': '28P01',
  'lease-expired': '28P01',
  'lease-revoked': '28P01',
  'two-leases': '28P01',
  'misplaced-lease': '28P01',
  'foreign-credential': '28P01',
  // transaction_resolution_unknown: it may have happened
  'outcome-unknown': '08007',
  // query_canceled
  withdrawn: '57014',
  'database-unasked': '3D000',
  // too_many_connections
  'sessions-limit': '53300',
  // connection_failure: the session at the server is gone
  'session-closed': '08006',
}

export function refusalFields(refusal: Refusal, at: RefusedAt): ErrorFields {
  const { says, instead, decision, hold } = refusal
  const [message, rest] = split(says)
  const detail = [rest, decision === null ? '' : `Decision ${decision}.`]
  return {
    severity: at === 'open' ? 'FATAL' : 'ERROR',
    code: stateOf(refusal, at),
    // Many tools show nothing but the message: the one thing that a person needs is in it.
    message: inert(hold === null ? message : `${message} (${hold})`),
    detail: inert(detail.filter((part) => part !== '').join(' ')),
    hint: inert(instead),
  }
}

function stateOf({ code, decision }: Refusal, at: RefusedAt): string {
  const known = states[code]
  if (known !== undefined) return known
  // The server's own no, such as that there is no such database.
  if (/^sql-[0-9A-Z]{5}$/.test(code)) return code.slice('sql-'.length)
  if (/^(upstream|tls)-/.test(code)) {
    return at === 'open' ? '08001' : '08006'
  }
  // A fault of the gate itself: nothing was decided.
  if (decision === null) return '58000'
  return at === 'open' ? '28000' : '42501'
}

/** The first sentence, and what follows it. */
function split(says: string): readonly [message: string, rest: string] {
  const stop = says.indexOf('. Nothing was sent')
  const end = stop === -1 ? says.length : stop
  if (end > messageMax) return [`${says.slice(0, messageMax).toWellFormed()}…`, sentence(says)]
  const rest = says.slice(end + 2)
  return [says.slice(0, end), rest === '' ? '' : sentence(rest)]
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}

/** What the door itself answers, with the words that PostgreSQL would use. */
export function errorFields(code: string, message: string, hint?: string): ErrorFields {
  const fields = { severity: 'ERROR', code, message: inert(message) } as const
  return hint === undefined ? fields : { ...fields, hint }
}

export function fatalFields(code: string, message: string, hint?: string): ErrorFields {
  return { ...errorFields(code, message, hint), severity: 'FATAL' }
}
