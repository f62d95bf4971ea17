// Web Push (RFC 8030): to each browser whose person asked for it, encrypted for that browser alone
// (RFC 8291, aes128gcm), so that push services read nothing. What a browser is shown is text.
import webPush from 'web-push'

import type { WebPushSettings } from '../configuration/notify.ts'
import { assert } from '../domain/fault.ts'
import type { PushSubscriptionRecord } from '../store/store.ts'
import { useClearance } from './channel.ts'
import type { Attempted, Channel, ChannelParts, PushKey } from './channel.ts'
import type { Message } from './message.ts'
import { attemptedOf, post } from './post.ts'
import { readSubscription } from './subscription.ts'
import type { PushSubscription } from './subscription.ts'

/** how long a push service may keep it for a browser that is away, in seconds */
const keptSeconds = 1800
const bodyMax = 1200

export function createWebPush(settings: WebPushSettings, parts: ChannelParts): Channel {
  const { push } = parts
  assert(push !== null, 'there is a push key where there is a push channel')
  return {
    settings,
    open(message, clearance) {
      useClearance(clearance, settings.name)
      const payload = pushPayload(message)
      const done = new Set<string>()
      let reached = false
      return {
        async attempt(signal): Promise<Attempted> {
          const all = subscribed(settings, parts)
          if (all.length === 0 && !reached) {
            return { kind: 'refused', why: 'no browser has asked to be told' }
          }
          const left = all.filter(({ subscription }) => !done.has(subscription))
          const results = await Promise.all(
            left.map(async (record) => {
              const attempted = await tell(record, { settings, parts, push, payload, signal })
              if (attempted.kind !== 'again') done.add(record.subscription)
              reached ||= attempted.kind === 'delivered'
              return attempted
            }),
          )
          return together(results, reached)
        },
      }
    },
  }
}

/** Whoever has no passkey left is told nothing more. */
function subscribed(
  { person }: WebPushSettings,
  { store }: ChannelParts,
): readonly PushSubscriptionRecord[] {
  return store.pushSubscriptions(person).filter((record) => {
    const passkeys = store.person(record.person)?.passkeys ?? []
    return passkeys.some(({ revokedAt }) => revokedAt === null)
  })
}

interface Telling {
  readonly settings: WebPushSettings
  readonly parts: ChannelParts
  readonly push: PushKey
  readonly payload: string
  readonly signal: AbortSignal
}

async function tell(
  { person, subscription: digest, beside }: PushSubscriptionRecord,
  { settings, parts, push, payload, signal }: Telling,
): Promise<Attempted> {
  const subscription = readStored(beside.bytes, settings.hosts)
  if (subscription === null) return { kind: 'refused', why: 'a browser uses an unknown service' }
  const { headers, body } = webPush.generateRequestDetails(subscription, payload, {
    vapidDetails: { subject: `mailto:${settings.contact}`, ...push },
    ...{ TTL: keptSeconds, urgency: 'high', contentEncoding: 'aes128gcm' },
  })
  const url = new URL(subscription.endpoint)
  const answered = await post({ url, headers: headersOf(headers), body, certificate: null }, signal)
  // It has gone: uninstalled, or its person took the permission back.
  if (answered.kind === 'answered' && (answered.status === 404 || answered.status === 410)) {
    const gone = { kind: 'push-unsubscribed', person, subscription: digest } as const
    await parts.append(gone).catch(() => undefined)
    return { kind: 'refused', why: 'a browser is gone' }
  }
  return attemptedOf(answered, parts.clock)
}

function readStored(bytes: Uint8Array, hosts: readonly string[]): PushSubscription | null {
  try {
    return readSubscription(JSON.parse(Buffer.from(bytes).toString()), hosts)
  } catch {
    return null
  }
}

function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length')
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]))
}

/** The worst that can still be mended; else whether anybody was reached. */
function together(results: readonly Attempted[], reached: boolean): Attempted {
  const again = results.find((one) => one.kind === 'again')
  if (again !== undefined) return { ...again, reached }
  const refused = results.find((one) => one.kind === 'refused')
  if (reached || refused === undefined) return { kind: 'delivered' }
  return refused
}

/** `path` is of the console's own origin; the browser adds that itself. */
export function pushPayload({ topic, about, subject, lines, link }: Message): string {
  const url = new URL(link)
  const body = lines.join('\n')
  const shown = body.length > bodyMax ? `${body.slice(0, bodyMax).toWellFormed()}…` : body
  return JSON.stringify({
    title: subject,
    body: shown,
    path: url.pathname,
    tag: `${topic} ${about}`,
  })
}
