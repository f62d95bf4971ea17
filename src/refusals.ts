import type { Decision } from './domain/decision.ts'
import { Fault } from './domain/fault.ts'
import type { DecisionId, HoldId, Instant, PersonName } from './domain/names.ts'
import type { Outcome } from './domain/outcome.ts'
import type { Payload, Refusal } from './domain/request.ts'

/** What a no says, before it is dressed in a provider's own form. */
export type RefusalText = Omit<Refusal, 'kind' | 'answer'>

/** How an agent waits for a hold at the door where it was told of it. */
function wayToWait(hold: HoldId, door: Payload['kind']): string {
  if (door === 'tool') return `call the tool \`wait_for_hold\` of Holdpoint with \`${hold}\`.`
  return door === 'sql'
    ? `SHOW holdpoint.${hold} ;`
    : `GET http://holdpoint.internal/holds/${hold}?wait=60 .`
}

export function heldRefusal(
  decision: Decision,
  would: string,
  { hold, expiresAt }: Readonly<{ hold: HoldId; expiresAt: Instant }>,
  door: Payload['kind'],
): RefusalText {
  return {
    code: 'held',
    says:
      `held: ${would}. Nothing was sent. ` +
      `A person must release exactly this request (${hold}, open until ${expiresAt})`,
    instead:
      `tell the person you work for that ${hold} waits for them, ` +
      `then wait: ${wayToWait(hold, door)} ` +
      'Once it is released, send this same request again, unchanged. ' +
      'Do not try another way: it will be refused too, and counted',
    hold,
    decision: decision.id,
  }
}

export function refusedByPerson(
  decision: Decision,
  answer: Readonly<{ hold: HoldId; by: PersonName; note: string }>,
): RefusalText {
  const note = answer.note === '' ? '' : `; they write: "${answer.note}"`
  return {
    code: 'refused',
    says: `refused by ${answer.by}${note}. Nothing was sent`,
    instead:
      'do not send it again and do not look for another way; ask the person what to do instead',
    hold: answer.hold,
    decision: decision.id,
  }
}

export function deniedRefusal(decision: Decision, would: string): RefusalText {
  const { verdict } = decision
  const because = verdict.because.map((reason) => reason.says).join('; ')
  const instead = verdict.kind === 'deny' ? verdict.instead : 'ask the person you work for'
  return {
    code: verdict.because[0].code,
    says: `denied: ${would === '' ? '' : `${would}; `}${because}. Nothing was sent`,
    instead,
    hold: null,
    decision: decision.id,
  }
}

/** The hold may not be opened: too many wait already. */
export function floodRefusal(decision: Decision, would: string): RefusalText {
  return {
    code: 'too-many-holds',
    says: `denied: ${would}, and too many of your requests wait for a person already. Nothing was sent`,
    instead: 'wait for those to be answered; do not send more',
    hold: null,
    decision: decision.id,
  }
}

export function guardRefusal(decision: Decision, why: string): RefusalText {
  return {
    code: 'safeguard-failed',
    says: `not sent: the release asks for a safeguard first, and it failed: ${why}`,
    instead: 'tell the person who released it; the release is spent, so a new one will be needed',
    hold: null,
    decision: decision.id,
  }
}

/** The upstream gave no answer: failed when nothing left, unknown when it may have happened. */
export function unansweredRefusal(
  decision: DecisionId | null,
  outcome: Exclude<Outcome, { kind: 'succeeded' }>,
): RefusalText {
  if (outcome.kind === 'failed') {
    return {
      code: outcome.code,
      says: `allowed, but not carried out: ${outcome.code}`,
      instead: 'nothing has changed; try again later',
      hold: null,
      decision,
    }
  }
  return {
    code: 'outcome-unknown',
    says: `allowed and sent, but no whole answer came: ${outcome.why}. It may have happened`,
    instead: 'read the present state before you do anything else; do not send it again blindly',
    hold: null,
    decision,
  }
}

export function withdrawnRefusal(decision: DecisionId): RefusalText {
  return {
    code: 'withdrawn',
    says: 'not sent: the lease ended, or the request was given up, before it could be forwarded',
    instead: 'ask the person you work for whether to go on',
    hold: null,
    decision,
  }
}

/**
 * A fault of ours or of the store is a no. Only its code is told: messages may hold others' words.
 */
export function faultRefusal(fault: unknown): RefusalText {
  const code = fault instanceof Fault ? fault.code : 'internal-fault'
  return {
    code,
    says: `refused: Holdpoint could not judge or record this (\`${code}\`), so nothing more was sent`,
    instead: 'tell the operator to run `holdpoint doctor`; do not try another way',
    hold: null,
    decision: null,
  }
}
