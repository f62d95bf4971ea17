// Tells people when a hold opens, a breaker trips or a kill is pulled, and whom to tell next while
// nobody answers. It hears of everything after the fact: nothing that an agent asks for waits for
// it, and it allows nothing.
import type { ChannelSettings, NotifySettings } from '../configuration/notify.ts'
import type { Ask } from '../domain/ask.ts'
import type { Fact, LedgerEntry, NotifiedEnd } from '../domain/fact.ts'
import type { Hold } from '../domain/hold.ts'
import { instantOf, later, millisecondsOf } from '../domain/instant.ts'
import type { HoldId, Instant, PersonName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { StoreReads } from '../store/store.ts'
import { createDeliveries } from './deliveries.ts'
import type { Deliveries, DeliveriesOptions } from './deliveries.ts'
import {
  askedMessage,
  escalatedMessage,
  heldMessage,
  killedMessage,
  testMessage,
  trippedMessage,
} from './message.ts'
import type { Message } from './message.ts'
import { readTold } from './told.ts'
import type { Told } from './told.ts'

export interface NotifierOptions extends Omit<DeliveriesOptions, 'ledger'> {
  readonly settings: NotifySettings
  readonly ledger: Pick<Ledger, 'append' | 'subscribe'>
  readonly store: Pick<
    StoreReads,
    'ask' | 'asks' | 'hold' | 'holds' | 'search' | 'frozen' | 'killed'
  >
  /** where people open the console */
  readonly origin: string
}

export interface Notifier {
  /** Tries what is due and escalates; to be called every second or so. */
  tick(): void
  /** A message that says that it is a test. False while one is on its way there already. */
  test(channel: string, by: PersonName): boolean
  state(): NotifierState
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface NotifierState {
  readonly channels: readonly ChannelState[]
  readonly dropped: number
  /** holds that wait, and of which no channel could tell anybody */
  readonly unreachable: readonly HoldId[]
}

export interface ChannelState {
  readonly settings: ChannelSettings
  readonly queued: number
}

/** Of one hold: where it was told, or is being told. */
interface Waiting {
  readonly hold: Hold
  readonly ends: Map<string, 'on its way' | NotifiedEnd['kind']>
  /** channels to which it was escalated */
  readonly escalated: Set<string>
}

/** A trip or kill before the gate was last stopped is told for so long. */
const newsMilliseconds = 60 * 60_000
const asksCaughtUpMax = 200

export function createNotifier(options: NotifierOptions): Notifier {
  return new Teller(options)
}

class Teller implements Notifier {
  readonly #options: NotifierOptions
  readonly #deliveries: Deliveries
  readonly #waiting = new Map<HoldId, Waiting>()
  readonly #testing = new Set<string>()
  readonly #heard: LedgerEntry[] = []
  readonly #unsubscribe: () => void
  #soon: Promise<void> | null = null
  #closed = false

  constructor(options: NotifierOptions) {
    this.#options = options
    this.#deliveries = createDeliveries(options)
    this.#unsubscribe = options.ledger.subscribe((entry) => this.#hear(entry))
    if (options.settings.channels.length > 0) this.#catchUp()
  }

  tick(): void {
    if (this.#closed) return
    const now = this.#options.clock.milliseconds()
    // Time alone ends a hold too, a moment before that is written down.
    for (const [id, { hold }] of this.#waiting) {
      if (millisecondsOf(hold.expiresAt) <= now) this.#waiting.delete(id)
    }
    for (const one of this.#waiting.values()) this.#escalate(one)
    this.#deliveries.tick()
  }

  test(channel: string, by: PersonName): boolean {
    if (this.#testing.has(channel)) return false
    this.#testing.add(channel)
    const message = testMessage(by, this.#options.clock.now(), this.#options.origin)
    const ended = (): boolean => this.#testing.delete(channel)
    this.#deliveries.add({ channel, message, stands: () => true, ended })
    return true
  }

  state(): NotifierState {
    const channels = this.#options.settings.channels.map((settings) => ({
      ...{ settings, queued: this.#deliveries.queued(settings.name) },
    }))
    const lost = [...this.#waiting.values()].filter(({ hold, ends }) => {
      const all = [...ends.values()]
      return this.#stillWaits(hold) && all.length > 0 && all.every((end) => end === 'failed')
    })
    const unreachable = lost.map(({ hold }) => hold.id)
    return { channels, dropped: this.#deliveries.dropped(), unreachable }
  }

  async idle(): Promise<void> {
    while (this.#soon !== null) await this.#soon
    await this.#deliveries.idle()
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#unsubscribe()
    await this.#deliveries.close()
  }

  /** Called while others wait for the ledger: it only remembers. */
  #hear(entry: LedgerEntry): void {
    if (this.#closed || !matters(entry.fact)) return
    this.#heard.push(entry)
    this.#soon ??= new Promise((resolve) => {
      setImmediate(() => {
        this.#soon = null
        for (const { fact, at } of this.#heard.splice(0)) this.#act(fact, at)
        resolve()
      })
    })
  }

  #act(fact: Fact, at: Instant): void {
    const { origin, report } = this.#options
    try {
      if (fact.kind === 'held') this.#holdOpened(fact.hold, () => false)
      if (fact.kind === 'settled') this.#waiting.delete(fact.hold)
      if (fact.kind === 'asked') this.#asked(fact.ask, null)
      if (fact.kind === 'tripped') this.#news('tripped', trippedMessage({ ...fact, at }, origin))
      if (fact.kind === 'killed') this.#news('killed', killedMessage({ ...fact, at }, origin))
    } catch (fault) {
      report(fault)
    }
  }

  #holdOpened(hold: Hold, delivered: (channel: string) => boolean): void {
    if (this.#waiting.has(hold.id)) return
    const { store, settings, origin } = this.#options
    const one: Waiting = { hold, ends: new Map(), escalated: new Set() }
    this.#waiting.set(hold.id, one)
    const decision = store.hold(hold.id)?.decision
    if (decision === undefined) return
    const message = heldMessage({ hold, decision }, origin)
    for (const channel of settings.on.held) {
      if (delivered(channel)) one.ends.set(channel, 'delivered')
      else this.#tell(one, channel, message)
    }
  }

  #tell(one: Waiting, channel: string, message: Message): void {
    one.ends.set(channel, 'on its way')
    this.#deliveries.add({
      ...{ channel, message },
      stands: () => this.#stillWaits(one.hold),
      ended: ({ kind }) => one.ends.set(channel, kind),
    })
  }

  #stillWaits({ id, expiresAt }: Hold): boolean {
    const { store, clock } = this.#options
    return clock.now() < expiresAt && store.hold(id)?.state.kind === 'waiting'
  }

  #news(occasion: 'tripped' | 'killed', message: Message, told: Told | null = null): void {
    for (const channel of this.#options.settings.on[occasion]) {
      if (told?.delivered(channel, occasion, message.about, message.at) === true) continue
      this.#deliveries.add({ channel, message, stands: () => true, ended: () => undefined })
    }
  }

  /** While it still waits: an answer makes the message stale. */
  #asked(ask: Ask, told: Told | null): void {
    const { settings, store, clock, origin } = this.#options
    const message = askedMessage(ask, origin)
    const stands = (): boolean =>
      clock.now() < ask.expiresAt && store.ask(ask.id)?.state.kind === 'waiting'
    for (const channel of settings.on.asked) {
      if (told?.delivered(channel, 'asked', ask.id, ask.askedAt) === true) continue
      this.#deliveries.add({ channel, message, stands, ended: () => undefined })
    }
  }

  #escalate(one: Waiting): void {
    const { settings, clock, store, origin } = this.#options
    const { hold, escalated } = one
    for (const { afterMinutes, channels } of settings.escalate) {
      const at = later(hold.openedAt, afterMinutes * 60)
      const next = channels.filter((channel) => !escalated.has(channel))
      if (clock.now() < at || next.length === 0 || !this.#stillWaits(hold)) continue
      const decision = store.hold(hold.id)?.decision
      if (decision === undefined) continue
      const message = escalatedMessage({ hold, decision }, origin, afterMinutes, at)
      for (const channel of next) {
        escalated.add(channel)
        this.#tell(one, channel, message)
      }
    }
  }

  /** What was not told before the gate stopped. */
  #catchUp(): void {
    const { settings, store, clock, origin } = this.#options
    const news = instantOf(clock.milliseconds() - newsMilliseconds)
    const holds = store.holds({ state: 'waiting' }).map(({ hold }) => hold)
    const standing = holds.filter(({ expiresAt }) => clock.now() < expiresAt)
    const oldest = standing.reduce((at, { openedAt }) => (openedAt < at ? openedAt : at), news)
    const told = readTold(store, oldest)
    const next = settings.escalate.flatMap(({ channels }) => channels)
    for (const hold of standing) {
      const { id, openedAt } = hold
      this.#holdOpened(hold, (channel) => told.delivered(channel, 'held', id, openedAt))
      const one = this.#waiting.get(id)
      for (const channel of next) {
        if (!told.delivered(channel, 'escalated', id, openedAt)) continue
        one?.escalated.add(channel)
        one?.ends.set(channel, 'delivered')
      }
    }
    for (const { ask, state } of store.asks(asksCaughtUpMax)) {
      if (state.kind === 'waiting' && ask.askedAt >= oldest) this.#asked(ask, told)
    }
    for (const freeze of store.frozen()) {
      if (freeze.at >= news) this.#news('tripped', trippedMessage(freeze, origin), told)
    }
    for (const kill of store.killed()) {
      if (kill.at >= news) this.#news('killed', killedMessage(kill, origin), told)
    }
  }
}

function matters({ kind }: Fact): boolean {
  return (
    kind === 'asked' ||
    kind === 'held' ||
    kind === 'settled' ||
    kind === 'tripped' ||
    kind === 'killed'
  )
}
