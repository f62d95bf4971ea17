// Messages on their way, by channel: each written down before it leaves, tried until it arrives or
// there is no use, and its end written down. A slow channel holds up nothing but itself.
import type { Clearance } from '../clearance.ts'
import type { FactOf, NotifiedEnd } from '../domain/fact.ts'
import { assert } from '../domain/fault.ts'
import type { Ledger, Receipt } from '../ledger/ledger.ts'
import { sha256 } from '../system/hash.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { Attempted, Channel, Sending } from './channel.ts'
import type { Message } from './message.ts'
import { nextTry } from './retry.ts'

export interface DeliveriesOptions {
  readonly channels: readonly Channel[]
  readonly ledger: Pick<Ledger, 'append'>
  readonly clock: Clock
  readonly random: Random
  readonly clear: (receipt: Receipt<FactOf<'notifying'>>) => Clearance
  readonly report: (fault: unknown) => void
}

export interface Deliveries {
  /** At once, or never: nobody waits for this. */
  add(wanted: Wanted): void
  /** Tries what is due. */
  tick(): void
  /** messages that wait or are under way, of one channel */
  queued(channel: string): number
  /** how many were given up because too many waited, since the start */
  dropped(): number
  /** Resolves when nothing is under way; what waits for its next try goes on waiting. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface Wanted {
  readonly channel: string
  readonly message: Message
  /** it still matters: the hold waits yet */
  readonly stands: () => boolean
  readonly ended: (end: NotifiedEnd) => void
}

export const queueMax = 100
const togetherMax = 4

interface Delivery extends Wanted {
  attempts: number
  readonly since: number
  due: number
  sending: Sending | null
  busy: boolean
}

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  return new Queues(options)
}

class Queues implements Deliveries {
  readonly #options: DeliveriesOptions
  readonly #channels: ReadonlyMap<string, Channel>
  readonly #queues = new Map<string, Set<Delivery>>()
  readonly #working = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #dropped = 0

  constructor(options: DeliveriesOptions) {
    this.#options = options
    this.#channels = new Map(options.channels.map((one) => [one.settings.name, one]))
    for (const name of this.#channels.keys()) this.#queues.set(name, new Set())
  }

  add(wanted: Wanted): void {
    const queue = this.#queues.get(wanted.channel)
    if (queue === undefined || this.#stopping.signal.aborted) return
    const now = this.#options.clock.milliseconds()
    const delivery = { ...wanted, attempts: 0, since: now, due: now, sending: null, busy: false }
    if (queue.size >= queueMax) {
      this.#dropped++
      const why = `${queueMax} messages wait for this channel already`
      this.#follow(this.#end(delivery, { kind: 'failed', attempts: 0, why }))
      return
    }
    queue.add(delivery)
    this.#pump(queue)
  }

  tick(): void {
    for (const queue of this.#queues.values()) this.#pump(queue)
  }

  queued(channel: string): number {
    return this.#queues.get(channel)?.size ?? 0
  }

  dropped(): number {
    return this.#dropped
  }

  async idle(): Promise<void> {
    while (this.#working.size > 0) await Promise.all(this.#working)
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.idle()
  }

  #pump(queue: Set<Delivery>): void {
    const now = this.#options.clock.milliseconds()
    let busy = [...queue].filter((one) => one.busy).length
    for (const delivery of queue) {
      if (busy >= togetherMax || this.#stopping.signal.aborted) return
      if (delivery.busy || delivery.due > now) continue
      busy++
      delivery.busy = true
      this.#follow(this.#run(queue, delivery))
    }
  }

  #follow(work: Promise<void>): void {
    const followed: Promise<void> = work.catch(this.#options.report).finally(() => {
      this.#working.delete(followed)
    })
    this.#working.add(followed)
  }

  async #run(queue: Set<Delivery>, delivery: Delivery): Promise<void> {
    try {
      if (await this.#attempt(delivery)) queue.delete(delivery)
    } catch (fault) {
      // The ledger takes nothing more, or there is a bug: it is not tried for ever.
      queue.delete(delivery)
      const why = 'it could not be written down'
      delivery.ended({ kind: 'failed', attempts: delivery.attempts, why })
      throw fault
    } finally {
      delivery.busy = false
      this.#pump(queue)
    }
  }

  /** True when there is nothing more to do. */
  async #attempt(delivery: Delivery): Promise<boolean> {
    if (!delivery.stands()) {
      await this.#endOver(delivery)
      return true
    }
    delivery.sending ??= await this.#begin(delivery)
    const { signal } = this.#stopping
    const attempted = await delivery.sending.attempt(signal)
    // What was cut short here is sent again after the next start.
    if (signal.aborted && attempted.kind !== 'delivered') return true
    const attempts = ++delivery.attempts
    const due = attempted.kind === 'again' ? this.#dueAfter(delivery, attempted) : null
    if (due !== null) {
      delivery.due = due
      return false
    }
    const arrived =
      attempted.kind === 'delivered' || (attempted.kind === 'again' && attempted.reached === true)
    await this.#end(
      delivery,
      arrived ? { kind: 'delivered', attempts } : { kind: 'failed', attempts, why: attempted.why },
    )
    return true
  }

  #dueAfter(
    { attempts, since }: Delivery,
    { retryAfter }: Extract<Attempted, { kind: 'again' }>,
  ): number | null {
    const { clock, random } = this.#options
    const [chance = 0] = random.bytes(1)
    return nextTry({ attempts, since, now: clock.milliseconds(), retryAfter, chance })
  }

  /** The intent first: nothing leaves without it. */
  async #begin({ channel, message }: Delivery): Promise<Sending> {
    const { ledger, clear } = this.#options
    const { topic, about } = message
    const request = sha256(canonicalJson({ channel, message }))
    const receipt = await ledger.append({ kind: 'notifying', channel, topic, about, request })
    const found = this.#channels.get(channel)
    assert(found !== undefined, 'only channels that there are have a queue')
    return found.open(message, clear(receipt))
  }

  /** What was never begun is not written down. */
  async #endOver(delivery: Delivery): Promise<void> {
    const end = { kind: 'failed', attempts: delivery.attempts, why: overWhy } as const
    if (delivery.sending === null) delivery.ended(end)
    else await this.#end(delivery, end)
  }

  async #end({ channel, message, ended }: Delivery, how: NotifiedEnd): Promise<void> {
    const { topic, about } = message
    await this.#options.ledger.append({ kind: 'notified', channel, topic, about, end: how })
    ended(how)
  }
}

const overWhy = 'it was over before it could be told'
