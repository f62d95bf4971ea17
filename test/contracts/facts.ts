import type { Decision } from '../../src/domain/decision.ts'
import type { Effect } from '../../src/domain/effect.ts'
import type { FactOf, Lease, Passkey, Role } from '../../src/domain/fact.ts'
import type { Assertion, Binding, Hold } from '../../src/domain/hold.ts'
import type { Mandate } from '../../src/domain/mandate.ts'
import type {
  AgentName,
  DecisionId,
  Digest,
  HoldId,
  Instant,
  LeaseId,
  MandateId,
  PasskeyId,
  PersonName,
  RequestId,
  SafeguardName,
  UpstreamName,
} from '../../src/domain/names.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { sha256 } from '../../src/system/hash.ts'

/**
 * Facts of a small world, each true after those before it: `fixer` works for `alice` in staging.
 */
export const start = '2026-01-01T00:00:00.000Z' as Instant
export const muchLater = '2026-01-02T00:00:00.000Z' as Instant
export const fixer = 'fixer' as AgentName
export const alice = 'alice' as PersonName
export const bob = 'bob' as PersonName
export const carol = 'carol' as PersonName
export const policies: Digest = sha256('policies')

export function agentAdded(agent = fixer, owner = alice): FactOf<'agent-added'> {
  return { kind: 'agent-added', agent, owner }
}

export function mandate(changes: Partial<Mandate> = {}): Mandate {
  return {
    id: 'mandate_one' as MandateId,
    task: 'fix staging',
    grantedBy: alice,
    agent: fixer,
    scopes: [{ effects: ['read'], environments: ['shop/staging'], resources: ['railway:*'] }],
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
    grantedAt: start,
    expiresAt: muchLater,
    parent: null,
    ...changes,
  }
}

export function mandateGranted(changes: Partial<Mandate> = {}): FactOf<'mandate-granted'> {
  return { kind: 'mandate-granted', mandate: mandate(changes) }
}

export function leaseIssued(changes: Partial<Lease> = {}): FactOf<'lease-issued'> {
  const id = changes.id ?? ('lease_one' as LeaseId)
  const lease = {
    id,
    agent: fixer,
    mandate: 'mandate_one' as MandateId,
    tokenHash: sha256(id),
    issuedAt: start,
    expiresAt: muchLater,
    ...changes,
  }
  return { kind: 'lease-issued', lease, by: alice }
}

/** The agent, its mandate and its lease. */
export const staged = [agentAdded(), mandateGranted(), leaseIssued()] as const

export function read(id = 'web'): Effect {
  const resource = { provider: 'railway', type: 'service', id, within: {} }
  return { kind: 'read', resource, extent: 'whole' }
}

export function destroy(id = 'pg-data'): Effect {
  const resource = { provider: 'railway', type: 'volume', id, within: {} }
  return { kind: 'destroy', resource, extent: 'whole', undo: 'never' }
}

export const because = [{ code: 'because', says: 'the test says so' }] as const
export const allow = { kind: 'allow', because, safeguards: [] } as const satisfies Verdict
export const toHold = {
  kind: 'hold',
  because,
  safeguards: [],
  release: 'owner',
} as const satisfies Verdict
export const allowGuarded: Verdict = { ...allow, safeguards: ['copy' as SafeguardName] }
export const holdGuarded: Verdict = { ...toHold, safeguards: ['copy' as SafeguardName] }
export const deny: Verdict = { kind: 'deny', because, instead: 'do something else' }

export function decision(id: string, verdict: Verdict, changes: Partial<Decision> = {}): Decision {
  const effect = verdict.kind === 'allow' ? read() : destroy()
  return {
    id: id as DecisionId,
    request: {
      id: `request_${id}` as RequestId,
      door: 'http',
      digest: sha256('a request'),
      line: 'POST railway /graphql/v2',
      foreignCredential: null,
    },
    agent: fixer,
    lease: 'lease_one' as LeaseId,
    mandate: 'mandate_one' as MandateId,
    impacts: [impactOf(effect)],
    verdict,
    policies,
    inventory: sha256('inventory'),
    at: start,
    ...changes,
  }
}

export function impactOf(effect: Effect): Decision['impacts'][number] {
  const verb = effect.kind === 'read' ? 'service' : 'volumeDelete'
  const staging = {
    provider: 'railway',
    id: 'env-staging',
    name: 'shop/staging',
    protection: 'standard',
  } as const
  return {
    action: { verb, effects: [effect], evidence: { reader: 'railway', excerpt: verb, span: null } },
    hits: [
      {
        effect,
        environments: { kind: 'known', environments: [staging] },
        label: 'a thing',
        dependants: [],
        backups: { kind: 'unknown' },
        rows: { kind: 'unknown' },
        basis: 'discovered',
      },
    ],
  }
}

export function decided(
  id: string,
  verdict: Verdict = allow,
  changes: Partial<Decision> = {},
): FactOf<'decided'> {
  return { kind: 'decided', decision: decision(id, verdict, changes) }
}

