import type {
  AskedTogetherView,
  HoldView,
  SettledTogetherView,
} from '../../../src/api/console/holds/shapes.ts'
import { withPasskey } from '../api.ts'
import { checkAskedTogether } from './binding.ts'

/** One passkey for several holds of one plan, each of which was shown whole. */
export async function releaseTogether(shown: readonly HoldView[]): Promise<SettledTogetherView> {
  const paths = { ask: '/api/holds/together/challenge', settle: '/api/holds/together/settle' }
  const holds = shown.map(({ hold }) => hold.id)
  const asked = { holds, answer: 'release', note: '', impactSeen: holds }
  const check = (view: AskedTogetherView): Promise<void> => checkAskedTogether(shown, view)
  return withPasskey(paths, asked, check)
}
