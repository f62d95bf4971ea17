import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import type { Purges } from '../../purges.ts'
import { answerBody } from '../bodies.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'

const askBody = z.strictObject({
  purge: z.string().regex(/^purge_[a-z0-9]{16}$/),
  answer: z.enum(['release', 'refuse']),
})

export const purgeRoutes: readonly PersonRoute[] = [
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
    answer: ({ parts, person, body }) => {
      const { purge, answer } = read(askBody, body)
      return { body: purgesOf(parts).challenge(purge, person, answer) }
    },
  },
  {
    method: 'POST',
    path: '/api/purges/settle',
    answer: async ({ parts, person, body }) => {
      const given = read(answerBody, body)
      return { body: await purgesOf(parts).settle(person, given.nonce, given.response) }
    },
  },
]

function purgesOf({ purges }: ConsoleParts): Purges {
  if (purges !== undefined) return purges
  throw new Fault('purge-over', 'no database is governed here, so there is nothing to purge')
}
