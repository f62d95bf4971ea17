import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { alice, mandateRequest, openControl } from '../../test/cli/control.ts'
import { Concealed } from '../domain/concealed.ts'
import type {
  AgentName,
  DecisionId,
  HoldId,
  LeaseId,
  MandateId,
  SecretName,
} from '../domain/names.ts'
import { factWords } from '../words/entries.ts'
import { agent } from '../../test/console/world.ts'

const by = alice
const refuses = (code: string) => ({ name: 'Fault', code })

test('an agent is added once, and a name nearby is suggested', async (t) => {
  const { control } = await openControl(t)
  const added = await control.agentAdd({ agent: 'codex' as AgentName, owner: alice })
  assert.deepEqual([added.name, added.owner], ['codex', 'alice'])
  await assert.rejects(control.agentAdd({ agent, owner: alice }), refuses('already-there'))
  const request = mandateRequest({ agent: 'curser' })
  await assert.rejects(control.mandateGrant({ request, by }), /did you mean `cursor`\?/)
  assert.deepEqual(
    (await control.agentList({})).map(({ name }) => name),
    ['cursor', 'codex'],
  )
})

test('a mandate gets usual limits, and all that is governed where it names nothing', async (t) => {
  const { control, clock } = await openControl(t)
  const mandate = await control.mandateGrant({ request: mandateRequest(), by })
  assert.deepEqual(mandate.scopes, [
    { effects: ['read', 'write'], environments: ['pocketos/staging'], resources: ['railway:*'] },
  ])
  assert.equal(mandate.grantedBy, 'alice')
  assert.equal(Date.parse(mandate.expiresAt) - clock.milliseconds(), 480 * 60_000)
  assert.deepEqual(mandate.budget, {
    requestsPerMinute: 600,
    writesPerMinute: 60,
    requests: null,
    writes: 1000,
    destroys: 5,
    denials: 10,
    resources: 500,
    rows: 1000,
  })
})

test('a mandate below another inherits its limits and may not be wider', async (t) => {
  const { control } = await openControl(t)
  const parent = await control.mandateGrant({
    request: mandateRequest({ budget: { destroys: 1 }, expiresInMinutes: 30 }),
    by,
  })
  const child = (changes: Parameters<typeof mandateRequest>[0]) =>
    control.mandateGrant({ request: mandateRequest({ parent: parent.id, ...changes }), by })
  const narrow = await child({})
  assert.equal(narrow.budget.destroys, 1)
  assert.equal(narrow.expiresAt, parent.expiresAt)
  const wide = (actions: string[], locations: string[]) => ({
    authorization_details: [{ type: 'holdpoint' as const, actions, locations }],
  })
  await assert.rejects(child(wide(['destroy'], ['pocketos/staging'])), refuses('mandate-wider'))
  await assert.rejects(child(wide(['read'], ['pocketos/*'])), refuses('mandate-wider'))
  await assert.rejects(child({ budget: { destroys: 2 } }), refuses('mandate-wider'))
  await assert.rejects(child({ expiresInMinutes: 31 }), refuses('mandate-wider'))
  await assert.rejects(child({ egress: ['evil.example'] }), refuses('mandate-wider'))
  await control.mandateRevoke({ mandate: parent.id, by })
  await assert.rejects(child({}), refuses('mandate-ended'))
})

test('what nobody may grant is refused by its name', () => {
  const details = (one: object) => ({ authorization_details: [{ type: 'holdpoint', ...one }] })
  const base = { actions: ['read'], locations: ['a/b'] }
  for (const [changes, says] of [
    [details({ ...base, actions: ['unknown'] }), /`unknown` cannot be granted/],
    [details({ ...base, actions: ['delete'] }), /is none of destroy/],
    [details({ ...base, actions: [] }), />=1/],
    [details({ ...base, locations: ['unknown'] }), /unknown environment/],
    [details({ ...base, locations: ['a/unknown'] }), /unknown environment/],
    [details({ ...base, locations: ['prod*'] }), /whole segments/],
    [details({ ...base, resources: ['*'] }), /is not a resource/],
    [details({ ...base, resources: ['railway:vol*'] }), /is not a resource/],
    [details({ ...base, privileges: ['root'] }), /privileges/],
    [{ egress: ['*'] }, /is not a host/],
    [{ egress: ['10.0.0.1'] }, /is not a host/],
    [{ egress: ['*.com'] }, /is not a host/],
    [{ task: ' ' }, />=1/],
    [{ holdWaitSeconds: 301 }, /300/],
    [{ expiresInMinutes: 43_201 }, /43200/],
    [{ expiresAt: 'tomorrow' }, /not a date/],
  ] as const) {
    const parse = (): unknown => mandateRequest(changes as Parameters<typeof mandateRequest>[0])
    assert.throws(parse, says)
  }
})

