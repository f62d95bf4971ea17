import type { AskedPurgeView } from '../../../src/api/console/purges/shapes.ts'
import type { HeldPurge, PurgeBinding, PurgeOutcome } from '../../../src/api/keeper.ts'
import { canonicalJson } from '../../../src/wire/canonical-json.ts'
import { withPasskey } from '../api.ts'
import { digest, toBase64Url, toHex } from '../digest.ts'

export async function answerPurge(
  shown: HeldPurge,
  answer: PurgeBinding['answer'],
): Promise<PurgeOutcome> {
  const paths = { ask: '/api/purges/challenge', settle: '/api/purges/settle' }
  const check = (asked: AskedPurgeView): Promise<void> => checkPurge(shown, asked, answer)
  return withPasskey(paths, { purge: shown.id, answer }, check)
}

/** That what is signed is of the item shown, whole. */
async function checkPurge(
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
