import type { AskedPurgeView, AskedView, HoldView } from '../../src/api/console/shapes.ts'
import type { HeldPurge, PurgeBinding } from '../../src/api/keeper.ts'
import type { Binding } from '../../src/domain/hold.ts'
import { canonicalJson } from '../../src/wire/canonical-json.ts'

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

/** The same for a purge: what is signed is of the item shown, whole. */
export async function checkPurge(
  { id, item, expiresAt }: HeldPurge,
  { binding, options }: AskedPurgeView,
  answer: PurgeBinding['answer'],
): Promise<void> {
  const { upstream, database, action, decision } = item
  const shown = { purge: id, upstream, database, action, decision, expiresAt, answer }
  const same = Object.entries(shown).every(
    ([name, value]) => binding[name as keyof typeof shown] === value,
  )
  const itemShown = toHex(await digest(canonicalJson(item)))
  const challenge = toBase64Url(await digest(canonicalJson(binding)))
  if (same && binding.item === itemShown && challenge === options.challenge) return
  throw new Error('what would be signed is not what is shown; load the page again')
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function toBase64Url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
