import type {
  AskedTogetherView,
  AskedView,
  HoldView,
} from '../../../src/api/console/holds/shapes.ts'
import type { Binding } from '../../../src/domain/hold.ts'
import { canonicalJson } from '../../../src/wire/canonical-json.ts'
import { digest, toBase64Url, toHex } from '../digest.ts'

const releaseProfile: string = 'holdpoint/release/1'

type Chosen = Pick<Binding, 'answer' | 'note'>
type Shown = Pick<HoldView, 'hold' | 'decision'>

/**
 * That the passkey signs what this page shows: the challenge is the hash of the binding, the
 * binding is of the hold shown, and the hold is for the impacts shown.
 */
export async function checkAsked(
  shown: Shown,
  { binding, options }: Omit<AskedView, 'nonce'>,
  chosen: Chosen,
): Promise<void> {
  const challenge = toBase64Url(await digest(canonicalJson(binding)))
  const same = challenge === options.challenge
  if (!same || !(await bindsShown(shown, binding, chosen))) throw somethingElse()
}

/** The same for several: each is as shown, in the order shown, and the challenge is over them all. */
export async function checkAskedTogether(
  shown: readonly Shown[],
  { bindings, options }: Omit<AskedTogetherView, 'nonce'>,
): Promise<void> {
  const digests: string[] = []
  for (const binding of bindings) digests.push(toHex(await digest(canonicalJson(binding))))
  const batch = { profile: 'holdpoint/releases/1', bindings: digests }
  const challenge = toBase64Url(await digest(canonicalJson(batch)))
  if (challenge !== options.challenge || bindings.length !== shown.length) throw somethingElse()
  const chosen: Chosen = { answer: 'release', note: '' }
  for (const [at, binding] of bindings.entries()) {
    const one = shown[at]
    if (one === undefined || !(await bindsShown(one, binding, chosen))) throw somethingElse()
  }
}

function somethingElse(): Error {
  return new Error('what would be signed is not what is shown; load the page again')
}

async function bindsShown(
  { hold, decision }: Shown,
  binding: Binding,
  chosen: Chosen,
): Promise<boolean> {
  const { answer, note, hold: id, decision: about, request, impacts, agent, lease } = binding
  const { mandate, policies, safeguards, release, expiresAt, profile } = binding
  const bound = {
    ...{ id, decision: about, request, impacts, agent, lease, mandate, policies, safeguards },
    ...{ release, expiresAt },
  }
  const shown = { ...hold }
  const same = Object.entries(bound).every(
    ([name, value]) => canonicalJson(value) === canonicalJson(shown[name as keyof typeof shown]),
  )
  const asks = answer === chosen.answer && note === chosen.note
  const impactsShown = toHex(await digest(canonicalJson(decision.impacts)))
  return same && asks && impactsShown === hold.impacts && profile === releaseProfile
}
