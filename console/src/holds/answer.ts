import type { AskedView, HoldView, SettledView } from '../../../src/api/console/holds/shapes.ts'
import { withPasskey } from '../api.ts'
import { checkAsked } from './binding.ts'

export async function answerHold(
  shown: HoldView,
  answer: 'release' | 'refuse',
  note: string,
): Promise<SettledView> {
  const path = `/api/holds/${shown.hold.id}`
  const paths = { ask: `${path}/challenge`, settle: `${path}/settle` }
  const check = (asked: AskedView): Promise<void> => checkAsked(shown, asked, { answer, note })
  return withPasskey(paths, { answer, note }, check)
}
