import { z } from 'zod'

import type { SignInMeans } from '../../../domain/fact.ts'
import { Fault } from '../../../domain/fault.ts'
import type { PersonName } from '../../../domain/names.ts'
import type { OpenId } from '../../../sign-in/openid.ts'
import type { SignedIn } from '../../people.ts'
import { answerBody, code, nonce, nothing } from '../bodies.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { Answer, OpenRoute, PersonRoute } from '../route.ts'
import { standingOf } from '../standing.ts'
import type { MeansView, SessionView } from './shapes.ts'

const codeBody = z.strictObject({ code })
const backBody = z.strictObject({ answer: z.string().max(8192), half: nonce })
const enrolBody = z.strictObject({ code, nonce, response: z.unknown() })

/** Before anyone is signed in. */
export const signInRoutes: readonly OpenRoute[] = [
  {
    method: 'GET',
    path: '/api/sign-in/means',
    answer: ({ parts }) => ({
      body: { openid: parts.openid?.issuer ?? null } satisfies MeansView,
    }),
  },
  {
    method: 'POST',
    path: '/api/openid/begin',
    answer: async ({ parts, body }) => {
      read(nothing, body)
      return { body: await openidOf(parts).begin() }
    },
  },
  {
    method: 'POST',
    path: '/api/openid/finish',
    answer: async ({ parts, body }) => {
      const { answer, half } = read(backBody, body)
      const { person, means } = await openidOf(parts).finish(answer, half)
      return open(parts, person, means)
    },
  },
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

export const sessionRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/session',
    answer: ({ parts, person, session }) => ({ body: whoIs(parts, person, session.means) }),
  },
  {
    method: 'POST',
    path: '/api/sign-out',
    only: 'own',
    answer: ({ parts, session, body }) => {
      read(nothing, body)
      parts.sessions.end(session)
      return { body: {}, setCookie: parts.sessions.forget }
    },
  },
]

function openidOf({ openid }: ConsoleParts): OpenId {
  if (openid !== undefined) return openid
  throw new Fault('not-found', 'there is no OpenID provider here; sign in with a passkey')
}

function welcome(parts: ConsoleParts, { person, passkey }: SignedIn): Answer {
  return open(parts, person, { kind: 'passkey', passkey })
}

/** Always a new session, of a name that nobody knew before. */
function open(parts: ConsoleParts, person: PersonName, means: SignInMeans): Answer {
  const { setCookie, page } = parts.sessions.open(person, means)
  return { body: { page, ...whoIs(parts, person, means) }, setCookie }
}

function whoIs(parts: ConsoleParts, person: PersonName, means: SignInMeans): SessionView {
  return { person, ...standingOf(parts, person), means: means.kind }
}
