import { z } from 'zod'

import type { PersonName } from '../../../domain/names.ts'
import type { SignedIn } from '../../people.ts'
import { answerBody, code, nonce, nothing } from '../bodies.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { Answer, OpenRoute, PersonRoute } from '../route.ts'
import type { SessionView } from './shapes.ts'

const codeBody = z.strictObject({ code })
const enrolBody = z.strictObject({ code, nonce, response: z.unknown() })

/** Before anyone is signed in. */
export const signInRoutes: readonly OpenRoute[] = [
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
    answer: ({ parts, person }) => ({ body: whoIs(parts, person) }),
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

function welcome(parts: ConsoleParts, { person, passkey }: SignedIn): Answer {
  const { setCookie, page } = parts.sessions.open(person, passkey)
  return { body: { page, ...whoIs(parts, person) }, setCookie }
}

function whoIs({ store }: Pick<ConsoleParts, 'store'>, person: PersonName): SessionView {
  return { person, roles: store.person(person)?.roles ?? [] }
}
