import { hash } from 'node:crypto'

import type { Fact, LedgerEntry } from '../domain/fact.ts'
import { Fault, assert } from '../domain/fault.ts'
import type { Digest, Instant } from '../domain/names.ts'
import type { Clock } from '../system/clock.ts'
import type { Random } from '../system/random.ts'
import type { Beside, Group as StoreGroup, Store } from '../store/store.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { entryBytesMax, entryText } from '../wire/ledger-entry.ts'
import { hashPrefixedLeaf } from './merkle.ts'
import type { Hash } from './merkle.ts'
import type { NoteSigner } from './note.ts'
import { createPublisher } from './publisher.ts'
import type { PublicationState } from './publisher.ts'
import { collectTileNodes, restoreTree } from './restore.ts'

export interface Ledger {
  /**
   * Durable when it resolves. Facts appended in one turn of the event loop share one transaction,
   * all or none; one that cannot be true after those before it rejects alone, with
   * Fault('conflict'). After one failure of the store everything rejects with Fault('ledger-
   * closed') until a restart.
   */
  append<F extends Fact>(fact: F, beside?: Uint8Array): Promise<Receipt<F>>
  /**
   * The same for what nobody waits for: it goes with the next group, or alone a few milliseconds
   * later.
   */
  appendSoon<F extends Fact>(fact: F): Promise<Receipt<F>>
  /**
   * Several facts that are only true together: when one of them conflicts, all reject, and none is
   * written.
   */
  appendTogether(facts: readonly Fact[]): Promise<readonly Receipt[]>
  /** Called in order, after the commit and before `append` resolves. Returns what ends it. */
  subscribe(listener: (entry: LedgerEntry) => void): () => void
  /** entries that are durable */
  size(): number
  state(): LedgerState
  /** how far the files that others can verify have come */
  publication(): PublicationState
  /**
   * Resolves when everything is durable that was before, and published too. The store stays open.
   */
  close(): Promise<void>
}

export type LedgerState = Readonly<{ kind: 'open' }> | Readonly<{ kind: 'closed'; why: string }>

export interface LedgerOptions {
  readonly store: Store
  readonly signer: NoteSigner
  /** what is published: `checkpoint`, `tile/…` and `vkey`; nothing else may write there */
  readonly folder: string
  readonly clock: Clock
  readonly random: Random
  /** the least time between two checkpoints, 1000 when not given */
  readonly publishMilliseconds?: number
}

export type { Receipt }

export function isReceipt(value: unknown): value is Receipt {
  return Receipt.isGenuine(value)
}

const maker = Symbol('maker of receipts')

/** That a fact is durable. Only this module can make one. */
class Receipt<F extends Fact = Fact> {
  readonly #genuine: boolean
  readonly index: number
  readonly at: Instant
  readonly fact: F

  constructor(by: symbol, index: number, at: Instant, fact: F) {
    assert(by === maker, 'a receipt comes from the ledger')
    this.#genuine = true
    this.index = index
    this.at = at
    this.fact = fact
  }

  static isGenuine(value: unknown): value is Receipt {
    return typeof value === 'object' && value !== null && #genuine in value && value.#genuine
  }
}

const besideBytesMax = 16 * 1_048_576
const saltBytes = 16
const soonMilliseconds = 5
const queueMax = 100_000
/** all of an entry but its fact, at its longest */
const wrappingBytes = 192
/** no UTF-16 code unit takes more in UTF-8 */
const bytesPerCharacterMax = 3

/** A fact on its way: canonical once, when it is appended, so that nothing can change it later. */
interface Draft {
  readonly fact: Fact
  readonly text: string
  readonly beside: (Beside & Readonly<{ digest: Digest }>) | null
  /** how many follow it with which it stands or falls */
  readonly followers: number
  accept(index: number, at: Instant): void
  reject(fault: unknown): void
}

interface Placed {
  readonly draft: Draft
  readonly index: number
  readonly hash: Hash
}

/**
 * Refuses to start on a store whose tail does not hold together, or that is older than what it
 * published.
 */
