// A gate's state without its doors: a real store and ledger in a temporary folder, an agent with a
// lease, and requests that were judged `hold`. For tests of holds, people and the console.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createPeople } from '../../src/api/people.ts'
import type { Invited, OpenedEnrolment, People } from '../../src/api/people.ts'
import type { Decision } from '../../src/domain/decision.ts'
import type { Role } from '../../src/domain/fact.ts'
import type { Settlement } from '../../src/domain/hold.ts'
import type { Impact } from '../../src/domain/impact.ts'
import { later } from '../../src/domain/instant.ts'
import type { Mandate, Standing } from '../../src/domain/mandate.ts'
import type {
  AgentName,
  DecisionId,
  HoldId,
  LeaseId,
  MandateId,
  PersonName,
  RequestId,
  SafeguardName,
  SessionId,
  UpstreamName,
} from '../../src/domain/names.ts'
import type { Environment } from '../../src/domain/resource.ts'
import type { HttpPayload, Payload, Request } from '../../src/domain/request.ts'
import type { ReleaseRule } from '../../src/domain/verdict.ts'
import { createAsks } from '../../src/api/asks.ts'
import type { Asks } from '../../src/api/asks.ts'
import { createPowers } from '../../src/api/powers.ts'
import type { Powers } from '../../src/api/powers.ts'
import { createLeases } from '../../src/credentials/leases.ts'
import type { Leases } from '../../src/credentials/leases.ts'
import { createHolds } from '../../src/holds/holds.ts'
import type { Holds, HoldsOptions } from '../../src/holds/holds.ts'
import { createPasskeys } from '../../src/holds/passkeys.ts'
import type { Site } from '../../src/holds/stored.ts'
import { openLedgerKey } from '../../src/ledger/key.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Store } from '../../src/store/store.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import type { Clock } from '../../src/system/clock.ts'
import { sha256 } from '../../src/system/hash.ts'
import { newId, newOrderedId, systemRandom } from '../../src/system/random.ts'
import { recordRequest } from '../../src/wire/recorded-request.ts'
import type { Preview } from '../../src/wire/recorded-request.ts'
import { createAuthenticator } from '../authenticator.ts'
import type { Authenticator, AuthenticatorOptions, Misbehaviour } from '../authenticator.ts'

export interface World {
  readonly store: Store
  readonly ledger: Ledger
  /** whose ledger it is, and where it is published */
  readonly vkey: string
  readonly published: string
  readonly people: People
  readonly holds: Holds
  readonly passkeys: HoldsOptions['passkeys']
  readonly site: Site
  readonly standing: Standing
  readonly leases: Leases
  readonly powers: Powers
  readonly asks: Asks
  readonly canProve: () => string | null
  /** what canProve answers from now on */
  provable(why: string | null): void
  /** restarted holds over the same store */
  holdsAgain(changes?: Partial<HoldsOptions>): Holds
  /** enrols a person: the first as themselves, others by invitation of the first */
  enrol(
    person: string,
    roles: readonly Role[],
    how?: Partial<AuthenticatorOptions>,
  ): Promise<Person>
  /** a request arrives and is held, or finds its answer, as the gateway has it */
  arrive(asked?: Partial<Asked>): Promise<Arrived>
  close(): Promise<void>
}

export interface Person {
  readonly name: PersonName
  readonly passkey: Authenticator
}

export interface Asked {
  readonly query: string
  /** instead of a query */
  readonly payload: Payload
  /** what a trial found */
  readonly preview: Preview
  readonly lease: LeaseId
  readonly impacts: Decision['impacts']
  readonly policies: string
  readonly safeguards: readonly string[]
  readonly release: ReleaseRule
  readonly standing: Standing
}

export interface Arrived {
  readonly request: Request
  readonly decision: Decision
  /** null: a hold was opened */
  readonly answer: Settlement | null
  readonly hold: HoldId
}

export const worldStart = '2026-04-24T02:13:00.000Z'
export const agent = 'cursor' as AgentName
const lease = 'lease_one' as LeaseId
const mandateId = 'mandate_one' as MandateId

export function testSite(): Site {
  return { rpId: 'localhost', origins: ['http://localhost:7401'] }
}

export interface WorldOptions {
  readonly site?: Site
  readonly task?: string
}

