import { z } from 'zod'

import type { PersonName } from '../../../domain/names.ts'
import type { Invited } from '../../people.ts'
import { answerBody } from '../bodies.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import { peopleView } from './views.ts'

const invitedBody = z.strictObject({
  person: z.string().max(63),
  roles: z.array(z.enum(['owner', 'approver', 'auditor'])).max(3),
})

/** `own`: whoever has a passkey adds another of theirs; who invites others is checked by people. */
export const peopleRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/people',
    answer: ({ parts, session }) => ({ body: peopleView(parts, session) }),
  },
  {
    method: 'POST',
    path: '/api/invite/options',
    only: 'own',
    answer: ({ parts, person, body }) => ({
      body: parts.people.inviteOptions(person, invitedOf(read(invitedBody, body))),
    }),
  },
  {
    method: 'POST',
    path: '/api/invite/verify',
    only: 'own',
    answer: async ({ parts, person, body }) => {
      const given = read(answerBody, body)
      return { body: await parts.people.invite(person, given.nonce, given.response) }
    },
  },
]

function invitedOf({ person, roles }: z.infer<typeof invitedBody>): Invited {
  return { person: person as PersonName, roles }
}