test('a mandate that has run out before it began, or says its end twice, is refused', async (t) => {
  const { control } = await openControl(t)
  const grant = (changes: Parameters<typeof mandateRequest>[0]) =>
    control.mandateGrant({ request: mandateRequest(changes), by })
  const past = '2020-01-01T00:00:00Z'
  await assert.rejects(grant({ expiresAt: past }), refuses('mandate-expiry'))
  await assert.rejects(grant({ expiresAt: '2099-01-01T00:00:00Z' }), refuses('mandate-expiry'))
  const soon = '2026-04-24T03:00:00+00:00'
  await assert.rejects(grant({ expiresAt: soon, expiresInMinutes: 5 }), refuses('mandate-expiry'))
  assert.equal((await grant({ expiresAt: soon })).expiresAt, '2026-04-24T03:00:00.000Z')
})

test('a lease needs one mandate, or is told which, and never outlives it', async (t) => {
  const { control, clock, leases } = await openControl(t)
  const issue = (mandate: MandateId | null, minutes = 480) =>
    control.leaseIssue({ agent, mandate, minutes, by })
  assert.equal((await issue(null)).lease.mandate, 'mandate_one')
  const short = await control.mandateGrant({ request: mandateRequest({ expiresInMinutes: 5 }), by })
  await assert.rejects(issue(null), refuses('several-mandates'))
  const { lease, token } = await issue(short.id)
  assert.equal(lease.expiresAt, short.expiresAt)
  assert.match(token.reveal(), /^hpl_[A-Za-z0-9_-]{43}$/)
  const presented = [{ place: 'authorization', value: token }] as const
  assert.equal(leases.identify(presented).kind, 'known')
  clock.advance(300)
  await assert.rejects(issue(short.id), refuses('mandate-ended'))
  const { lease: other } = await issue(null)
  await control.leaseRevoke({ lease: other.id, by })
  assert.equal(
    (await control.leaseList({ ended: false })).some((one) => one.lease.id === other.id),
    false,
  )
  const codex = 'codex' as AgentName
  await control.agentAdd({ agent: codex, owner: alice })
  const wrong = { agent: codex, mandate: 'mandate_one' as MandateId, minutes: 5, by }
  await assert.rejects(control.leaseIssue(wrong), refuses('wrong-agent'))
  await assert.rejects(control.leaseIssue({ ...wrong, mandate: null }), refuses('no-mandate'))
})

test('revoking a mandate ends its leases', async (t) => {
  const { control, leases } = await openControl(t)
  const { token } = await control.leaseIssue({ agent, mandate: null, minutes: 5, by })
  await control.mandateRevoke({ mandate: 'mandate_one' as MandateId, by })
  const identity = leases.identify([{ place: 'authorization', value: token }])
  assert.equal(identity.kind, 'stranger')
  assert.deepEqual(await control.leaseList({ ended: false }), [])
  assert.equal((await control.leaseList({ ended: true })).length, 3)
  const again = control.mandateRevoke({ mandate: 'mandate_one' as MandateId, by })
  await assert.rejects(again, refuses('already-ended'))
})

test('what a hook advised is in the ledger, and the command only beside it', async (t) => {
  const { control, world } = await openControl(t)
  const { lease } = await control.leaseIssue({ agent, mandate: null, minutes: 5, by })
  const text = 'rm -rf /srv/data'
  const said = {
    agent,
    lease: lease.id,
    verdict: 'refuse' as const,
    codes: ['outside-work-tree'],
    effect: 'destroy' as const,
    snapshot: null,
  }
  await control.advised({ ...said, text })
  const entry = world.store.entries(0, 1000).at(-1)
  assert.ok(entry?.fact.kind === 'advised' && !JSON.stringify(entry).includes('/srv/data'))
  assert.deepEqual(entry.fact, { kind: 'advised', ...said, digest: entry.fact.digest })
  const kept = world.store.beside(entry.index)
  assert.equal(Buffer.from(kept?.bytes ?? []).toString(), text)
  const line = 'advised cursor against something that would destroy (outside-work-tree)'
  assert.equal(factWords(entry.fact), line)
  const other = { ...said, lease: 'lease_none' as LeaseId }
  await assert.rejects(control.advised({ ...other, text }), refuses('not-found'))
})

