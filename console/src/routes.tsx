import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'

import { HoldPage } from './holds/hold-page.tsx'
import { SignedIn } from './layout.tsx'
import { readIncidentSearch } from './incidents/search.ts'
import { readLedgerSearch } from './ledger/search.ts'
import { NotFound } from './not-found.tsx'
import { NowPage } from './now/now-page.tsx'
import { readNowSearch } from './now/search.ts'
import { EnrolRoute } from './sign-in/enrol-page.tsx'
import { OpenIdRoute } from './sign-in/openid-page.tsx'

const root = createRootRoute({ notFoundComponent: NotFound })
const enrol = createRoute({ getParentRoute: () => root, path: '/enrol', component: EnrolRoute })
const openid = createRoute({ getParentRoute: () => root, path: '/openid', component: OpenIdRoute })
const signedIn = createRoute({ getParentRoute: () => root, id: 'signed-in', component: SignedIn })

const now = createRoute({
  getParentRoute: () => signedIn,
  path: '/',
  validateSearch: readNowSearch,
  component: NowPage,
})

const hold = createRoute({
  getParentRoute: () => signedIn,
  path: '/holds/$hold',
  component: HoldPage,
})

const plan = createRoute({
  getParentRoute: () => signedIn,
  path: '/plans/$hold',
  component: lazyRouteComponent(() => import('./holds/plan-page.tsx'), 'PlanPage'),
})

const purges = createRoute({
  getParentRoute: () => signedIn,
  path: '/purges',
  component: lazyRouteComponent(() => import('./purges/purges-page.tsx'), 'PurgesPage'),
})

const asks = createRoute({
  getParentRoute: () => signedIn,
  path: '/asks',
  component: lazyRouteComponent(() => import('./asks/asks-page.tsx'), 'AsksPage'),
})

const agents = createRoute({
  getParentRoute: () => signedIn,
  path: '/agents',
  component: lazyRouteComponent(() => import('./agents/agents-page.tsx'), 'AgentsPage'),
})

// No agent can be called `of/…`, so none hides behind the form.
const agent = createRoute({
  getParentRoute: () => signedIn,
  path: '/agents/of/$agent',
  component: lazyRouteComponent(() => import('./agents/agent-page.tsx'), 'AgentPage'),
})

const grant = createRoute({
  getParentRoute: () => signedIn,
  path: '/agents/grant',
  validateSearch: ({ agent: named }: Record<string, unknown>): { agent?: string } =>
    typeof named === 'string' ? { agent: named } : {},
  component: lazyRouteComponent(() => import('./agents/grant-page.tsx'), 'GrantPage'),
})

const environments = createRoute({
  getParentRoute: () => signedIn,
  path: '/environments',
  component: lazyRouteComponent(
    () => import('./environments/environments-page.tsx'),
    'EnvironmentsPage',
  ),
})

const incidents = createRoute({
  getParentRoute: () => signedIn,
  path: '/incidents',
  validateSearch: readIncidentSearch,
  component: lazyRouteComponent(() => import('./incidents/incidents-page.tsx'), 'IncidentsPage'),
})

const ledger = createRoute({
  getParentRoute: () => signedIn,
  path: '/ledger',
  validateSearch: readLedgerSearch,
  component: lazyRouteComponent(() => import('./ledger/ledger-page.tsx'), 'LedgerPage'),
})

const policies = createRoute({
  getParentRoute: () => signedIn,
  path: '/policies',
  component: lazyRouteComponent(() => import('./policies/policies-page.tsx'), 'PoliciesPage'),
})

const people = createRoute({
  getParentRoute: () => signedIn,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/people-page.tsx'), 'PeoplePage'),
})

const notifications = createRoute({
  getParentRoute: () => signedIn,
  path: '/notifications',
  component: lazyRouteComponent(
    () => import('./notifications/notifications-page.tsx'),
    'NotificationsPage',
  ),
})

const tree = root.addChildren([
  enrol,
  openid,
  signedIn.addChildren([
    now,
    hold,
    plan,
    purges,
    asks,
    agents,
    agent,
    grant,
    environments,
    incidents,
    ledger,
    policies,
    people,
    notifications,
  ]),
])

export const router = createRouter({
  routeTree: tree,
  defaultPreload: false,
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
