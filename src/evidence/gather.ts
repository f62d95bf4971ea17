// Which entries an incident is made of. Never reads the whole ledger: pages, each in a turn of the
// event loop of its own, up to a bound that the answer names.
import { setImmediate } from 'node:timers/promises'

import type { Fact, FactKind, LedgerEntry } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import { later } from '../domain/instant.ts'
import type { AgentName, DecisionId, HoldId, Instant } from '../domain/names.ts'
import type { StoreReads } from '../store/store.ts'
import type { IncidentScope } from './incident.ts'

export const entriesMax = 5000
const scannedMax = 20_000
const pageEntries = 200
/** actions that began before the range, or went on after it, and are told whole */
const whole = { max: 400, inOneTurn: 20 }
const aroundMax = 200
/** mandates, and leases, whose grants are looked for */
const grantsMax = 200

type Reads = Pick<StoreReads, 'search' | 'decision' | 'hold' | 'mandate' | 'lease' | 'agent'>

export interface Gathered {
  readonly entries: readonly LedgerEntry[]
  /** there was more than is here */
  readonly more: boolean
}

export async function gather(store: Reads, scope: IncidentScope): Promise<Gathered> {
  const found = new Found()
  if (scope.kind === 'decision') await gatherDecision(store, scope.decision, found)
  else await gatherRange(store, scope, found)
  await addGrants(store, found)
  return { entries: found.entries(), more: found.more }
}

/** Entries by their index, each once. */
class Found {
  readonly #byIndex = new Map<number, LedgerEntry>()
  more = false