export async function createLedger(options: LedgerOptions): Promise<Ledger> {
  const { store, clock, random } = options
  const { frontier, unsaved } = restoreTree(store)
  const keepNode = collectTileNodes(unsaved)
  const listeners = new Set<(entry: LedgerEntry) => void>()
  const publisher = await createPublisher({ ...options, frontier, unsaved, onFailure: fail })
  let state: LedgerState = { kind: 'open' }
  let last = store.head().at ?? ('' as Instant)
  const intake = createIntake(random, flush, () => state)
  /** the newest group on its way to the disk: it ends after all before it, and never rejects */
  let settling: Promise<void> = Promise.resolve()

  /**
   * In the store at once, so that the next group is checked against it; told when it is durable.
   */
  function flush(): void {
    const drafts = intake.take()
    if (drafts.length === 0) return
    const now = clock.now()
    const at = now < last ? last : now
    const refusals = new Map<Draft, Fault>()
    let placed: readonly Placed[] = []
    try {
      if (state.kind === 'closed') throw closedFault(state.why)
      store.write((group) => (placed = putAll(group, drafts, at, refusals)))
    } catch (fault) {
      fail(fault)
      rejectAll({ drafts, refusals }, fault)
      return
    }
    last = at
    for (const [draft, fault] of refusals) draft.reject(fault)
    if (placed.length === 0) return
    settling = store.sync().then(
      () => conclude(placed, at),
      (fault: unknown) => {
        fail(fault)
        rejectAll({ drafts, refusals }, fault)
      },
    )
  }

  function conclude(placed: readonly Placed[], at: Instant): void {
    for (const { hash } of placed) frontier.append(hash, keepNode)
    for (const { draft, index } of placed) {
      tell(listeners, { index, at, fact: draft.fact, beside: draft.beside?.digest ?? null }, fail)
      draft.accept(index, at)
    }
    publisher.notify()
  }

  function fail(fault: unknown): void {
    if (state.kind === 'open') state = { kind: 'closed', why: whyOf(fault) }
    publisher.stop()
  }

  async function close(): Promise<void> {
    flush()
    await settling
    if (state.kind === 'closed') return publisher.idle()
    state = { kind: 'closed', why: 'it was closed' }
    await publisher.finish()
  }

  publisher.start()
  return {
    append: intake.append,
    appendSoon: intake.appendSoon,
    appendTogether: intake.appendTogether,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    size: () => frontier.size,
    state: () => state,
    publication: publisher.state,
    close,
  }
}

/** What was appended in one turn, and what of it cannot be true. */
interface Group {
  readonly drafts: readonly Draft[]
  readonly refusals: ReadonlyMap<Draft, Fault>
}

function rejectAll({ drafts, refusals }: Group, fault: unknown): void {
  for (const draft of drafts) {
    draft.reject(refusals.get(draft) ?? closedFault(whyOf(fault), fault))
  }
}

interface Intake extends Pick<Ledger, 'append' | 'appendSoon' | 'appendTogether'> {
  /** All that waits, in order; it waits no more. */
  take(): readonly Draft[]
}

