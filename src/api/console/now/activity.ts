import type { LedgerEntry } from '../../../domain/fact.ts'
import { instantOf, millisecondsOf } from '../../../domain/instant.ts'
import type { AgentName } from '../../../domain/names.ts'
import type { Verdict } from '../../../domain/verdict.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { EntryOf, StoreReads } from '../../../store/store.ts'
import type { Clock } from '../../../system/clock.ts'
import { isDecided } from './summary.ts'

/** Which agents did something in the last five minutes. Costs two additions a decision. */
export interface Activity {
  /** the last one to act first */
  atWork(): readonly Worked[]
}

export interface Worked extends Readonly<Record<Verdict['kind'], number>> {
  /** null: strangers, all of them together */
  readonly agent: AgentName | null
  readonly last: EntryOf<'decided'>
}

export interface ActivityParts {
  readonly ledger: Pick<Ledger, 'subscribe'>
  readonly store: Pick<StoreReads, 'search'>
  readonly clock: Clock
}

const slotMilliseconds = 10_000
/** five minutes, and the slot that is being filled */
const slots = 31
const agentsMax = 1000
/** decisions before a restart that are counted after it */
const rememberedMax = 5000

interface Counted {
  last: EntryOf<'decided'>
  /** the newest slot, by its number since the epoch */
  slot: number
  readonly counts: Readonly<Record<Verdict['kind'], Uint32Array>>
}

export function createActivity({ ledger, store, clock }: ActivityParts): Activity {
  const counted = new Map<AgentName | null, Counted>()

  function learn(entry: EntryOf<'decided'>): void {
    const { agent, verdict } = entry.fact.decision
    const slot = slotOf(millisecondsOf(entry.at))
    let record = counted.get(agent)
    if (record === undefined) {
      record = { last: entry, slot, counts: emptyCounts() }
      counted.set(agent, record)
      const [oldest] = counted.keys()
      if (counted.size > agentsMax && oldest !== undefined) counted.delete(oldest)
    }
    turn(record, slot)
    record.last = entry
    const counts = record.counts[verdict.kind]
    const at = slot % slots
    counts[at] = (counts[at] ?? 0) + 1
  }

  const since = instantOf(clock.milliseconds() - (slots - 1) * slotMilliseconds)
  const before = store.search({ kinds: ['decided'], since, limit: rememberedMax })
  for (const entry of before.entries.toReversed()) if (isDecided(entry)) learn(entry)
  ledger.subscribe((entry: LedgerEntry) => {
    if (isDecided(entry)) learn(entry)
  })

  function atWork(): readonly Worked[] {
    const slot = slotOf(clock.milliseconds())
    const found: Worked[] = []
    for (const [agent, record] of counted) {
      turn(record, slot)
      const worked = { agent, last: record.last, ...summed(record) }
      if (worked.allow + worked.hold + worked.deny > 0) found.push(worked)
      else counted.delete(agent)
    }
    return found.sort((a, b) => b.last.index - a.last.index)
  }

  return { atWork }
}

/** Slots that came round again are empty. */
function turn(record: Counted, slot: number): void {
  const passed = Math.min(slot - record.slot, slots)
  for (let step = 1; step <= passed; step++) {
    for (const counts of Object.values(record.counts)) counts[(record.slot + step) % slots] = 0
  }
  record.slot = Math.max(record.slot, slot)
}

function summed({ counts }: Counted): Readonly<Record<Verdict['kind'], number>> {
  const sum = (all: Uint32Array): number => all.reduce((total, count) => total + count, 0)
  return { allow: sum(counts.allow), hold: sum(counts.hold), deny: sum(counts.deny) }
}

function emptyCounts(): Counted['counts'] {
  const empty = (): Uint32Array => new Uint32Array(slots)
  return { allow: empty(), hold: empty(), deny: empty() }
}

function slotOf(milliseconds: number): number {
  return Math.floor(milliseconds / slotMilliseconds)
}
