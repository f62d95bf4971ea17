// Every path of the console's API, an area a folder.
import { agentRoutes } from './agents/routes.ts'
import { askRoutes } from './asks/routes.ts'
import { deedRoutes } from './deeds/routes.ts'
import { environmentRoutes } from './environments/routes.ts'
import { holdRoutes } from './holds/routes.ts'
import { incidentRoutes } from './incidents/routes.ts'
import { ledgerRoutes } from './ledger/routes.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { nowRoutes } from './now/routes.ts'
import { peopleRoutes } from './people/routes.ts'
import { policyRoutes } from './policies/routes.ts'
import { purgeRoutes } from './purges/routes.ts'
import type { OpenRoute, PersonRoute } from './route.ts'
import { sessionRoutes, signInRoutes } from './sign-in/routes.ts'

/** Before anyone is signed in. */
export const openRoutes: readonly OpenRoute[] = signInRoutes

/** For whoever is signed in; what they may decide is for holds and people to say. */
export const personRoutes: readonly PersonRoute[] = [
  ...sessionRoutes,
  ...nowRoutes,
  ...holdRoutes,
  ...purgeRoutes,
  ...agentRoutes,
  ...askRoutes,
  ...deedRoutes,
  ...environmentRoutes,
  ...incidentRoutes,
  ...ledgerRoutes,
  ...policyRoutes,
  ...peopleRoutes,
  ...notificationRoutes,
]
