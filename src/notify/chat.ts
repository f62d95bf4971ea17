// What incoming webhooks of chats have in common: the address is the secret, and all that it takes.
import type { ChatSettings } from '../configuration/notify.ts'
import { openSecret, useClearance } from './channel.ts'
import type { Attempted, Channel, ChannelParts } from './channel.ts'
import type { Message } from './message.ts'
import { attemptedOf, post, readAddress } from './post.ts'
import { badAddress } from './webhook.ts'

export function createChat(
  settings: ChatSettings,
  { vault, clock }: ChannelParts,
  bodyOf: (message: Message) => object,
): Channel {
  return {
    settings,
    open(message, clearance) {
      useClearance(clearance, settings.name)
      const body = JSON.stringify(bodyOf(message))
      return {
        async attempt(signal): Promise<Attempted> {
          const address = openSecret(vault, settings.url, clearance)
          if (address.kind === 'closed') return { kind: 'refused', why: address.why }
          const url = readAddress(address.value)
          if (url === null) return badAddress(settings.url)
          const headers = { 'content-type': 'application/json' }
          return attemptedOf(await post({ url, headers, body, certificate: null }, signal), clock)
        },
      }
    },
  }
}