export function sent(id: string, request = sha256('a request')): FactOf<'sent'> {
  return { kind: 'sent', decision: id as DecisionId, request, upstream: 'railway' }
}

export function ended(id: string): FactOf<'ended'> {
  return { kind: 'ended', decision: id as DecisionId, outcome: { kind: 'succeeded', status: 200 } }
}

export function repeated(id: string, count = 3): FactOf<'repeated'> {
  return { kind: 'repeated', decision: id as DecisionId, count }
}

export function undone(id: string): FactOf<'undone'> {
  const sha256OfAll = sha256('what it was')
  return {
    kind: 'undone',
    decision: id as DecisionId,
    by: alice,
    equal: true,
    sha256: sha256OfAll,
    conflicts: 0,
  }
}

export function discovering(note = 'a'): FactOf<'discovering'> {
  return { kind: 'discovering', upstream: 'railway' as UpstreamName, request: sha256(note) }
}

export function hold(decisionId: string, changes: Partial<Hold> = {}): Hold {
  return {
    id: `hold_${decisionId}` as HoldId,
    decision: decisionId as DecisionId,
    agent: fixer,
    lease: 'lease_one' as LeaseId,
    mandate: 'mandate_one' as MandateId,
    grantedBy: alice,
    request: sha256('a request'),
    impacts: sha256('impacts'),
    policies,
    safeguards: [],
    release: 'owner',
    openedAt: start,
    expiresAt: '2026-01-01T01:00:00.000Z' as Instant,
    ...changes,
  }
}

export function held(decisionId: string, changes: Partial<Hold> = {}): FactOf<'held'> {
  return { kind: 'held', hold: hold(decisionId, changes) }
}

export function passkeyOf(person: PersonName): Passkey {
  const id = `key-of-${person}` as PasskeyId
  return { id, publicKey: 'cose', signCount: 1, backedUp: false, aaguid: '0' }
}

/** An invitation and its use. */
export function enrolled(
  person: PersonName,
  roles: readonly Role[] = ['owner'],
): [FactOf<'enrolment-opened'>, FactOf<'person-enrolled'>] {
  const codeHash = sha256(`code for ${person}`)
  const enrolment = { person, roles, codeHash, invitedBy: null, expiresAt: muchLater }
  const passkey = passkeyOf(person)
  return [
    { kind: 'enrolment-opened', enrolment },
    { kind: 'person-enrolled', person, roles, passkey, codeHash },
  ]
}

export function assertionBy(person: PersonName, signCount = 7): Assertion {
  const data = Buffer.alloc(37)
  data.writeUInt32BE(signCount, 33)
  return {
    passkey: passkeyOf(person).id,
    clientDataJSON: '',
    authenticatorData: data.toString('base64url'),
    signature: '',
    publicKey: 'cose',
  }
}

export function bindingBy(person: PersonName, of: Hold, answer: Binding['answer']): Binding {
  const { decision: decisionId, request, impacts, agent, lease, mandate: mandateId } = of
  return {
    profile: 'holdpoint/release/1',
    answer,
    hold: of.id,
    decision: decisionId,
    request,
    impacts,
    agent,
    lease,
    mandate: mandateId,
    policies: of.policies,
    safeguards: of.safeguards,
    release: of.release,
    person,
    expiresAt: of.expiresAt,
    note: '',
    nonce: 'bm9uY2U',
  }
}

export function approved(person: PersonName, of: Hold): FactOf<'approved'> {
  const binding = bindingBy(person, of, 'release')
  return { kind: 'approved', hold: of.id, binding, assertion: assertionBy(person) }
}

export function released(of: Hold, ...by: PersonName[]): FactOf<'settled'> {
  return { kind: 'settled', hold: of.id, settlement: { kind: 'released', by } }
}

export function refused(of: Hold, by: PersonName): FactOf<'settled'> {
  const binding = bindingBy(by, of, 'refuse')
  const assertion = assertionBy(by)
  const settlement = { kind: 'refused', by, note: 'not today', binding, assertion } as const
  return { kind: 'settled', hold: of.id, settlement }
}

export function expired(of: Hold): FactOf<'settled'> {
  return { kind: 'settled', hold: of.id, settlement: { kind: 'expired' } }
}

export function withdrawn(of: Hold): FactOf<'settled'> {
  return { kind: 'settled', hold: of.id, settlement: { kind: 'withdrawn', why: 'lease revoked' } }
}

export function claimed(of: Hold, by: string): FactOf<'claimed'> {
  return { kind: 'claimed', hold: of.id, decision: by as DecisionId }
}

export function guarded(id: string, safeguard: string, proven = true): FactOf<'guarded'> {
  const proof = proven
    ? ({ kind: 'proven', says: 'kept', artefact: 'a', bytes: 1, sha256: sha256('a') } as const)
    : ({ kind: 'failed', why: 'no space' } as const)
  return {
    kind: 'guarded',
    decision: id as DecisionId,
    safeguard: safeguard as SafeguardName,
    proof,
  }
}
