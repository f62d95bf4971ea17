import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import { namePattern } from '../../../domain/names.ts'
import type { Digest } from '../../../domain/names.ts'
import {
  readSubscription,
  subscriptionDigest,
  writeSubscription,
} from '../../../notify/subscription.ts'
import { read } from '../route.ts'
import type { PersonCall, PersonRoute } from '../route.ts'
import type { NotificationDesk } from './desk.ts'
import { nobodyTold, viewNotifications, viewUnreachable } from './views.ts'

const testBody = z.strictObject({ channel: z.string().regex(namePattern) })
const subscribeBody = z.strictObject({
  subscription: z.object({
    endpoint: z.string().max(2048),
    keys: z.object({ p256dh: z.string().max(100), auth: z.string().max(40) }),
  }),
})
const unsubscribeBody = z.strictObject({ subscription: z.string().regex(/^[0-9a-f]{64}$/) })

export const notificationRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/notifications',
    answer: ({ parts, person }) => {
      const { notifications: desk, clock } = parts
      if (desk === undefined) return { body: nobodyTold(clock.now()) }
      return { body: viewNotifications(parts, desk, person) }
    },
  },
  {
    method: 'GET',
    path: '/api/notifications/unreachable',
    answer: ({ parts }) => ({ body: viewUnreachable(parts) }),
  },
  {
    method: 'POST',
    path: '/api/notifications/test',
    heavy: true,
    answer: (call) => {
      const { channel } = read(testBody, call.body)
      onlyOwner(call)
      const { notifier, settings } = deskOf(call.parts)
      if (!settings.channels.some(({ name }) => name === channel)) {
        throw new Fault('not-found', `there is no channel \`${channel}\``)
      }
      if (!notifier.test(channel, call.person)) {
        throw new Fault('test-under-way', 'a test is on its way there already; wait for its end')
      }
      return { body: {} }
    },
  },
  {
    method: 'POST',
    path: '/api/notifications/push/subscribe',
    only: 'own',
    answer: async ({ parts, person, body }) => {
      const { push } = deskOf(parts)
      if (push === null) {
        const says = 'no channel is of browsers; add one of kind `web-push` to holdpoint.yaml'
        throw new Fault('push-refused', says)
      }
      const given = readSubscription(read(subscribeBody, body).subscription, push.hosts)
      const subscription = subscriptionDigest(given)
      const fact = { kind: 'push-subscribed', person, subscription } as const
      await parts.ledger.append(fact, writeSubscription(given))
      return { body: { subscription } }
    },
  },
  {
    method: 'POST',
    path: '/api/notifications/push/unsubscribe',
    only: 'own',
    answer: async ({ parts, person, body }) => {
      const { subscription } = read(unsubscribeBody, body)
      const digest = subscription as Digest
      await parts.ledger.append({ kind: 'push-unsubscribed', person, subscription: digest })
      return { body: {} }
    },
  },
]

function deskOf({ notifications }: PersonCall['parts']): NotificationDesk {
  if (notifications !== undefined) return notifications
  throw new Fault('not-found', 'this console has nobody to tell')
}

function onlyOwner({ parts, person }: PersonCall): void {
  if (parts.store.person(person)?.roles.includes('owner') === true) return
  throw new Fault('may-not-answer', 'only an owner sends a test')
}
