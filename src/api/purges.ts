// Giving up what is kept of a change is a destruction of the only copy: it waits for a person,
// whose passkey signs exactly that. In memory: a gate that stops has purged nothing, which is a no.
import { Fault } from '../domain/fault.ts'
import type { Assertion } from '../domain/hold.ts'
import { later } from '../domain/instant.ts'
import type { Digest, PersonName } from '../domain/names.ts'
import { answerSeconds, requestOptions } from '../holds/answering.ts'
import type { RequestOptions } from '../holds/answering.ts'
import { challengeOf } from '../holds/binding.ts'
import { createChallenges } from '../holds/challenges.ts'
import type { Challenges } from '../holds/challenges.ts'
import type { Passkeys } from '../holds/passkeys.ts'
import { mayAnswer } from '../holds/rules.ts'
import type { StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { DatabaseKeeper, HeldPurge, PurgeBinding, PurgeOutcome, TrashItem } from './keeper.ts'

export interface Purges {
  /** Holds it for a person; the same one again while it waits. */
  ask(item: TrashItem, by: PersonName): HeldPurge
  waiting(): readonly HeldPurge[]
  /** What a person's passkey must sign to give this answer; good for one try, for five minutes. */
  challenge(purge: string, person: PersonName, answer: PurgeBinding['answer']): AskedPurge
  /** Takes the browser's answer, and purges if it is a yes. The challenge is used up either way. */
  settle(person: PersonName, nonce: string, response: unknown): Promise<PurgeOutcome>
}

export interface AskedPurge {
  readonly nonce: string
  readonly options: RequestOptions
  readonly binding: PurgeBinding
}

export interface PurgesOptions {
  readonly keeper: Pick<DatabaseKeeper, 'purge'>
  readonly store: Pick<StoreReads, 'person'>
  readonly passkeys: Passkeys
  readonly rpId: string
  /** how long a person may take, in minutes */
  readonly minutes: number
  readonly clock: Clock
  readonly random: Random
}

const waitingMax = 100
const challengesMax = 1000

interface Parts extends PurgesOptions {
  readonly held: Map<string, HeldPurge>
  readonly challenges: Challenges<PurgeBinding>
}

export function createPurges(options: PurgesOptions): Purges {
  const { clock, random } = options
  const limits = { clock, random, seconds: answerSeconds, max: challengesMax }
  const parts: Parts = { ...options, held: new Map(), challenges: createChallenges(limits) }
  return {
    ask: (item, by) => hold(parts, item, by),
    waiting: () => waiting(parts),
    challenge: (purge, person, answer) => challenge(parts, purge, person, answer),
    settle: (person, nonce, response) => settle(parts, person, nonce, response),
  }
}

function waiting({ held, clock }: Parts): readonly HeldPurge[] {
  for (const { id, expiresAt } of held.values()) if (expiresAt <= clock.now()) held.delete(id)
  return [...held.values()]
}

function hold(parts: Parts, item: TrashItem, askedBy: PersonName): HeldPurge {
  const { clock, random, minutes, held } = parts
  const open = waiting(parts)
  const same = open.find(
    (one) =>
      one.item.upstream === item.upstream &&
      one.item.database === item.database &&
      one.item.action === item.action,
  )
  if (same !== undefined) return same
  if (open.length >= waitingMax) {
    throw new Fault('purges-full', `${waitingMax} purges wait already; answer those first`)
  }
  const openedAt = clock.now()
  const id = newId<string>(random, 'purge')
  const made = { id, item, askedBy, openedAt, expiresAt: later(openedAt, minutes * 60) }
  held.set(id, made)
  return made
}

function challenge(
  parts: Parts,
  purge: string,
  person: PersonName,
  answer: PurgeBinding['answer'],
): AskedPurge {
  const passkeys = mayDecide(parts, person)
  const { item, expiresAt } = stillWaiting(parts, purge)
  const { upstream, database, action, decision } = item
  const binding = parts.challenges.put((nonce) => ({
    ...{ profile: 'holdpoint/purge/1', answer, purge, upstream, database, action, decision },
    ...{ item: sha256(canonicalJson(item)), person, expiresAt, nonce },
  }))
  const options = requestOptions(parts.rpId, challengeOf(binding), passkeys)
  return { nonce: binding.nonce, options, binding }
}

/** The live passkeys of a person who may answer. */
function mayDecide({ store }: Parts, person: PersonName) {
  const record = store.person(person)
  if (record === null || !mayAnswer(record.roles)) {
    throw new Fault('may-not-answer', 'only an owner or an approver answers; ask one')
  }
  return record.passkeys.filter(({ revokedAt }) => revokedAt === null)
}

function stillWaiting(parts: Parts, purge: string): HeldPurge {
  const found = waiting(parts).find(({ id }) => id === purge)
  if (found !== undefined) return found
  throw new Fault('purge-over', 'this purge was answered, or ran out; ask for it again')
}

async function settle(
  parts: Parts,
  person: PersonName,
  nonce: string,
  response: unknown,
): Promise<PurgeOutcome> {
  const binding = parts.challenges.take(nonce)
  if (binding?.person !== person) {
    throw new Fault(
      'challenge-unknown',
      'this answer was used, is too old, or was never asked for; ask again',
    )
  }
  const { assertion } = await parts.passkeys.verify(response, challengeOf(binding), person)
  mayDecide(parts, person)
  const { item } = stillWaiting(parts, binding.purge)
  // Taken out before anything is awaited: two answers at once purge once.
  parts.held.delete(binding.purge)
  if (binding.answer === 'refuse') return { kind: 'refused' }
  const report = await parts.keeper.purge({ item, by: person, ...signedOf(binding, assertion) })
  return { kind: 'purged', report }
}

/** The digest in the ledger is what was signed; the assertion that proves it is kept beside. */
function signedOf(
  binding: PurgeBinding,
  assertion: Assertion,
): Readonly<{ request: Digest; signed: Uint8Array }> {
  const signed = new TextEncoder().encode(canonicalJson({ binding, assertion }))
  return { request: sha256(canonicalJson(binding)), signed }
}
