import type { ServerResponse } from 'node:http'

import type { Ledger } from '../../ledger/ledger.ts'

/** Tells open pages that holds have changed; they ask for what, as the person that they are. */
export interface ConsoleEvents {
  /** false when too many listen already. `stands` is asked before each word: sessions end. */
  listen(response: ServerResponse, stands: () => boolean): boolean
  close(): void
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
  let pending: NodeJS.Timeout | null = null
  const beat = setInterval(() => tell(': still here\n\n'), beatMilliseconds)
  beat.unref()

  function tell(text: string): void {
    for (const { response, stands } of listeners) {
      if (!stands() || response.writableLength > unreadMax) response.destroy()
      else response.write(text)
    }
  }

  const unsubscribe = ledger.subscribe(({ fact }) => {
    const { kind } = fact
    if (kind !== 'held' && kind !== 'approved' && kind !== 'settled' && kind !== 'claimed') return
    pending ??= setTimeout(() => {
      pending = null
      tell('event: holds\ndata: {}\n\n')
    }, gatherMilliseconds)
  })

  function listen(response: ServerResponse, stands: () => boolean): boolean {
    if (listeners.size >= listenersMax) return false
    const listener = { response, stands }
    listeners.add(listener)
    response.on('close', () => listeners.delete(listener))
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write('event: holds\ndata: {}\n\n')
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
