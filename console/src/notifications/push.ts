// This browser's own push subscription. The one worker it takes is the gate's own file; no other
// address can be made a worker here, as Trusted Types have it.
import { post } from '../api.ts'
import { digest, toHex } from '../digest.ts'

const workerUrl = '/push-worker.js'

interface TrustedPolicy {
  createScriptURL(url: string): string
}

interface TrustedFactory {
  createPolicy(name: string, rules: TrustedPolicy): TrustedPolicy
}

let policy: TrustedPolicy | null = null

/** The name is the only one that the console's policy allows, and the address the only one here. */
function trustedWorker(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedFactory }
  if (trustedTypes === undefined) return workerUrl
  policy ??= trustedTypes.createPolicy('holdpoint-worker', {
    createScriptURL: (url) => {
      if (url !== workerUrl) throw new TypeError('no other worker is made here')
      return url
    },
  })
  return policy.createScriptURL(workerUrl)
}

export function canBeTold(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis
}

export function isRefused(): boolean {
  return canBeTold() && Notification.permission === 'denied'
}

/** SHA-256 of this browser's endpoint, as the gate has it; null where it has none. */
export async function ownSubscription(): Promise<string | null> {
  if (!canBeTold()) return null
  const registration = await navigator.serviceWorker.getRegistration(workerUrl)
  const subscription = await registration?.pushManager.getSubscription()
  if (subscription === null || subscription === undefined) return null
  return toHex(await digest(subscription.endpoint))
}

/** Asks the person, then the browser's push service, then the gate. */
export async function subscribe(publicKey: string): Promise<void> {
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('this browser may not show notifications; allow them for this page')
  }
  await navigator.serviceWorker.register(trustedWorker(), { scope: '/', updateViaCache: 'none' })
  const { pushManager } = await navigator.serviceWorker.ready
  // One of another key cannot be written to by this gate.
  await (await pushManager.getSubscription())?.unsubscribe()
  const subscription = await pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
    .catch(() => {
      throw new Error('this browser’s push service cannot be reached; try again later')
    })
  const { endpoint, keys } = subscription.toJSON()
  const { p256dh, auth } = keys ?? {}
  try {
    await post('/api/notifications/push/subscribe', {
      subscription: { endpoint, keys: { p256dh, auth } },
    })
  } catch (fault) {
    await subscription.unsubscribe()
    throw fault
  }
}

export async function unsubscribe(subscription: string): Promise<void> {
  await post('/api/notifications/push/unsubscribe', { subscription })
  if ((await ownSubscription()) !== subscription) return
  const registration = await navigator.serviceWorker.getRegistration(workerUrl)
  await (await registration?.pushManager.getSubscription())?.unsubscribe()
}
