// What agents ask of people beside their requests: more of their mandate, or help. Nothing is given
// by asking, by waiting or by time: a yes is a mandate of its own, signed with a passkey.
import type { Ask, AskState, AskWords, Wants } from '../domain/ask.ts'
import { Fault } from '../domain/fault.ts'
import { instantOf, later, millisecondsOf } from '../domain/instant.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import type { AskId, Instant, MandateId, PersonName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { AskRecord, StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import { notFound } from './not-found.ts'

export interface Asks {
  /** Rejects with a Fault when too many of this agent wait already. */
  open(standing: Standing, wants: Wants, words: AskWords): Promise<Ask>
  /** Resolves with its state when that changes, or after so long. null: there is none. */
  wait(id: AskId, milliseconds: number, signal: AbortSignal): Promise<AskState | null>
  record(id: AskId): AskRecord | null
  /** newest first */
  list(): readonly AskRecord[]
  /** The mandate that would answer it with yes; throws when it cannot be given now. */
  draft(id: AskId, by: PersonName, minutes: number): Mandate
  /** Says no, or what to do instead. */
  answer(id: AskId, answer: 'refused' | 'told', by: PersonName, note: string): Promise<AskRecord>
}

export interface AsksOptions {
  readonly ledger: Pick<Ledger, 'append' | 'subscribe'>
  readonly store: StoreReads
  readonly clock: Clock
  readonly random: Random
}

/** as long as a person may take */
const accessMinutes = 60
const helpMinutes = 24 * 60
const listedMax = 200

export function createAsks(options: AsksOptions): Asks {
  const { ledger, store, clock, random } = options
  const known = (id: AskId): AskRecord | null => {
    const record = store.ask(id)
    return record === null ? null : { ...record, state: stateAt(record, clock.now()) }
  }

  async function open(standing: Standing, wants: Wants, words: AskWords): Promise<Ask> {
    const { agent, lease, mandate } = standing
    const askedAt = clock.now()
    const minutes = wants.kind === 'access' ? accessMinutes : helpMinutes
    const ask: Ask = {
      id: newId<AskId>(random, 'ask'),
      ...{ agent, lease: lease.id, mandate: mandate.id, askedAt, wants },
      expiresAt: later(askedAt, minutes * 60),
    }
    await ledger.append({ kind: 'asked', ask }, new TextEncoder().encode(canonicalJson(words)))
    return ask
  }

  async function answer(
    id: AskId,
    kind: 'refused' | 'told',
    by: PersonName,
    note: string,
  ): Promise<AskRecord> {
    waiting(known(id), id)
    await ledger.append({ kind: 'ask-answered', ask: id, answer: kind, by, note })
    return waited(known(id), id)
  }

  return {
    open,
    answer,
    record: known,
    list: () => store.asks(listedMax).map((one) => ({ ...one, state: stateAt(one, clock.now()) })),
    draft: (id, by, minutes) => draft(options, waiting(known(id), id), by, minutes),
    wait: (id, milliseconds, signal) => waitFor(ledger, () => known(id), milliseconds, signal),
  }
}

function stateAt({ ask, state }: AskRecord, now: Instant): AskState {
  return state.kind === 'waiting' && ask.expiresAt <= now ? { kind: 'expired' } : state
}

function waited(record: AskRecord | null, id: AskId): AskRecord {
  if (record === null) throw notFound('question', id, [])
  return record
}

function waiting(record: AskRecord | null, id: AskId): AskRecord {
  const found = waited(record, id)
  if (found.state.kind === 'waiting') return found
  throw new Fault('already-answered', `it is ${found.state.kind} already; there is nothing to do`)
}

/** Never more than was asked, and never longer than what it widens. */
function draft(
  { store, clock, random }: AsksOptions,
  { ask }: AskRecord,
  by: PersonName,
  minutes: number,
): Mandate {
  const { wants } = ask
  if (wants.kind !== 'access') {
    throw new Fault('ask-help', 'it asks for help, not for access; answer it with a note')
  }
  const widened = store.mandate(ask.mandate)
  const now = clock.now()
  if (widened === null || widened.endedAt !== null || widened.mandate.expiresAt <= now) {
    throw new Fault('mandate-ended', 'the mandate that it would widen has ended; grant a new one')
  }
  const { mandate } = widened
  const asked = millisecondsOf(now) + Math.min(minutes, wants.minutes) * 60_000
  return {
    id: newId<MandateId>(random, 'mandate'),
    task: `more than ${mandate.id} allows, as ${ask.id} asks`,
    grantedBy: by,
    agent: ask.agent,
    ...{ scopes: wants.scopes, egress: wants.egress },
    ...{ budget: mandate.budget, holdWaitSeconds: mandate.holdWaitSeconds },
    grantedAt: now,
    expiresAt: instantOf(Math.min(asked, millisecondsOf(mandate.expiresAt))),
    parent: mandate.parent,
    widens: { mandate: mandate.id, ask: ask.id },
  }
}

function waitFor(
  ledger: AsksOptions['ledger'],
  look: () => AskRecord | null,
  milliseconds: number,
  signal: AbortSignal,
): Promise<AskState | null> {
  const now = look()
  if (now?.state.kind !== 'waiting' || milliseconds === 0 || signal.aborted) {
    return Promise.resolve(now?.state ?? null)
  }
  return new Promise((resolve) => {
    const end = (): void => {
      unsubscribe()
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve(look()?.state ?? null)
    }
    const unsubscribe = ledger.subscribe(({ fact }) => {
      const answers = fact.kind === 'ask-answered' || fact.kind === 'mandate-granted'
      if (answers && look()?.state.kind !== 'waiting') end()
    })
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end, { once: true })
  })
}