export async function openWorld(
  clock: Clock = createFakeClock(worldStart),
  { site = testSite(), task = 'fix the staging database credentials' }: WorldOptions = {},
): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-holds-'))
  const random = systemRandom
  const store = openSqliteStore(join(folder, 'state.sqlite'))
  const signer = openLedgerKey({ file: join(folder, 'ledger.key'), random })
  const ledger = await createLedger({
    store,
    signer,
    folder: join(folder, 'ledger'),
    clock,
    random,
  })
  const standing = await seed(ledger, clock, task)
  let missing: string | null = null
  let first: Person | null = null
  const passkeys = createPasskeys({ store, webauthn: site })
  const people = createPeople({ ledger, store, clock, random, webauthn: site, passkeys })
  const leases = createLeases({ ledger, store, clock, random })
  const powers = createPowers({ ledger, store, leases, clock, random, providers: ['railway'] })
  const asks = createAsks({ ledger, store, clock, random })
  const faults: unknown[] = []
  const options: HoldsOptions = {
    ...{ ledger, store, clock, random, passkeys, webauthn: site, minutes: 60, perAgentMax: 20 },
    canProve: () => missing,
    report: (fault) => faults.push(fault),
  }
  const holds = createHolds(options)
  return {
    ...{ vkey: signer.vkey, published: join(folder, 'ledger') },
    ...{ store, ledger, people, holds, passkeys, site, standing, leases, powers, asks },
    canProve: () => missing,
    provable: (why) => (missing = why),
    holdsAgain: (changes = {}) => createHolds({ ...options, ...changes }),
    enrol: async (person, roles, how) => {
      const invited = { person: person as PersonName, roles }
      const enrolled = await enrol({ people, site }, invited, first, how)
      first ??= enrolled
      return enrolled
    },
    arrive: (asked = {}) => arrive({ holds, ledger, clock, standing }, asked),
    close: async () => {
      await ledger.close()
      store.close()
      rmSync(folder, { recursive: true, force: true })
      if (faults.length > 0) throw new AggregateError(faults, 'holds reported faults')
    },
  }
}

async function seed(ledger: Ledger, clock: Clock, task: string): Promise<Standing> {
  const now = clock.now()
  const owner = 'alice' as PersonName
  const mandate: Mandate = {
    id: mandateId,
    task,
    grantedBy: owner,
    agent,
    scopes: [
      { effects: ['read', 'write'], environments: ['pocketos/staging'], resources: ['railway:*'] },
    ],
    egress: [],
    budget: {
      requestsPerMinute: null,
      writesPerMinute: null,
      requests: null,
      writes: null,
      destroys: null,
      denials: null,
      resources: null,
      rows: null,
    },
    holdWaitSeconds: 0,
    grantedAt: now,
    expiresAt: later(now, 8 * 3600),
    parent: null,
  }
  const expiresAt = later(now, 4 * 3600)
  await ledger.append({ kind: 'agent-added', agent, owner })
  await ledger.append({ kind: 'mandate-granted', mandate })
  for (const id of [lease, 'lease_two' as LeaseId]) {
    const tokenHash = sha256(id)
    const issued = { id, agent, mandate: mandateId, tokenHash, issuedAt: now, expiresAt }
    await ledger.append({ kind: 'lease-issued', lease: issued, by: owner })
  }
  return { agent, owner, lease: { id: lease, expiresAt }, mandate, ancestors: [] }
}

async function enrol(
  { people, site }: Pick<World, 'people' | 'site'>,
  invited: Invited,
  by: Person | null,
  how: Partial<AuthenticatorOptions> = {},
): Promise<Person> {
  const origin = site.origins[0] ?? ''
  const passkey = createAuthenticator({ origin, rpId: site.rpId, ...how })
  const opened = await (by === null ? people.openEnrolment(invited) : invite(people, by, invited))
  const { nonce, options } = await people.enrolOptions(opened.code)
  await people.enrol(opened.code, nonce, passkey.register(options))
  return { name: invited.person, passkey }
}

async function invite(people: People, by: Person, invited: Invited): Promise<OpenedEnrolment> {
  const { nonce, options } = people.inviteOptions(by.name, invited)
  return people.invite(by.name, nonce, by.passkey.assert(options))
}

/** What the gateway does at the hold point. */
async function arrive(
  {
    holds,
    ledger,
    clock,
    standing,
  }: Pick<World, 'holds' | 'ledger' | 'standing'> & { clock: Clock },
  asked: Partial<Asked>,
): Promise<Arrived> {
  const under = asked.standing ?? {
    ...standing,
    lease: { ...standing.lease, id: asked.lease ?? standing.lease.id },
  }
  const query = asked.query ?? 'mutation { volumeDelete(volumeId: "3d2c") }'
  const request = requestFor(asked.payload ?? payloadFor(query), clock)
  const decision = decisionFor(request, under, asked, clock)
  const answer = holds.answerFor(request, decision, under)
  const deciding = ledger.append(
    { kind: 'decided', decision },
    recordRequest(request.payload, asked.preview ?? null),
  )
  if (answer !== null) {
    await deciding
    const hold = answer.kind === 'released' ? answer.hold.id : answer.hold
    return { request, decision, answer, hold }
  }
  const hold = holds.open(request, decision, under)
  await Promise.all([deciding, ledger.append({ kind: 'held', hold })])
  return { request, decision, answer, hold: hold.id }
}

