import type { IncomingMessage } from 'node:http'
import { z } from 'zod'

import { Fault } from '../../domain/fault.ts'
import type { HoldId, PersonName } from '../../domain/names.ts'
import { holdIdPattern } from '../../holds/holds.ts'
import type { Holds } from '../../holds/holds.ts'
import type { JsonValue } from '../../languages/json/value.ts'
import type { Clock } from '../../system/clock.ts'
import type { Invited, People, SignedIn } from '../people.ts'
import type { Purges } from '../purges.ts'
import type { ConsoleSession, ConsoleSessions } from './session.ts'
import { listHolds, viewHold } from './views.ts'
import type { RecentHolds, ViewParts } from './views.ts'

export interface RouteParts extends ViewParts {
  readonly people: People
  readonly holds: Holds
  readonly clock: Clock
  readonly sessions: ConsoleSessions
  readonly recent: RecentHolds
  /** absent where no database is governed */
  readonly purges?: Purges
}

export interface Answer {
  readonly body: object
  readonly setCookie?: string
}

/** What a route is given; `hold` is the id in its path, empty where there is none. */
export interface Call {
  readonly parts: RouteParts
  readonly hold: HoldId
  readonly body: JsonValue
}

interface SignedInCall extends Call {
  readonly session: ConsoleSession
}

export interface Route {
  readonly method: 'GET' | 'POST'
  /** `{hold}` stands for a hold's id */
  readonly path: string
}

export type OpenRoute = Route & Readonly<{ answer: (call: Call) => Promise<Answer> | Answer }>
export type PersonRoute = Route &
  Readonly<{ answer: (call: SignedInCall) => Promise<Answer> | Answer }>

const nonce = z.string().regex(/^[A-Za-z0-9_-]{43}$/)
const code = z.string().max(100)
const codeBody = z.strictObject({ code })
const enrolBody = z.strictObject({ code, nonce, response: z.unknown() })
const answerBody = z.strictObject({ nonce, response: z.unknown() })
const nothing = z.strictObject({})
const askBody = z.strictObject({
  answer: z.enum(['release', 'refuse']),
  note: z.string().max(1000),
})
const invitedBody = z.strictObject({
  person: z.string().max(63),
  roles: z.array(z.enum(['owner', 'approver', 'auditor'])).max(3),
})

const askPurgeBody = z.strictObject({
  purge: z.string().regex(/^purge_[a-z0-9]{16}$/),
  answer: z.enum(['release', 'refuse']),
})

/** Before anyone is signed in. */
export const openRoutes: readonly OpenRoute[] = [
  {
    method: 'POST',
    path: '/api/enrol/options',
    answer: async ({ parts, body }) => ({
      body: await parts.people.enrolOptions(read(codeBody, body).code),
    }),
  },
  {
    method: 'POST',
    path: '/api/enrol/verify',
    answer: async ({ parts, body }) => {
      const given = read(enrolBody, body)
      return welcome(parts, await parts.people.enrol(given.code, given.nonce, given.response))
    },
  },
  {
    method: 'POST',
    path: '/api/sign-in/options',
    answer: ({ parts, body }) => {
      read(nothing, body)
      return { body: parts.people.signInOptions() }
    },
  },
  {
    method: 'POST',
    path: '/api/sign-in/verify',
    answer: async ({ parts, body }) => {
      const given = read(answerBody, body)
      return welcome(parts, await parts.people.signIn(given.nonce, given.response))
    },
  },
]

