// `notify`: who is told, and by what, when a hold opens, a breaker trips or a kill is pulled.
import { resolve } from 'node:path'

import { z } from 'zod'

import { unreachable } from '../domain/fault.ts'
import type { PersonName, SecretName } from '../domain/names.ts'
import { isLoopback } from './address.ts'
import type { Path } from './document.ts'
import { name, path, secretName } from './values.ts'

export interface NotifySettings {
  readonly channels: readonly ChannelSettings[]
  /** channels by what has happened */
  readonly on: Readonly<Record<NotifyOccasion, readonly string[]>>
  /** whom to tell next while a hold still waits; each channel in one step at most */
  readonly escalate: readonly EscalationStep[]
}

export type NotifyOccasion = 'held' | 'asked' | 'tripped' | 'killed'

export interface EscalationStep {
  readonly afterMinutes: number
  readonly channels: readonly string[]
}

interface Named {
  readonly name: string
  /** whom it reaches; null where that is not one person */
  readonly person: PersonName | null
}

/** `url`, `secret` and `password` are names of secrets in the vault, never values. */
export type ChannelSettings = WebhookSettings | ChatSettings | EmailSettings | WebPushSettings

export interface WebhookSettings extends Named {
  readonly kind: 'webhook'
  readonly url: SecretName
  /** signs each message: `whsec_…` */
  readonly secret: SecretName
  /** absolute path of the authorities to trust, PEM; null for the system's */
  readonly certificate: string | null
}

export type ChatSettings = SlackSettings | TeamsSettings

export interface SlackSettings extends Named {
  readonly kind: 'slack'
  readonly url: SecretName
}

export interface TeamsSettings extends Named {
  readonly kind: 'teams'
  readonly url: SecretName
}

export interface EmailSettings extends Named {
  readonly kind: 'email'
  readonly host: string
  readonly port: number
  readonly tls: 'starttls' | 'implicit' | 'off'
  readonly user: string | null
  readonly password: SecretName | null
  readonly from: string
  readonly to: readonly string[]
  readonly certificate: string | null
}

export interface WebPushSettings extends Named {
  readonly kind: 'web-push'
  /** whom a push service writes to when something is wrong */
  readonly contact: string
  /** push services beside the well-known ones, as `host` or, on loopback, `host:port` */
  readonly hosts: readonly string[]
}

const channelsMax = 20
const stepsMax = 10
const recipientsMax = 20
const minutesOfADay = 1440

/** A plain address: nothing that could begin another header or another recipient. */
const mailAddress = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}$/,
    '{value} is not an e-mail address, as in `on-call@example.com`',
  )

const serverName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9.:-]+$/, '{value} is not the name of a server, without scheme or port')

const pushHost = z
  .string()
  .max(260)
  .regex(/^[a-z0-9.-]+(:\d{1,5})?$/, '{value} is not a host name in lower case')

const person = name.optional().describe('whom it reaches, so that pages can say so')
const addressSecret = secretName.describe('the secret that is the address of the incoming webhook')

const channel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('webhook').describe('any receiver of Standard Webhooks'),
    url: secretName.describe('the secret that is its address'),
    secret: secretName.describe('the secret that signs: `whsec_` and 24 to 64 bytes in base64'),
    certificate: path.optional().describe("authorities to trust; the system's when left out"),
    person,
  }),
  z.strictObject({ kind: z.literal('slack'), url: addressSecret, person }),
  z.strictObject({ kind: z.literal('teams'), url: addressSecret, person }),
  z.strictObject({
    kind: z.literal('email'),
    host: serverName.describe('the SMTP server'),
    port: z.int().min(1).max(65_535).default(587),
    tls: z
      .enum(['starttls', 'implicit', 'off'])
      .default('starttls')
      .describe('never goes on without TLS; `off` is for this machine alone'),
    user: z.string().min(1).max(200).optional(),
    password: secretName.optional().describe("the secret that is that user's password"),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(recipientsMax),
    certificate: path.optional().describe("authorities to trust; the system's when left out"),
    person,
  }),
  z.strictObject({
    kind: z.literal('web-push').describe('browsers whose people asked to be told, in the console'),
    contact: mailAddress.describe('whom a push service writes to when something is wrong'),
    hosts: z.array(pushHost).max(20).default([]).describe('push services beside the known ones'),
    person,
  }),
])

const channelNames = z.array(name).max(channelsMax)

export const notifySchema = z.strictObject({
  channels: z
    .record(name, channel)
    .refine((all) => Object.keys(all).length <= channelsMax, `at most ${channelsMax} channels`)
    .default({}),
  on: z
    .strictObject({
      held: channelNames.optional().describe('a hold opened; else all that `escalate` leaves'),
      asked: channelNames.optional().describe('an agent asks for access or help; else as `held`'),
      tripped: channelNames.optional().describe('a breaker tripped; else all channels'),
      killed: channelNames.optional().describe('a kill was pulled; else all channels'),
    })
    .prefault({}),
  escalate: z
    .array(
      z.strictObject({
        afterMinutes: z.int().min(1).max(minutesOfADay),
        channels: channelNames.min(1),
      }),
    )
    .max(stepsMax)
    .default([])
    .describe('whom to tell next while nobody has answered; nothing is ever allowed by it'),
})

