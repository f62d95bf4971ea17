// What is judged is what is sent: the messages say exactly what the payload says, and the statement
// that they bind is the one that this session saw prepared.
import { Fault, assert } from '../../domain/fault.ts'
import type { SqlParameter, SqlPayload } from '../../domain/request.ts'
import { frontendTags, readBind, readExecute, readNamed } from '../../wire/postgres/frontend.ts'
import { readQuery } from '../../wire/postgres/frontend.ts'
import type { Bind, BoundValue, Parse } from '../../wire/postgres/frontend.ts'
import { splitMessages } from './passed-on.ts'

export function mismatch(): Fault {
  return new Fault(
    'clearance-mismatch',
    'this is not the request that was cleared, so it is not sent; report this as a bug',
  )
}

/** One Query, of exactly this text. */
export function checkSimple({ text, messages }: SqlPayload): void {
  const [query, ...more] = splitMessages(messages)
  if (query?.[0] !== frontendTags.query || more.length > 0) throw mismatch()
  if (readQuery(query) !== text) throw mismatch()
}

export interface Group {
  readonly portal: string
  /** null: it goes on with a portal that was bound before */
  readonly bind: Bind | null
  readonly described: boolean
}

export interface Group {
  readonly portal: string
  /** null: it goes on with a portal that was bound before */
  readonly bind: Bind | null
  readonly described: boolean
}

/**
 * Bind, at most one Describe of that portal, one Execute of it; or one Execute alone, that goes on
 * with a portal.
 */
export function readGroup({ messages }: SqlPayload): Group {
  const split = splitMessages(messages)
  const execute = split.at(-1)
  if (execute?.[0] !== frontendTags.execute) throw mismatch()
  const { portal } = readExecute(execute)
  if (split.length === 1) return { portal, bind: null, described: false }
  const [first, second] = split
  if (first?.[0] !== frontendTags.bind || split.length > 3) throw mismatch()
  const bind = readBind(first)
  if (bind.portal !== portal) throw mismatch()
  if (split.length === 3) {
    if (second?.[0] !== frontendTags.describe) throw mismatch()
    const { what, name } = readNamed(second)
    if (what !== 'portal' || name !== portal) throw mismatch()
  }
  return { portal, bind, described: split.length === 3 }
}

/** The statement bound is the one judged, with the values judged. */
export function checkBound(payload: SqlPayload, bind: Bind, parse: Parse | null): void {
  if (parse === null) {
    throw new Fault(
      'statement-forgotten',
      'this statement was not prepared here, or too long ago; prepare it again',
    )
  }
  const same =
    parse.text === payload.text &&
    trimmed(parse.types) === trimmed(payload.types) &&
    bind.parameters.length === payload.parameters.length &&
    bind.parameters.every((value, i) => sameValue(value, payload.parameters[i]))
  if (!same) throw mismatch()
}

/** Types that the server infers may be left out at the end. */
function trimmed(types: readonly number[]): string {
  return types.join(',').replace(/(^|,)0(,0)*$/, '')
}

function sameValue(bound: BoundValue, judged: SqlParameter | undefined): boolean {
  assert(judged !== undefined, 'there are as many')
  if (bound.format !== judged.format) return false
  if (bound.value === null || judged.value === null) return bound.value === judged.value
  return Buffer.compare(bound.value, judged.value) === 0
}
