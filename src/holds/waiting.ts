import { Fault } from '../domain/fault.ts'
import type { HoldState } from '../domain/hold.ts'
import { millisecondsOf } from '../domain/instant.ts'
import type { HoldId } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { stateAt } from './rules.ts'

export interface WaitingOptions {
  readonly ledger: Pick<Ledger, 'subscribe'>
  readonly store: Pick<StoreReads, 'hold'>
  readonly clock: Clock
}

export type Wait = (hold: HoldId, milliseconds: number, signal: AbortSignal) => Promise<HoldState>

/** More than this many at once are answered with the present state, without waiting. */
const waitersMax = 1000
const waitMillisecondsMax = 300_000

/** Resolves when the hold is no longer waiting, or with its present state when the time is over. */
export function createWait({ ledger, store, clock }: WaitingOptions): Wait {
  const wakers = new Map<HoldId, Set<() => void>>()
  let waiters = 0

  ledger.subscribe(({ fact }) => {
    if (fact.kind !== 'settled' && fact.kind !== 'claimed') return
    for (const wake of wakers.get(fact.hold) ?? []) wake()
  })

  function present(id: HoldId): HoldState {
    const record = store.hold(id)
    if (record === null) throw new Fault('unknown-hold', `there is no hold \`${id}\``)
    return stateAt(record, clock.now())
  }

  async function sleep(id: HoldId, milliseconds: number, signal: AbortSignal): Promise<void> {
    const wakersHere = wakers.get(id) ?? new Set()
    wakers.set(id, wakersHere)
    waiters++
    await new Promise<void>((resolve) => {
      const timer = setTimeout(wake, milliseconds)
      signal.addEventListener('abort', wake, { once: true })
      wakersHere.add(wake)
      function wake(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        wakersHere.delete(wake)
        resolve()
      }
    })
    waiters--
    if (wakersHere.size === 0 && wakers.get(id) === wakersHere) wakers.delete(id)
  }

  return async (id, milliseconds, signal) => {
    const state = present(id)
    if (state.kind !== 'waiting' || signal.aborted || waiters >= waitersMax) return state
    const expiresAt = store.hold(id)?.hold.expiresAt ?? clock.now()
    const left = millisecondsOf(expiresAt) - clock.milliseconds()
    const patience = Math.min(milliseconds, waitMillisecondsMax, left)
    if (patience > 0) await sleep(id, patience, signal)
    return present(id)
  }
}
