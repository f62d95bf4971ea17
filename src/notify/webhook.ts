// Generic webhooks, signed: the receiver knows who sent it, and that nothing was changed.
// Standard Webhooks 1.0.0, symmetric signatures. docs/formats/webhooks.md
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { Webhook } from 'standardwebhooks'

import type { NotificationTopic } from '../domain/fact.ts'
import type { WebhookSettings } from '../configuration/notify.ts'
import { sha256 } from '../system/hash.ts'
import { openSecret, useClearance } from './channel.ts'
import type { Attempted, Channel, ChannelParts } from './channel.ts'
import type { Message } from './message.ts'
import { attemptedOf, post, readAddress } from './post.ts'

const typeOf: Readonly<Record<NotificationTopic, string>> = {
  held: 'hold.opened',
  escalated: 'hold.escalated',
  asked: 'agent.asked',
  tripped: 'agent.tripped',
  killed: 'agent.killed',
  test: 'test',
}

/** 24 to 64 bytes in base64, as the specification wants it. */
const secretPattern = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/
const secretBytes = { least: 24, most: 64 }

export function createWebhook(settings: WebhookSettings, parts: ChannelParts): Channel {
  const { vault, clock, certificates } = parts
  return {
    settings,
    open(message, clearance) {
      useClearance(clearance, settings.name)
      const body = webhookBody(message)
      const id = webhookId(message)
      return {
        async attempt(signal): Promise<Attempted> {
          const address = openSecret(vault, settings.url, clearance)
          if (address.kind === 'closed') return { kind: 'refused', why: address.why }
          const secret = openSecret(vault, settings.secret, clearance)
          if (secret.kind === 'closed') return { kind: 'refused', why: secret.why }
          const url = readAddress(address.value)
          if (url === null) return badAddress(settings.url)
          if (!isSigningSecret(secret.value)) {
            const why = `the secret \`${settings.secret}\` is not \`whsec_\` and 24 to 64 bytes`
            return { kind: 'refused', why }
          }
          const headers = signedHeaders(secret.value, id, clock.milliseconds(), body)
          const { certificate: file } = settings
          const certificate = file === null ? null : (certificates.get(file) ?? null)
          return attemptedOf(await post({ url, headers, body, certificate }, signal), clock)
        },
      }
    },
  }
}

export function badAddress(secret: string): Attempted {
  const why = `the secret \`${secret}\` is not an https address`
  return { kind: 'refused', why }
}

/** The same for every try, after a restart too: a receiver can tell what it has had already. */
export function webhookId({ topic, about, at }: Message): string {
  return `msg_${sha256(`${topic} ${about} ${at}`).slice(0, 32)}`
}

export function webhookBody({ topic, at, subject, lines, data }: Message): string {
  const told = { ...data, subject, text: lines.join('\n') }
  return JSON.stringify({ type: typeOf[topic], timestamp: at, data: told })
}

export function signedHeaders(
  secret: string,
  id: string,
  milliseconds: number,
  body: string,
): Record<string, string> {
  const signature = new Webhook(secret).sign(id, new Date(milliseconds), body)
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(milliseconds / 1000)),
    'webhook-signature': signature,
  }
}

function isSigningSecret(text: string): boolean {
  const encoded = secretPattern.exec(text)?.[1]
  if (encoded === undefined) return false
  const { length } = Buffer.from(encoded, 'base64')
  return length >= secretBytes.least && length <= secretBytes.most
}