test('a secret is in no answer, file or fact in the clear', async (t) => {
  const { control, world, folder } = await openControl(t)
  const secret = 'railway' as SecretName
  await control.secretPut({ secret, value: new Concealed('railway', 'rw_5ecret-value'), by })
  assert.deepEqual(await control.secretList({}), ['railway'])
  assert.doesNotMatch(readFileSync(join(folder, 'vault.json'), 'utf8'), /rw_5ecret/)
  const facts = JSON.stringify(world.store.entries(0, 100))
  assert.match(facts, /secret-put/)
  assert.doesNotMatch(facts, /rw_5ecret/)
  await control.secretRemove({ secret, by })
  await assert.rejects(control.secretRemove({ secret, by }), refuses('not-found'))
})

test('holds and decisions are shown with the request as judged', async (t) => {
  const { control, world, clock } = await openControl(t)
  const { hold, decision } = await world.arrive()
  const [waiting] = await control.holdList({ all: false })
  assert.equal(waiting?.hold.id, hold)
  const shown = await control.holdShow({ hold })
  assert.match(shown.request ?? '', /volumeDelete/)
  const explained = await control.explain({ decision: decision.id })
  assert.deepEqual(
    explained.history.map(({ fact }) => fact.kind),
    ['decided', 'held'],
  )
  assert.equal(explained.hold, hold)
  assert.equal(explained.mandate?.id, 'mandate_one')
  clock.advance(3600)
  assert.deepEqual(await control.holdList({ all: false }), [])
  assert.equal((await control.holdList({ all: true }))[0]?.state.kind, 'expired')
  const nothing = 'x_1'
  await assert.rejects(control.holdShow({ hold: nothing as HoldId }), refuses('not-found'))
  await assert.rejects(control.explain({ decision: nothing as DecisionId }), refuses('not-found'))
  await assert.rejects(control.leaseRevoke({ lease: nothing as LeaseId, by }), refuses('not-found'))
})

test('a kill ends leases until a person lifts it; a freeze, until a person resumes', async (t) => {
  const { control, leases, world } = await openControl(t)
  const { token } = await control.leaseIssue({ agent, mandate: null, minutes: 60, by })
  const kind = (): string => leases.identify([{ place: 'proxy', value: token }]).kind
  await assert.rejects(control.killLift({ agent, by }), refuses('not-killed'))
  await control.kill({ agent: null, by })
  assert.equal(kind(), 'stranger')
  await assert.rejects(control.killLift({ agent, by }), refuses('not-killed'))
  await control.killLift({ agent: null, by })
  assert.equal(kind(), 'known')
  await assert.rejects(control.kill({ agent: 'nobody' as AgentName, by }), refuses('not-found'))
  await assert.rejects(control.resume({ agent, by }), refuses('not-frozen'))
  await world.ledger.append({ kind: 'tripped', agent, reason: 'budget', says: 'too much' })
  assert.equal(kind(), 'stranger')
  assert.equal((await control.status({})).frozen[0]?.agent, 'cursor')
  assert.equal((await control.resume({ agent, by })).frozen, null)
  assert.equal(kind(), 'known')
})

test('the log can be followed from anywhere; without a gate it ends', async (t) => {
  const { control } = await openControl(t)
  const seen: number[] = []
  for await (const { index } of control.follow(2, new AbortController().signal)) seen.push(index)
  assert.deepEqual(seen, [2, 3])
  assert.equal((await control.entries({ from: 1, count: 2 })).length, 2)
})

test('while a gate runs, the log goes on with what happens, and ends when told', async (t) => {
  const { control } = await openControl(t, {
    report: () => assert.fail('not asked'),
    reloadPolicies: () => assert.fail('not asked'),
  })
  const stop = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const { fact } of control.follow(4, stop.signal)) seen.push(fact.kind)
  })()
  await control.kill({ agent, by })
  await control.killLift({ agent, by })
  await new Promise((resolve) => setTimeout(resolve, 20))
  stop.abort()
  await following
  assert.deepEqual(seen, ['killed', 'kill-lifted'])
})

test('nobody but the first enrols by a code from the terminal', async (t) => {
  const { control, world } = await openControl(t)
  assert.match((await control.enrolFirst({ person: alice })).code, /^hpe_/)
  await world.enrol('alice', ['owner'])
  await assert.rejects(control.enrolFirst({ person: alice }), { name: 'Fault' })
  await assert.rejects(control.policiesReload({}), refuses('no-gate'))
})
