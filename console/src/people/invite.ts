import type { OpenedView } from '../../../src/api/console/people/shapes.ts'
import type { Role } from '../../../src/domain/fact.ts'
import { withPasskey } from '../api.ts'

/** Somebody new; or, in one's own name and roles, another passkey of one's own. */
export async function invite(person: string, roles: readonly Role[]): Promise<OpenedView> {
  const paths = { ask: '/api/invite/options', settle: '/api/invite/verify' }
  return withPasskey(paths, { person, roles }, () => undefined)
}
