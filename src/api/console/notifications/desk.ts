import type { ChannelSettings, NotifySettings } from '../../../configuration/notify.ts'
import type { SecretName } from '../../../domain/names.ts'
import type { Notifier } from '../../../notify/notifier.ts'

/** What the console asks about telling people. */
export interface NotificationDesk {
  readonly settings: NotifySettings
  readonly notifier: Pick<Notifier, 'state' | 'test'>
  /** null where no channel is of browsers */
  readonly push: Readonly<{ publicKey: string; hosts: readonly string[] }> | null
  /** secrets that a channel needs and the vault does not have */
  missing(channel: ChannelSettings): readonly SecretName[]
}
