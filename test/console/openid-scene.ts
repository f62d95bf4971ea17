// OpenID over a world of a test: what main joins, with a secret that is no secret.
import { clearToSignIn } from '../../src/clearance.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { PersonName } from '../../src/domain/names.ts'
import { createOpenId } from '../../src/sign-in/openid.ts'
import type { OpenId } from '../../src/sign-in/openid.ts'
import { createClock } from '../../src/system/clock.ts'
import type { Clock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { clientSecret } from './openid-provider.ts'
import type { World } from './world.ts'

export interface OpenIdScene {
  readonly issuer: string
  readonly people: Readonly<Record<string, string>>
  readonly clock?: Clock
}

export function openIdOver(scene: OpenIdScene): (world: World, origin: string) => OpenId {
  const { issuer, people, clock = createClock(null) } = scene
  const known = Object.entries(people) as [string, PersonName][]
  return ({ ledger }, origin) =>
    createOpenId({
      settings: {
        ...{ issuer, clientId: 'holdpoint', scopes: ['openid', 'email'] },
        people: new Map(known),
      },
      redirectUri: `${origin}/openid`,
      ...{ ledger, clock, random: systemRandom, clear: clearToSignIn },
      secret: () => new Concealed('openid', clientSecret),
      fetch: (url, { body, ...options }) =>
        fetch(url, body === undefined ? options : { ...options, body }),
    })
}