function payloadFor(query: string): HttpPayload {
  return {
    kind: 'http',
    upstream: 'railway' as UpstreamName,
    method: 'POST',
    host: 'backboard.railway.com',
    target: '/graphql/v2',
    headers: [['content-type', 'application/json']],
    body: new TextEncoder().encode(JSON.stringify({ query })),
    unreadable: null,
  }
}

function requestFor(payload: Payload, clock: Clock): Request {
  return {
    door: 'http',
    session: { id: 'session_1' as SessionId, peer: 'test', sever: nothing, onClose: nothing },
    presented: [],
    payload,
    id: newId<RequestId>(systemRandom, 'req'),
    receivedAt: clock.now(),
    digest: sha256(recordRequest(payload, null)),
  }
}

function nothing(): void {
  // There is no connection behind this session.
}

function decisionFor(
  request: Request,
  standing: Standing,
  asked: Partial<Asked>,
  clock: Clock,
): Decision {
  const { digest } = request
  return {
    id: newOrderedId<DecisionId>(systemRandom, 'dec', clock.milliseconds()),
    request: {
      ...{ id: request.id, door: request.door, digest, foreignCredential: null },
      line: 'POST railway /graphql/v2',
    },
    agent: standing.agent,
    lease: standing.lease.id,
    mandate: standing.mandate.id,
    impacts: asked.impacts ?? [volumeImpact()],
    verdict: {
      kind: 'hold',
      because: [{ code: 'destroy-critical', says: 'it destroys in a critical environment' }],
      safeguards: (asked.safeguards ?? ['independent-backup']) as SafeguardName[],
      release: asked.release ?? 'owner',
    },
    policies: sha256(asked.policies ?? 'baseline'),
    inventory: sha256('inventory'),
    at: clock.now(),
  }
}

const staging: Environment = {
  provider: 'railway',
  id: 'env-staging',
  name: 'pocketos/staging',
  protection: 'standard',
}
const production: Environment = {
  provider: 'railway',
  id: 'env-production',
  name: 'pocketos/production',
  protection: 'critical',
}

/** The volume of the incident: in both environments, and its backups inside it. */
export function volumeImpact(label = 'volume pg-data', backups = 4): Impact {
  const resource = { provider: 'railway', type: 'volume', id: '3d2c42fb', within: {} }
  const inside = Array.from({ length: backups }, (_, i) => ({
    resource: `railway:backup/b${i}`,
    label: `backup daily-2026-04-${20 + i}`,
    relation: 'goes-with' as const,
  }))
  return {
    action: {
      verb: 'volumeDelete',
      effects: [{ kind: 'destroy', resource, extent: 'whole', undo: 'never' }],
      evidence: { reader: 'railway', excerpt: 'volumeDelete(volumeId: "3d2c")', span: null },
    },
    hits: [
      {
        effect: { kind: 'destroy', resource, extent: 'whole', undo: 'never' },
        environments: { kind: 'known', environments: [production, staging] },
        label,
        dependants: [
          ...['production', 'staging'].map((name) => ({
            resource: `railway:volumeInstance/${name}`,
            label: `volume instance pg-data in ${name}`,
            relation: 'goes-with' as const,
          })),
          ...['api', 'postgres'].map((name) => ({
            resource: `railway:service/${name}`,
            label: `service ${name}`,
            relation: 'depends-on' as const,
          })),
        ],
        backups: { kind: 'exact', inside, surviving: [] },
        rows: { kind: 'unknown' },
        basis: 'discovered',
      },
    ],
  }
}

/** A person answers, as their browser would. */
export async function answerHold(
  { holds }: Pick<World, 'holds'>,
  hold: HoldId,
  person: Person,
  answer: 'release' | 'refuse' = 'release',
  how: Misbehaviour & Readonly<{ note?: string }> = {},
): ReturnType<Holds['settle']> {
  const { note = '', ...misbehaviour } = how
  const asked = holds.challenge(hold, person.name, answer, note)
  const response = person.passkey.assert(asked.options, misbehaviour)
  return holds.settle(hold, person.name, asked.binding.nonce, response)
}