/** Collects what is appended in one turn into one group. */
function createIntake(random: Random, flush: () => void, stateNow: () => LedgerState): Intake {
  let queue: Draft[] = []
  let immediate: NodeJS.Immediate | null = null
  let soon: NodeJS.Timeout | null = null

  async function enqueue<F extends Fact>(fact: F, bytes?: Uint8Array): Promise<Receipt<F>> {
    checkRoom(1)
    const text = factText(fact)
    return push(fact, text, bytes === undefined ? null : salted(bytes, random), 0)
  }

  function checkRoom(count: number): void {
    const state = stateNow()
    if (state.kind === 'closed') throw closedFault(state.why)
    if (queue.length + count > queueMax) {
      throw new Fault('ledger-busy', 'too many facts at once; try again')
    }
  }

  function push<F extends Fact>(
    fact: F,
    text: string,
    beside: Draft['beside'],
    followers: number,
  ): Promise<Receipt<F>> {
    return new Promise((resolve, reject) => {
      const accept = (index: number, at: Instant): void =>
        resolve(new Receipt(maker, index, at, fact))
      queue.push({ fact, text, beside, followers, accept, reject })
    })
  }

  /** Pushed in one go, so that nothing comes in between. */
  async function appendTogether(facts: readonly Fact[]): Promise<readonly Receipt[]> {
    checkRoom(facts.length)
    const texts = facts.map(factText)
    const last = facts.length - 1
    const pushed = facts.map((fact, at) => push(fact, texts[at] ?? '', null, last - at))
    immediate ??= setImmediate(flush)
    return Promise.all(pushed)
  }

  return {
    append(fact, bytes) {
      const appended = enqueue(fact, bytes)
      immediate ??= setImmediate(flush)
      return appended
    },
    appendSoon(fact) {
      const appended = enqueue(fact)
      soon ??= setTimeout(flush, soonMilliseconds)
      return appended
    },
    appendTogether,
    take() {
      const taken = queue
      queue = []
      immediate = null
      if (soon !== null) clearTimeout(soon)
      soon = null
      return taken
    },
  }
}

/** A listener that fails has lost count of the facts, so nothing more is let in. */
function tell(
  listeners: ReadonlySet<(entry: LedgerEntry) => void>,
  entry: LedgerEntry,
  onFailure: (fault: unknown) => void,
): void {
  for (const listener of listeners) {
    try {
      listener(entry)
    } catch (fault) {
      onFailure(fault)
    }
  }
}

function putAll(
  group: StoreGroup,
  drafts: readonly Draft[],
  at: Instant,
  refusals: Map<Draft, Fault>,
): readonly Placed[] {
  const placed: Placed[] = []
  for (let from = 0; from < drafts.length;) {
    const followers = drafts[from]?.followers ?? 0
    const several = drafts.slice(from, from + 1 + followers)
    const put = (): readonly Placed[] => several.map((draft) => putOne(group, draft, at))
    from += several.length
    try {
      placed.push(...(followers === 0 ? put() : group.together(put)))
    } catch (fault) {
      if (!(fault instanceof Fault) || fault.code !== 'conflict') throw fault
      for (const draft of several) refusals.set(draft, fault)
    }
  }
  return placed
}

function putOne(group: StoreGroup, draft: Draft, at: Instant): Placed {
  const index = group.next
  // One encoding serves both: hashed with the zero byte before it, kept without.
  const prefixed = Buffer.from(
    '\0' + entryText(index, at, draft.text, draft.beside?.digest ?? null),
  )
  const hash = hashPrefixedLeaf(prefixed)
  group.put(draft.fact, { index, at, leaf: prefixed.subarray(1), hash, beside: draft.beside })
  return { draft, index, hash }
}

/** Refused here, a fact that is too large has cost nothing and closes nothing. */
function factText(fact: Fact): string {
  const text = canonicalJson(fact)
  const bytesMax = entryBytesMax - wrappingBytes
  if (text.length * bytesPerCharacterMax > bytesMax && Buffer.byteLength(text) > bytesMax) {
    throw new Fault(
      'ledger-entry-too-large',
      `a \`${fact.kind}\` fact of over ${bytesMax} bytes does not fit; ask for less at once`,
    )
  }
  return text
}

function salted(bytes: Uint8Array, random: Random): Beside & Readonly<{ digest: Digest }> {
  if (bytes.length > besideBytesMax) {
    throw new Fault(
      'ledger-beside-too-large',
      `at most ${besideBytesMax} bytes can be kept beside an entry; ask for less at once`,
    )
  }
  const whole = Buffer.concat([random.bytes(saltBytes), bytes])
  const digest = hash('sha256', whole, 'hex') as Digest
  return { salt: whole.subarray(0, saltBytes), bytes: whole.subarray(saltBytes), digest }
}

function closedFault(why: string, cause?: unknown): Fault {
  return new Fault(
    'ledger-closed',
    `the ledger takes nothing more: ${why}; see \`holdpoint doctor\`, put it right and start again`,
    { cause },
  )
}

function whyOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault)
}
