import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import type { HoldId } from '../../../domain/names.ts'
import { togetherMax } from '../../../holds/binding.ts'
import { answerBody } from '../bodies.ts'
import { param, read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import { listHolds } from './list.ts'
import { viewHold } from './views.ts'

const note = z.string().max(1000)
const askBody = z.strictObject({
  answer: z.enum(['release', 'refuse']),
  note,
  /** all of the impact came into view, as the page says */
  impactSeen: z.boolean(),
})
/** one more than may be: too many is refused in words */
const holds = z.array(z.string().regex(/^hold_[a-z0-9]{16}$/)).max(togetherMax + 1)
const togetherBody = z.strictObject({
  holds,
  answer: z.literal('release'),
  note: z.literal(''),
  impactSeen: holds,
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
      const { parts, person, session } = call
      const record = parts.store.hold(param(call, 'hold'))
      if (record === null) throw new Fault('unknown-hold', 'there is no such hold; see the list')
      const body = viewHold(parts, record, person, parts.clock.now())
      parts.looks.shown(session.id, record.hold.id)
      return { body }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/{hold}/challenge',
    answer: (call) => {
      const { parts, person, session } = call
      const given = read(askBody, call.body)
      const hold = param(call, 'hold')
      const look = parts.looks.at(session.id, hold, given.impactSeen)
      const asked = parts.holds.challenge(hold, person, given.answer, given.note, look)
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
      const hold = param(call, 'hold')
      return {
        body: { state: await parts.holds.settle(hold, person, given.nonce, given.response) },
      }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/together/challenge',
    answer: ({ parts, person, session, body }) => {
      const given = read(togetherBody, body)
      const looked = given.holds.map((id) => {
        const hold = id as HoldId
        return { hold, ...parts.looks.at(session.id, hold, given.impactSeen.includes(id)) }
      })
      return { body: parts.holds.challengeTogether(looked, person) }
    },
  },
  {
    method: 'POST',
    path: '/api/holds/together/settle',
    answer: async ({ parts, person, body }) => {
      const given = read(answerBody, body)
      return {
        body: { states: await parts.holds.settleTogether(person, given.nonce, given.response) },
      }
    },
  },
]
