import type { ChannelSettings } from '../configuration/notify.ts'
import type { Channel, ChannelParts } from './channel.ts'
import { createEmail } from './email.ts'
import { createSlack } from './slack.ts'
import { createTeams } from './teams.ts'
import { createWebPush } from './web-push.ts'
import { createWebhook } from './webhook.ts'

type Kind = ChannelSettings['kind']
type SettingsOf<K extends Kind> = Extract<ChannelSettings, Readonly<{ kind: K }>>
type Makers = Readonly<{
  [K in Kind]: (settings: SettingsOf<K>, parts: ChannelParts) => Channel
}>

/** Every way to reach people, a row each: a new kind does not compile until it has one. */
const makers: Makers = {
  webhook: createWebhook,
  slack: createSlack,
  teams: createTeams,
  email: createEmail,
  'web-push': createWebPush,
}

export function createChannel<K extends Kind>(
  settings: SettingsOf<K> & Readonly<{ kind: K }>,
  parts: ChannelParts,
): Channel {
  return makers[settings.kind](settings, parts)
}
