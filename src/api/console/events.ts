import type { ServerResponse } from 'node:http'

import type { Fact, FactKind, LedgerEntry } from '../../domain/fact.ts'
import type { Ledger } from '../../ledger/ledger.ts'

/** Tells open pages what has changed; they ask for it as the person that they are. */
export interface ConsoleEvents {
  /** false when too many listen already. `stands` is asked before each word: sessions end. */
  listen(response: ServerResponse, stands: () => boolean): boolean
  close(): void
}

/** What pages follow. Each event carries nothing but its topic's name. */
export type Topic = 'holds' | 'actions' | 'agents' | 'people' | 'policies' | 'ledger'

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
  'mandate-granted': ['agents'],
  'mandate-revoked': ['agents'],
  'lease-issued': ['agents'],
  'lease-revoked': ['agents'],
  'enrolment-opened': ['people'],
  'person-enrolled': ['people'],
  'passkey-revoked': ['people'],
  'push-subscribed': ['people'],
  'push-unsubscribed': ['people'],
  'policies-loaded': ['policies'],
  'policies-rejected': ['policies'],
}

const listenersMax = 64
const beatMilliseconds = 20_000
const gatherMilliseconds = 150
/** what a page that does not read may leave unread, in bytes */
const unreadMax = 65_536

interface Listener {
  readonly response: ServerResponse
  readonly stands: () => boolean
}

export function createConsoleEvents(ledger: Pick<Ledger, 'subscribe'>): ConsoleEvents {
  const listeners = new Set<Listener>()
  const changed = new Set<Topic>()
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
    const text = [...changed].map(eventOf).join('')
    changed.clear()
    tell(text)
  }

  const unsubscribe = ledger.subscribe(({ fact }: LedgerEntry) => {
    for (const topic of topicsFor(fact)) changed.add(topic)
    if (listeners.size === 0) changed.clear()
    else if (changed.size > 0) pending ??= setTimeout(flush, gatherMilliseconds)
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

function eventOf(topic: Topic): string {
  return `event: ${topic}\ndata: {}\n\n`
}
