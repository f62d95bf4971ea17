import type { Decision } from '../../../domain/decision.ts'
import type { HoldId } from '../../../domain/names.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { StoreReads } from '../../../store/store.ts'
import { blowsOf } from '../../../words/words.ts'

/** The newest holds by what they would have done, so that a person sees how the like was answered. */
export interface PastHolds {
  /** of the same verb and kind of resource, newest first */
  alike(decision: Decision): readonly HoldId[]
}

const rememberedMax = 500
/** stretches of the ledger that are looked through when the gate starts */
const searchesMax = 5

interface Past {
  readonly id: HoldId
  readonly deed: string
}

export function createPastHolds(
  ledger: Pick<Ledger, 'subscribe'>,
  store: Pick<StoreReads, 'search' | 'hold'>,
): PastHolds {
  // Oldest first.
  const past: Past[] = pastOf(store).toReversed()

  ledger.subscribe(({ fact }) => {
    if (fact.kind !== 'held') return
    past.push(...rememberedOf(store, fact.hold.id))
    if (past.length > rememberedMax) past.shift()
  })

  return {
    alike(decision) {
      const deed = deedOf(decision)
      return past.flatMap((one) => (one.deed === deed ? [one.id] : [])).toReversed()
    },
  }
}

function pastOf(store: Pick<StoreReads, 'search' | 'hold'>): Past[] {
  const found: Past[] = []
  let before: number | null | undefined
  for (let i = 0; i < searchesMax && before !== null && found.length < rememberedMax; i++) {
    const limit = rememberedMax - found.length
    const wanted = { kinds: ['held'], limit } as const
    const { entries, next } = store.search(before === undefined ? wanted : { ...wanted, before })
    for (const { fact } of entries) {
      if (fact.kind === 'held') found.push(...rememberedOf(store, fact.hold.id))
    }
    before = next
  }
  return found
}

function rememberedOf(store: Pick<StoreReads, 'hold'>, id: HoldId): readonly Past[] {
  const record = store.hold(id)
  return record === null ? [] : [{ id, deed: deedOf(record.decision) }]
}

/** The worst that it would do: its verb, on what kind of thing. */
function deedOf(decision: Decision): string {
  const [worst] = blowsOf(decision)
  if (worst === undefined) return ''
  const { effect } = worst.hit
  const resource = effect.kind === 'unknown' ? null : effect.resource
  return JSON.stringify([worst.verb, effect.kind, resource?.provider, resource?.type])
}
