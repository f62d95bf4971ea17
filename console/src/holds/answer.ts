import type { AskedView, HoldView, SettledView } from '../../../src/api/console/holds/shapes.ts'
import type { Binding } from '../../../src/domain/hold.ts'
import { withPasskey } from '../api.ts'
import { checkAsked } from './binding.ts'

export interface Answer extends Pick<Binding, 'answer' | 'note'> {
  /** the whole impact came into view; a release without it is marked */
  readonly impactSeen: boolean
}

export async function answerHold(shown: HoldView, chosen: Answer): Promise<SettledView> {
  const path = `/api/holds/${shown.hold.id}`
  const paths = { ask: `${path}/challenge`, settle: `${path}/settle` }
  const check = (asked: AskedView): Promise<void> => checkAsked(shown, asked, chosen)
  return withPasskey(paths, chosen, check)
}
