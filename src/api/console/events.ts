import type { ServerResponse } from 'node:http'

import type { Fact, FactKind, LedgerEntry } from '../../domain/fact.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { StoreReads } from '../../store/store.ts'
import { createGatheredActions } from './now/gathered.ts'
import type { GatheredActions } from './now/gathered.ts'

/** Tells open pages what has changed; they ask for it as the person that they are. */
export interface ConsoleEvents {
  /** false when too many listen already. `stands` is asked before each word: sessions end. */
  listen(response: ServerResponse, stands: () => boolean): boolean
  close(): void
}

/**
 * What pages follow. An event carries nothing but its topic's name; `actions` also carries what was
 * decided and what ended, as `ActionsEvent` or, where there was neither, an empty object.
 */
export type Topic = 'holds' | 'actions' | 'agents' | 'people' | 'policies' | 'ledger' | 'asks'

const topicsOf: Readonly<Partial<Record<FactKind, readonly Topic[]>>> = {
  held: ['holds'],
  approved: ['holds'],
  settled: ['holds', 'actions'],
  claimed: ['holds'],
  guarded: ['actions'],
  decided: ['actions'],
  ended: ['actions'],
  undone: ['actions'],
  tripped: ['agents', 'actions'],
  resumed: ['agents', 'actions'],
  killed: ['agents', 'actions'],
  'kill-lifted': ['agents', 'actions'],
  'agent-added': ['agents'],
  'mandate-granted': ['agents', 'asks'],
  asked: ['asks'],
  'ask-answered': ['asks'],
  'mandate-revoked': ['agents'],
  'lease-issued': ['agents'],
  'lease-revoked': ['agents'],
  'enrolment-opened': ['people'],
  'person-enrolled': ['people'],
  'passkey-revoked': ['people'],
  'signed-in': ['people'],
  notifying: ['people'],
  notified: ['people'],
  'push-subscribed': ['people'],
  'push-unsubscribed': ['people'],
  'policies-loaded': ['policies'],
  'policies-rejected': ['policies'],
}

const listenersMax = 64
const beatMilliseconds = 20_000
const gatherMilliseconds = 150
/** what a page that does not read may leave unread, in bytes: a few seconds of a busy gate */
const unreadMax = 524_288

interface Listener {
  readonly response: ServerResponse
  readonly stands: () => boolean
}

export function createConsoleEvents(
  ledger: Pick<Ledger, 'subscribe'>,
  store: Pick<StoreReads, 'holdFor'>,
): ConsoleEvents {
  const listeners = new Set<Listener>()
  const changed = new Set<Topic>()
  const actions = createGatheredActions(store)
  let pending: NodeJS.Timeout | null = null
  const beat = setInterval(() => tell(': still here\n\n'), beatMilliseconds)
  beat.unref()

  function tell(text: string): void {
    for (const { response, stands } of listeners) {
      if (!stands() || response.writableLength > unreadMax) response.destroy()
      else response.write(text)
    }
  }

  function flush(): void {
    pending = null
    const told = [...changed]
    changed.clear()
    // Nothing is put into words for nobody.
    if (listeners.size === 0) actions.clear()
    else tell(told.map((topic) => eventOf(topic, actions)).join(''))
  }

  const unsubscribe = ledger.subscribe((entry: LedgerEntry) => {
    if (listeners.size === 0) return
    for (const topic of topicsFor(entry.fact)) changed.add(topic)
    actions.add(entry)
    pending ??= setTimeout(flush, gatherMilliseconds)
  })

  function listen(response: ServerResponse, stands: () => boolean): boolean {
    if (listeners.size >= listenersMax) return false
    const listener = { response, stands }
    listeners.add(listener)
    response.on('close', () => listeners.delete(listener))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': you are listening\n\n')
    return true
  }

  function close(): void {
    unsubscribe()
    clearInterval(beat)
    if (pending !== null) clearTimeout(pending)
    for (const { response } of listeners) response.destroy()
  }

  return { listen, close }
}

/** Everything is in the ledger, so everything changes it. */
function topicsFor(fact: Fact): readonly Topic[] {
  return [...(topicsOf[fact.kind] ?? []), 'ledger']
}

function eventOf(topic: Topic, actions: GatheredActions): string {
  const data = topic === 'actions' ? JSON.stringify(actions.take() ?? {}) : '{}'
  return `event: ${topic}\ndata: ${data}\n\n`
}
