import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import type { HoldId } from '../../../domain/names.ts'
import { answerBody } from '../bodies.ts'
import { param, read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import { listHolds } from './list.ts'
import { viewHold } from './views.ts'

const askBody = z.strictObject({
  answer: z.enum(['release', 'refuse']),
  note: z.string().max(1000),
})

export const holdRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/holds',
    answer: ({ parts }) => ({ body: listHolds(parts.store, parts.recent, parts.clock.now()) }),
  },
  {
    method: 'GET',
    path: '/api/holds/{hold}',
    answer: (call) => {
      const { parts, person } = call
      const record = parts.store.hold(param<HoldId>(call, 'hold'))
      if (record === null) throw new Fault('unknown-hold', 'there is no such hold; see the list')
      return { body: viewHold(parts, record, person, parts.clock.now()) }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/{hold}/challenge',
    answer: (call) => {
      const { parts, person, body } = call
      const { answer, note } = read(askBody, body)
      const asked = parts.holds.challenge(param<HoldId>(call, 'hold'), person, answer, note)
      const { binding, options } = asked
      return { body: { nonce: binding.nonce, options, binding } }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/{hold}/settle',
    answer: async (call) => {
      const { parts, person, body } = call
      const given = read(answerBody, body)
      const hold = param<HoldId>(call, 'hold')
      return {
        body: { state: await parts.holds.settle(hold, person, given.nonce, given.response) },
      }
    },
  },
]
