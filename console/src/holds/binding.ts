import type { AskedView, HoldView } from '../../../src/api/console/holds/shapes.ts'
import type { Binding } from '../../../src/domain/hold.ts'
import { canonicalJson } from '../../../src/wire/canonical-json.ts'
import { digest, toBase64Url, toHex } from '../digest.ts'

/**
 * That the passkey signs what this page shows: the challenge is the hash of the binding, the
 * binding is of the hold shown, and the hold is for the impacts shown.
 */
export async function checkAsked(
  { hold, decision }: HoldView,
  { binding, options }: AskedView,
  chosen: Pick<Binding, 'answer' | 'note'>,
): Promise<void> {
  const { answer, note, hold: id, decision: about, request, impacts, agent, lease } = binding
  const { mandate, policies, safeguards, release, expiresAt } = binding
  const bound = {
    id,
    decision: about,
    request,
    impacts,
    agent,
    lease,
    mandate,
    policies,
    safeguards,
  }
  const shown = { ...hold }
  const same = Object.entries({ ...bound, release, expiresAt }).every(
    ([name, value]) => canonicalJson(value) === canonicalJson(shown[name as keyof typeof shown]),
  )
  const asks = answer === chosen.answer && note === chosen.note
  const challenge = toBase64Url(await digest(canonicalJson(binding)))
  const impactsShown = toHex(await digest(canonicalJson(decision.impacts)))
  if (same && asks && challenge === options.challenge && impactsShown === hold.impacts) return
  throw new Error('what would be signed is not what is shown; load the page again')
}
