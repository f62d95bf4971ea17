// What a way to reach people is to the notifier.
import type { Clearance } from '../clearance.ts'
import type { ChannelSettings } from '../configuration/notify.ts'
import type { Vault } from '../credentials/vault.ts'
import type { Fact } from '../domain/fact.ts'
import { Fault, assert } from '../domain/fault.ts'
import type { SecretName } from '../domain/names.ts'
import type { StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import type { Message } from './message.ts'

export interface Channel {
  readonly settings: ChannelSettings
  /** One message, for as many tries as it takes. The clearance is for this message alone. */
  open(message: Message, clearance: Clearance): Sending
}

export interface Sending {
  /** Never rejects, and ends within seconds. `why` names no address and no secret. */
  attempt(signal: AbortSignal): Promise<Attempted>
}

export type Attempted =
  | Readonly<{ kind: 'delivered' }>
  /** trying again would not help */
  | Readonly<{ kind: 'refused'; why: string }>
  /** retryAfter: asked for by the other side, in milliseconds. reached: it got to some already */
  | Readonly<{ kind: 'again'; why: string; retryAfter: number | null; reached?: boolean }>

/** What channels are made of. */
export interface ChannelParts {
  readonly vault: Pick<Vault, 'open'>
  readonly clock: Clock
  readonly store: Pick<StoreReads, 'pushSubscriptions' | 'person'>
  /** authorities to trust, by the path of their file */
  readonly certificates: ReadonlyMap<string, string>
  readonly push: PushKey | null
  readonly append: (fact: Fact) => Promise<unknown>
}

/** The key by which push services know this gate (VAPID, RFC 8292). */
export interface PushKey {
  /** base64url, as browsers take it */
  readonly publicKey: string
  readonly privateKey: string
}

/** Spends the clearance, once it is seen to be for this channel. */
export function useClearance(clearance: Clearance, name: string): void {
  assert(clearance.purpose === 'notify', 'a clearance to notify is needed')
  assert(clearance.upstream === name, 'the clearance is for this channel')
  clearance.spend()
}

export type OpenedSecret =
  Readonly<{ kind: 'open'; value: string }> | Readonly<{ kind: 'closed'; why: string }>

/** Asked for at each try: a person may have put it meanwhile. */
export function openSecret(
  vault: Pick<Vault, 'open'>,
  name: SecretName,
  clearance: Clearance,
): OpenedSecret {
  try {
    return { kind: 'open', value: vault.open(name, clearance).reveal() }
  } catch (fault) {
    if (!(fault instanceof Fault) || fault.code === 'bug') throw fault
    const why =
      fault.code === 'secret-unknown'
        ? `the secret \`${name}\` is not in the vault; put it with \`holdpoint secret put ${name}\``
        : `the secret \`${name}\` does not open (${fault.code})`
    return { kind: 'closed', why }
  }
}
