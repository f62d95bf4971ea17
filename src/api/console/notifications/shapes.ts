// What the console's page is told. The page imports this file, so it holds types alone.
import type { NotificationTopic, NotifiedEnd } from '../../../domain/fact.ts'
import type { Digest, HoldId, Instant, PersonName, SecretName } from '../../../domain/names.ts'
import type { NotifyOccasion } from '../../../configuration/notify.ts'

export interface NotificationsView {
  readonly now: Instant
  readonly channels: readonly ChannelView[]
  /** the newest first */
  readonly recent: readonly NotifiedView[]
  /** messages given up since the gate was started, because too many waited */
  readonly dropped: number
  /** holds that wait, and of which nobody could be told */
  readonly unreachable: readonly UnreachableView[]
  /** null where no channel is of browsers */
  readonly push: PushView | null
}

export interface ChannelView {
  readonly name: string
  readonly kind: 'webhook' | 'slack' | 'teams' | 'email' | 'web-push'
  /** whom it reaches; null where that is not one person */
  readonly person: PersonName | null
  readonly on: readonly NotifyOccasion[]
  /** it is told of a hold that nobody has answered for so long; null for never */
  readonly escalatesAfterMinutes: number | null
  /** secrets that it needs and the vault does not have */
  readonly missing: readonly SecretName[]
  readonly queued: number
  readonly last: NotifiedView | null
  /** since it last arrived, of the messages looked at */
  readonly failures: number
}

export interface NotifiedView {
  readonly index: number
  readonly at: Instant
  readonly channel: string
  readonly topic: NotificationTopic
  /** the id of a hold, an agent's name, `all`, or who asked for a test */
  readonly about: string
  readonly end: NotifiedEnd
  /** `on-call was told at once, that hold_… waits` */
  readonly says: string
}

export interface UnreachableView {
  readonly hold: HoldId
  readonly sentence: string
}

export interface PushView {
  /** the gate's own key, which a browser's subscription is bound to */
  readonly publicKey: string
  /** this person's browsers: SHA-256 of each one's endpoint, which itself is shown to nobody */
  readonly mine: readonly Digest[]
}
