import type { AuthorizationAnswer } from '@cedar-policy/cedar-wasm/nodejs'

import { isNonEmpty, mapNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { SafeguardName } from '../domain/names.ts'
import type { Reason, ReleaseRule, Verdict } from '../domain/verdict.ts'
import type { Force, Rule } from './rule.ts'

type Rules = ReadonlyMap<string, Rule>
type Having<K extends Force['kind']> = Rule & Readonly<{ force: Extract<Force, { kind: K }> }>

const instead =
  'stay within the mandate; if the task needs more, tell the person you work for: they can grant it'

/** No policy said anything: the quiet path is the refusal. */
const outsideMandate: Verdict = deny('outside-mandate', 'the mandate does not grant this', instead)

/** Cedar's answer to one question as a verdict; whatever is odd about it is a denial. */
export function verdictOf(rules: Rules, answer: AuthorizationAnswer): Verdict {
  if (answer.type === 'failure') return policyError
  const { decision, diagnostics } = answer.response
  if (diagnostics.errors.length > 0) return policyError
  const determining = [...rules.values()].filter(({ id }) => diagnostics.reason.includes(id))
  if (determining.length !== diagnostics.reason.length) return policyError
  if (decision === 'allow') return allowBy(determining.filter(having('permit')))
  if (determining.length === 0) return outsideMandate
  const plain = determining.filter(having('deny'))
  if (isNonEmpty(plain)) return denyBy(plain)
  const holds = determining.filter(having('hold'))
  return isNonEmpty(holds) && holds.length === determining.length ? holdBy(holds) : policyError
}

/** The judging itself failed; nothing may pass that was not judged. */
export const policyError: Verdict = deny(
  'policy-error',
  'the policies could not judge this',
  'tell the operator to run `holdpoint doctor`; do not try another way',
)

/** Of several effects the worst verdict rules, and all that it asks for is asked for at once. */
export function worstOf(verdicts: NonEmpty<Verdict>): Verdict {
  if (verdicts.length === 1) return verdicts[0]
  const denied = verdicts.filter((verdict) => verdict.kind === 'deny')
  if (isNonEmpty(denied)) return { ...denied[0], because: reasonsOf(denied) }
  const held = verdicts.filter((verdict) => verdict.kind === 'hold')
  const permitted = verdicts.filter((verdict) => verdict.kind !== 'deny')
  const safeguards = unite(permitted.map((verdict) => verdict.safeguards))
  if (isNonEmpty(held)) {
    const release = strictest(held.map((verdict) => verdict.release))
    return { kind: 'hold', because: reasonsOf(held), safeguards, release }
  }
  return { kind: 'allow', because: reasonsOf(verdicts), safeguards }
}

export function deny(code: string, says: string, next: string): Verdict {
  return { kind: 'deny', because: [{ code, says }], instead: next }
}

function allowBy(permits: readonly Having<'permit'>[]): Verdict {
  if (!isNonEmpty(permits)) return policyError
  const safeguards = unite(permits.map(({ force }) => force.safeguards))
  return { kind: 'allow', because: mapNonEmpty(permits, reason), safeguards }
}

function holdBy(holds: NonEmpty<Having<'hold'>>): Verdict {
  const safeguards = unite(holds.map(({ force }) => force.safeguards))
  const release = strictest(holds.map(({ force }) => force.release))
  return { kind: 'hold', because: mapNonEmpty(holds, reason), safeguards, release }
}

function denyBy(denials: NonEmpty<Having<'deny'>>): Verdict {
  const said = denials.find(({ force }) => force.instead !== null)?.force.instead
  return { kind: 'deny', because: mapNonEmpty(denials, reason), instead: said ?? instead }
}

function having<K extends Force['kind']>(kind: K): (rule: Rule) => rule is Having<K> {
  return (rule): rule is Having<K> => rule.force.kind === kind
}

function reason({ id, says }: Rule): Reason {
  return { code: id, says }
}

function reasonsOf(verdicts: NonEmpty<Verdict>): NonEmpty<Reason> {
  const [first, ...rest] = verdicts.flatMap(({ because }) => because)
  const reasons: [Reason, ...Reason[]] = [first ?? verdicts[0].because[0]]
  for (const next of rest) {
    if (!reasons.some(({ code }) => code === next.code)) reasons.push(next)
  }
  return reasons
}

/** Sorted, because a release is bound to them as they are written. */
function unite(lists: readonly (readonly SafeguardName[])[]): readonly SafeguardName[] {
  return [...new Set(lists.flat())].sort()
}

const strictness: Readonly<Record<ReleaseRule, number>> = {
  owner: 0,
  'other-person': 1,
  'two-person': 2,
}

function strictest(rules: readonly ReleaseRule[]): ReleaseRule {
  let strict: ReleaseRule = 'owner'
  for (const rule of rules) if (strictness[rule] > strictness[strict]) strict = rule
  return strict
}