export type NotifyFile = z.output<typeof notifySchema>
type Say = (path: Path, says: string, code?: string) => void

export function checkNotify(notify: NotifyFile, holdMinutes: number, say: Say): void {
  for (const [channelName, one] of Object.entries(notify.channels)) {
    const at = ['notify', 'channels', channelName]
    if (one.kind === 'email') checkEmail(one, at, say)
    if (one.kind === 'web-push') checkPush(one, at, say)
  }
  for (const [occasion, named] of Object.entries(notify.on)) {
    checkNames(notify, named ?? [], ['notify', 'on', occasion], say)
  }
  const seen = new Set<string>()
  notify.escalate.forEach(({ afterMinutes, channels }, index) => {
    const at = ['notify', 'escalate', index]
    checkNames(notify, channels, [...at, 'channels'], say)
    if (afterMinutes >= holdMinutes) {
      say([...at, 'afterMinutes'], `a hold is over after ${holdMinutes} minutes; escalate before`)
    }
    for (const one of channels) {
      if (seen.has(one)) say([...at, 'channels'], `\`${one}\` is in a step already; once is enough`)
      seen.add(one)
    }
  })
}

function checkNames(notify: NotifyFile, named: readonly string[], at: Path, say: Say): void {
  named.forEach((one, index) => {
    if (!Object.hasOwn(notify.channels, one)) say([...at, index], `there is no channel \`${one}\``)
    if (named.indexOf(one) !== index) say([...at, index], `\`${one}\` is named twice`)
  })
}

type EmailFile = Extract<NotifyFile['channels'][string], { kind: 'email' }>
type PushFile = Extract<NotifyFile['channels'][string], { kind: 'web-push' }>

function checkEmail({ host, tls, user, password }: EmailFile, at: Path, say: Say): void {
  if (tls === 'off' && !isLoopback(host)) {
    say([...at, 'tls'], '`off` is for a server on this machine; use `starttls` or `implicit`')
  }
  if ((user === undefined) !== (password === undefined)) {
    say(at, 'give both `user` and `password`, or neither')
  }
}

/** A port is for tests and tunnels on this machine; push services have none. */
function checkPush({ hosts }: PushFile, at: Path, say: Say): void {
  hosts.forEach((host, index) => {
    const [bare = '', port] = host.split(':')
    if (port === undefined || isLoopback(bare)) return
    say([...at, 'hosts', index], `\`${host}\` has a port; only loopback addresses may have one`)
  })
}

export function settleNotify(notify: NotifyFile, folder: string): NotifySettings {
  const channels = Object.entries(notify.channels).map(([channelName, one]) =>
    settleChannel(channelName, one, folder),
  )
  const all = channels.map((each) => each.name)
  const later = new Set(notify.escalate.flatMap((step) => step.channels))
  return {
    channels,
    on: {
      held: notify.on.held ?? all.filter((each) => !later.has(each)),
      asked: notify.on.asked ?? notify.on.held ?? all.filter((each) => !later.has(each)),
      tripped: notify.on.tripped ?? all,
      killed: notify.on.killed ?? all,
    },
    escalate: notify.escalate,
  }
}

function settleChannel(
  channelName: string,
  one: NotifyFile['channels'][string],
  folder: string,
): ChannelSettings {
  const named = { name: channelName, person: (one.person ?? null) as PersonName | null }
  switch (one.kind) {
    case 'webhook': {
      const certificate = fileOf(one.certificate, folder)
      const url = one.url as SecretName
      return { ...named, kind: 'webhook', url, secret: one.secret as SecretName, certificate }
    }
    case 'email': {
      const { kind, host, port, tls, from, to } = one
      return {
        ...{ ...named, kind, host, port, tls, from, to, user: one.user ?? null },
        password: (one.password ?? null) as SecretName | null,
        certificate: fileOf(one.certificate, folder),
      }
    }
    case 'web-push':
      return { ...named, kind: 'web-push', contact: one.contact, hosts: one.hosts }
    case 'slack':
      return { ...named, kind: 'slack', url: one.url as SecretName }
    case 'teams':
      return { ...named, kind: 'teams', url: one.url as SecretName }
    default:
      return unreachable(one)
  }
}

function fileOf(file: string | undefined, folder: string): string | null {
  return file === undefined ? null : resolve(folder, file)
}

/** Every secret that a channel needs. */
export function secretsOf(settings: ChannelSettings): readonly SecretName[] {
  switch (settings.kind) {
    case 'webhook':
      return [settings.url, settings.secret]
    case 'email':
      return settings.password === null ? [] : [settings.password]
    case 'web-push':
      return []
    default:
      return [settings.url]
  }
}