  add(entries: readonly LedgerEntry[]): void {
    for (const entry of entries) {
      if (this.#byIndex.size >= entriesMax && !this.#byIndex.has(entry.index)) this.more = true
      else this.#byIndex.set(entry.index, entry)
    }
  }

  drop(index: number): void {
    this.#byIndex.delete(index)
  }

  get size(): number {
    return this.#byIndex.size
  }

  entries(): readonly LedgerEntry[] {
    return [...this.#byIndex.values()].sort((a, b) => a.index - b.index)
  }
}

const aboutStops: readonly FactKind[] = ['tripped', 'resumed', 'killed', 'kill-lifted']
const around: readonly FactKind[] = [
  ...aboutStops,
  'notifying',
  'notified',
  'lease-revoked',
  'mandate-revoked',
]

async function gatherDecision(store: Reads, asked: DecisionId, found: Found): Promise<void> {
  const record = store.decision(asked)
  if (record === null) throw new Fault('not-found', `there is no decision \`${asked}\``)
  const seen = new Set<DecisionId>()
  const next = [asked]
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (seen.has(id) || seen.size >= whole.max) continue
    seen.add(id)
    const { history } = store.decision(id) ?? { history: [] }
    found.add(history)
    next.push(...history.flatMap(({ fact }) => linkedTo(store, fact)))
  }
  const entries = found.entries()
  const [first, last] = [entries[0], entries.at(-1)]
  if (first === undefined || last === undefined) return
  const window = { since: first.at, until: later(last.at, 60) }
  const { request, agent } = record.decision
  const again = { ...window, kinds: ['decided'] as const, text: request.digest }
  found.add((await searchAll(store, again)).filter(({ fact }) => isSame(fact, record.decision)))
  const beside = await searchAll(store, { ...window, kinds: around })
  found.add(beside.filter(({ fact }) => agent !== null && concerns(store, fact, agent)))
}

function isSame(
  fact: Fact,
  { request, lease }: { request: { digest: string }; lease: unknown },
): boolean {
  return (
    fact.kind === 'decided' &&
    fact.decision.request.digest === request.digest &&
    fact.decision.lease === lease
  )
}

/** Its hold's own decision, and the one on which the release was spent. */
function linkedTo(store: Reads, fact: Fact): readonly DecisionId[] {
  if (fact.kind !== 'claimed') return []
  const hold = store.hold(fact.hold)
  return [fact.decision, ...(hold === null ? [] : [hold.hold.decision])]
}

type Wanted = Readonly<{
  since: Instant
  until: Instant
  kinds?: readonly FactKind[]
  text?: string
}>

/** At most `aroundMax`, newest first, from a bounded stretch. */
async function searchAll(store: Reads, wanted: Wanted): Promise<readonly LedgerEntry[]> {
  const entries: LedgerEntry[] = []
  let before: number | null = null
  for (let page = 0; page < 5 && entries.length < aroundMax; page++) {
    const limit = aroundMax - entries.length
    const found = store.search({ ...wanted, limit, ...(before === null ? {} : { before }) })
    entries.push(...found.entries)
    before = found.next
    if (before === null) break
    await setImmediate()
  }
  return entries
}

type Range = Extract<IncidentScope, { kind: 'range' }>

async function gatherRange(
  store: Reads,
  { since, until, agent }: Range,
  found: Found,
): Promise<void> {
  let before: number | null = null
  for (let scanned = 0; scanned < scannedMax; scanned += pageEntries) {
    const at = before === null ? {} : { before }
    const page = store.search({ since, until, limit: pageEntries, ...at })
    found.add(page.entries.filter(({ fact }) => !isOthers(fact, agent)))
    before = page.next
    if (before === null || found.more) break
    await setImmediate()
  }
  if (before !== null) found.more = true
  await tellWhole(store, found)
  if (agent !== null) dropOthers(store, agent, found)
}

/** Plainly another agent's: not kept for a moment. */
function isOthers(fact: Fact, agent: AgentName | null): boolean {
  if (agent === null) return false
  if (fact.kind === 'decided') return fact.decision.agent !== agent
  return fact.kind === 'held' && fact.hold.agent !== agent
}

/** What began before the range, and what was held in it, is told to its end. */
async function tellWhole(store: Reads, found: Found): Promise<void> {
  const entries = found.entries()
  const decided = new Set(
    entries.flatMap(({ fact }) => (fact.kind === 'decided' ? [fact.decision.id] : [])),
  )
  const wanted = new Set<DecisionId>()
  for (const { fact } of entries) {
    const id = decisionOf(store, fact)
    const isHeld = fact.kind === 'held' || holdOf(fact) !== null
    if (id !== null && (isHeld || !decided.has(id))) wanted.add(id)
  }
  if (wanted.size > whole.max) found.more = true
  let read = 0
  for (const id of [...wanted].slice(-whole.max)) {
    found.add(store.decision(id)?.history ?? [])
    read += 1
    if (read % whole.inOneTurn === 0) await setImmediate()
  }
}

function holdOf(fact: Fact): HoldId | null {
  return fact.kind === 'approved' || fact.kind === 'settled' ? fact.hold : null
}

function decisionOf(store: Reads, fact: Fact): DecisionId | null {
  switch (fact.kind) {
    case 'held':
      return fact.hold.decision
    case 'approved':
    case 'settled':
      return store.hold(fact.hold)?.hold.decision ?? null
    case 'claimed':
    case 'guarded':
    case 'sent':
    case 'ended':
    case 'repeated':
    case 'undone':
      return fact.decision
    default:
      return null
  }
}

function dropOthers(store: Reads, agent: AgentName, found: Found): void {
  const entries = found.entries()
  const own = new Set(
    entries.flatMap(({ fact }) =>
      fact.kind === 'decided' && fact.decision.agent === agent ? [fact.decision.id] : [],
    ),
  )
  for (const { index, fact } of entries) {
    const about = fact.kind === 'decided' ? fact.decision.id : decisionOf(store, fact)
    const isOwn = about === null ? concerns(store, fact, agent) : own.has(about)
    if (!isOwn) found.drop(index)
  }
}

/** What happens to an agent, or to all of them; not what becomes of its requests. */
function concerns(store: Reads, fact: Fact, agent: AgentName): boolean {
  switch (fact.kind) {
    case 'agent-added':
    case 'tripped':
    case 'resumed':
      return fact.agent === agent
    case 'killed':
    case 'kill-lifted':
      return fact.agent === null || fact.agent === agent
    case 'mandate-granted':
      return fact.mandate.agent === agent
    case 'mandate-revoked':
      return store.mandate(fact.mandate)?.mandate.agent === agent
    case 'lease-issued':
      return fact.lease.agent === agent
    case 'lease-revoked':
      return store.lease(fact.lease)?.lease.agent === agent
    case 'notifying':
    case 'notified':
      return isAbout(store, fact.about, agent)
    case 'started':
    case 'policies-loaded':
    case 'policies-rejected':
      return true
    default:
      return false
  }
}

function isAbout(store: Reads, about: string, agent: AgentName): boolean {
  if (about === 'all' || about === agent) return true
  return about.startsWith('hold_') && store.hold(about as HoldId)?.hold.agent === agent
}

/** Who asked: the grants under which the agents came, and who answers for them. */
async function addGrants(store: Reads, found: Found): Promise<void> {
  const decisions = found
    .entries()
    .flatMap(({ fact }) => (fact.kind === 'decided' ? [fact.decision] : []))
  for (const id of distinct(decisions.map(({ mandate }) => mandate))) {
    for (let at = id, depth = 0; at !== null && depth < 8; depth++) {
      const granted = store.mandate(at)?.mandate
      if (granted === undefined) break
      addGrant(store, found, 'mandate-granted', granted.grantedAt, at)
      at = granted.parent
    }
    await setImmediate()
  }
  for (const id of distinct(decisions.map(({ lease }) => lease))) {
    const issued = id === null ? null : store.lease(id)
    if (issued === null) continue
    addGrant(store, found, 'lease-issued', issued.lease.issuedAt, issued.lease.id)
    await setImmediate()
  }
  for (const name of distinct(decisions.map(({ agent }) => agent))) {
    const added = name === null ? null : store.agent(name)
    if (added !== null) addGrant(store, found, 'agent-added', added.addedAt, added.name)
  }
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].slice(0, grantsMax)
}

/** It was written just after it was given: one small stretch of the ledger is looked at. */
function addGrant(
  store: Reads,
  found: Found,
  kind: 'mandate-granted' | 'lease-issued' | 'agent-added',
  at: Instant,
  id: string,
): void {
  const wanted = { kinds: [kind], text: `"${id}"`, since: at, until: later(at, 60), limit: 20 }
  const { entries } = store.search(wanted)
  found.add(entries.filter(({ fact }) => idGiven(fact) === id))
}

function idGiven(fact: Fact): string | null {
  if (fact.kind === 'mandate-granted') return fact.mandate.id
  if (fact.kind === 'lease-issued') return fact.lease.id
  return fact.kind === 'agent-added' ? fact.agent : null
}
