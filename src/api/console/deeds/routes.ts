import { Fault } from '../../../domain/fault.ts'
import { deedAsked } from '../../deed-kinds.ts'
import type { DeedDone } from '../../deed-kinds.ts'
import type { Deeds } from '../../deeds.ts'
import { answerBody, readSaying } from '../bodies.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import { environmentLines } from './environment.ts'
import type { DeedDoneView } from './shapes.ts'

/** `own`: who may what is a matter of the deed's kind, and checked there, twice. */
export const deedRoutes: readonly PersonRoute[] = [
  {
    method: 'POST',
    path: '/api/deeds/challenge',
    only: 'own',
    answer: ({ parts, person, body }) => ({
      body: deedsOf(parts).challenge(person, readSaying(deedAsked, body, 'deed')),
    }),
  },
  {
    method: 'POST',
    path: '/api/deeds/settle',
    only: 'own',
    answer: async ({ parts, person, body }) => {
      const given = read(answerBody, body)
      const done = await deedsOf(parts).settle(person, given.nonce, given.response)
      return { body: await viewOf(parts, done) }
    },
  },
]

function deedsOf({ deeds }: ConsoleParts): Deeds {
  if (deeds !== undefined) return deeds
  throw new Fault('not-found', 'no gate runs here that could do that')
}

/** The one answer that ever holds a lease's token. It is never cached: no answer here is. */
async function viewOf({ control }: ConsoleParts, done: DeedDone): Promise<DeedDoneView> {
  if (done.kind !== 'lease-issue') return done
  const { lease, token } = done
  const { id, agent, mandate, expiresAt } = lease
  const gate = (await control?.status({}))?.gate ?? null
  const environment = environmentLines(gate, token)
  const issued = { lease: id, agent, mandate, expiresAt, token: token.reveal(), environment }
  return { kind: done.kind, issued }
}