/** For whoever is signed in; what they may decide is for holds and people to say. */
export const personRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/session',
    answer: ({ parts, session }) => ({ body: whoIs(parts, session.person) }),
  },
  {
    method: 'POST',
    path: '/api/sign-out',
    answer: ({ parts, session, body }) => {
      read(nothing, body)
      parts.sessions.end(session)
      return { body: {}, setCookie: parts.sessions.forget }
    },
  },
  {
    method: 'GET',
    path: '/api/holds',
    answer: ({ parts }) => ({ body: listHolds(parts.store, parts.recent, parts.clock.now()) }),
  },
  {
    method: 'GET',
    path: '/api/holds/{hold}',
    answer: ({ parts, hold, session }) => {
      const record = parts.store.hold(hold)
      if (record === null) throw new Fault('unknown-hold', 'there is no such hold; see the list')
      return { body: viewHold(parts, record, session.person, parts.clock.now()) }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/{hold}/challenge',
    answer: ({ parts, hold, session, body }) => {
      const { answer, note } = read(askBody, body)
      const asked = parts.holds.challenge(hold, session.person, answer, note)
      return {
        body: { nonce: asked.binding.nonce, options: asked.options, binding: asked.binding },
      }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/{hold}/settle',
    answer: async ({ parts, hold, session, body }) => {
      const given = read(answerBody, body)
      const state = await parts.holds.settle(hold, session.person, given.nonce, given.response)
      return { body: { state } }
    },
  },
  {
    method: 'GET',
    path: '/api/purges',
    answer: ({ parts }) => ({
      body: { now: parts.clock.now(), waiting: parts.purges?.waiting() ?? [] },
    }),
  },
  {
    method: 'POST',
    path: '/api/purges/challenge',
    answer: ({ parts, session, body }) => {
      const { purge, answer } = read(askPurgeBody, body)
      return { body: purgesOf(parts).challenge(purge, session.person, answer) }
    },
  },
  {
    method: 'POST',
    path: '/api/purges/settle',
    answer: async ({ parts, session, body }) => {
      const given = read(answerBody, body)
      const { person } = session
      return { body: await purgesOf(parts).settle(person, given.nonce, given.response) }
    },
  },
  {
    method: 'POST',
    path: '/api/invite/options',
    answer: ({ parts, session, body }) => ({
      body: parts.people.inviteOptions(session.person, invitedOf(read(invitedBody, body))),
    }),
  },
  {
    method: 'POST',
    path: '/api/invite/verify',
    answer: async ({ parts, session, body }) => {
      const given = read(answerBody, body)
      return { body: await parts.people.invite(session.person, given.nonce, given.response) }
    },
  },
]

/** The route and the hold that its path names; null for none. */
export function findRoute<R extends Route>(
  routes: readonly R[],
  { method, url }: Pick<IncomingMessage, 'method' | 'url'>,
): Readonly<{ route: R; hold: HoldId }> | null {
  const segments = (url ?? '').split('/')
  for (const route of routes) {
    const wanted = route.path.split('/')
    if (route.method !== method || wanted.length !== segments.length) continue
    const matches = wanted.every((segment, at) =>
      segment === '{hold}' ? holdIdPattern.test(segments[at] ?? '') : segment === segments[at],
    )
    if (matches) return { route, hold: (segments[wanted.indexOf('{hold}')] ?? '') as HoldId }
  }
  return null
}

function purgesOf({ purges }: RouteParts): Purges {
  if (purges !== undefined) return purges
  throw new Fault('purge-over', 'no database is governed here, so there is nothing to purge')
}

function welcome({ sessions, store }: RouteParts, { person, passkey }: SignedIn): Answer {
  const { setCookie, page } = sessions.open(person, passkey)
  return { body: { page, ...whoIs({ store }, person) }, setCookie }
}

function whoIs({ store }: Pick<RouteParts, 'store'>, person: PersonName): object {
  return { person, roles: store.person(person)?.roles ?? [] }
}

function invitedOf({ person, roles }: z.infer<typeof invitedBody>): Invited {
  return { person: person as PersonName, roles }
}

function read<T>(shape: z.ZodType<T>, body: JsonValue): T {
  const parsed = shape.safeParse(body)
  if (parsed.success) return parsed.data
  throw new Fault('body-malformed', 'the body is not what this path takes')
}
