// Several holds of one plan, released with one press: the passkey signs all of the bindings at
// once, and the ledger gets all of the approvals or none. docs/formats/release.md
import type { Attention } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { Binding, Hold, HoldState } from '../domain/hold.ts'
import type { HoldId, PersonName } from '../domain/names.ts'
import { answerable, factsOf, optionsFor, stateAfter } from './answering.ts'
import type { AnsweringParts, RequestOptions } from './answering.ts'
import { attentionOf } from './attention.ts'
import type { Looked } from './attention.ts'
import {
  bindingOf,
  digestOfBinding,
  togetherChallengeOf,
  togetherMax,
  togetherMin,
} from './binding.ts'
import type { Challenges } from './challenges.ts'

export interface AskedTogether {
  readonly person: PersonName
  readonly nonce: string
  readonly challenge: string
  readonly bound: readonly Readonly<{ binding: Binding; attention: Attention }>[]
}

export interface AskedTogetherOptions {
  readonly nonce: string
  readonly bindings: readonly Binding[]
  readonly options: RequestOptions
}

export type StatesAfter = Readonly<Record<HoldId, HoldState>>

interface TogetherParts extends AnsweringParts {
  readonly batches: Challenges<AskedTogether>
}

export function askTogether(
  parts: TogetherParts,
  looked: readonly Looked[],
  person: PersonName,
): AskedTogetherOptions {
  checkCount(looked)
  const several = looked.map((look) => ({
    hold: answerable(parts, look.hold, person, 'release').hold,
    attention: attentionOf('release', look, looked.length),
  }))
  checkOnePlan(several.map(({ hold }) => hold))
  for (const look of looked) checkLooked(look)
  const asked = parts.batches.put((nonce) => {
    const choice = { person, answer: 'release', note: '', nonce } as const
    const bound = several.map(({ hold, attention }) => ({
      binding: bindingOf(hold, choice),
      attention,
    }))
    const challenge = togetherChallengeOf(bound.map(({ binding }) => digestOfBinding(binding)))
    return { person, nonce, challenge, bound }
  })
  return {
    nonce: asked.nonce,
    bindings: asked.bound.map(({ binding }) => binding),
    options: optionsFor(parts, person, asked.challenge),
  }
}

/** Whatever of them cannot be released any more, none is. */
export async function settleTogether(
  parts: TogetherParts,
  asked: AskedTogether,
  response: unknown,
): Promise<StatesAfter> {
  const { assertion } = await parts.passkeys.verify(response, asked.challenge, asked.person)
  const batch = asked.bound.map(({ binding }) => digestOfBinding(binding))
  const facts = asked.bound.flatMap(({ binding, attention }) =>
    factsOf(parts, { binding, assertion, batch }, attention),
  )
  await parts.ledger.appendTogether(facts)
  const holds = asked.bound.map(({ binding }) => binding.hold)
  return Object.fromEntries(holds.map((hold) => [hold, stateAfter(parts, hold)]))
}

function checkCount(looked: readonly Looked[]): void {
  const distinct = new Set(looked.map(({ hold }) => hold))
  if (distinct.size !== looked.length) {
    throw new Fault('together-count', 'one of the holds is there twice; name each once')
  }
  if (looked.length < togetherMin || looked.length > togetherMax) {
    throw new Fault(
      'together-count',
      `${togetherMin} to ${togetherMax} holds can be released together; choose so many`,
    )
  }
}

function checkOnePlan([first, ...rest]: readonly Hold[]): void {
  const isOne = rest.every(
    ({ agent, mandate, lease }) =>
      agent === first?.agent && mandate === first.mandate && lease === first.lease,
  )
  if (isOne) return
  throw new Fault(
    'not-one-plan',
    'only holds under one mandate and one lease are released together; answer these one by one',
  )
}

/** One at a time a release without looking is marked; several at once it is not taken at all. */
function checkLooked({ hold, milliseconds, impactSeen }: Looked): void {
  if (milliseconds === null) {
    throw new Fault('not-shown', `you have not opened \`${hold}\` yet; look at it first`)
  }
  if (!impactSeen) {
    throw new Fault('impact-unseen', `the impact of \`${hold}\` was not seen; look at all of it`)
  }
}
