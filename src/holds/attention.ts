// How a person looked before they answered. People who are asked often come to press without
// looking; a release that shows signs of that counts, and says so in the ledger.
import type { Attention, AttentionMark } from '../domain/fact.ts'
import type { Answered, Binding } from '../domain/hold.ts'
import type { HoldId } from '../domain/names.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

/** What is known when the answer is given. */
export interface Look {
  /** since the hold was first shown to this person in this session; null: it never was */
  readonly milliseconds: number | null
  /** the page says that all of the impact came into view */
  readonly impactSeen: boolean
}

export interface Looked extends Look {
  readonly hold: HoldId
}

/** Of an answer that no page gives. */
export const neverShown: Look = { milliseconds: null, impactSeen: false }

/** A release this soon after opening is marked. */
export const hastyMilliseconds = 3000

export function attentionOf(answer: Binding['answer'], look: Look, together = 1): Attention {
  const { milliseconds } = look
  // What was never shown cannot have come into view, whatever a page says.
  const impactSeen = milliseconds !== null && look.impactSeen
  const seen = { milliseconds, impactSeen }
  return { ...seen, together, marks: marksOf(answer, seen) }
}

/** Only a release can harm by being given blindly, so only a release is marked. */
export function marksOf(answer: Binding['answer'], look: Look): readonly AttentionMark[] {
  if (answer !== 'release') return []
  if (look.milliseconds === null) return ['not-shown']
  return [
    ...(look.milliseconds <= hastyMilliseconds ? (['hasty'] as const) : []),
    ...(look.impactSeen ? [] : (['impact-unseen'] as const)),
  ]
}

/**
 * What is wrong with what the ledger says of an answer's attention; null for nothing. Older answers
 * say nothing of it.
 */
export function attentionFlaw(
  { binding, batch }: Answered,
  attention: Attention | undefined,
): string | null {
  if (batch !== undefined && (attention?.milliseconds ?? null) === null)
    return 'it was released together with others without being shown'
  if (batch !== undefined && attention?.impactSeen !== true)
    return 'it was released together with others without its impact being seen'
  if (attention === undefined) return null
  return agrees(attention, binding.answer, batch?.length)
    ? null
    : 'what it says of how it was looked at contradicts itself'
}

/** Total: it comes from a ledger, and may be anything. */
function agrees(attention: Attention, answer: Binding['answer'], together?: number): boolean {
  try {
    const { milliseconds, impactSeen } = attention
    const isMeasured = milliseconds === null || (Number.isFinite(milliseconds) && milliseconds >= 0)
    if (!isMeasured || typeof impactSeen !== 'boolean') return false
    return canonicalJson(attentionOf(answer, attention, together)) === canonicalJson(attention)
  } catch {
    return false
  }
}
