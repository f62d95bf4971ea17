import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { mandateRequest } from '../../../../test/cli/control.ts'
import { enrolClient } from '../../../../test/console/client.ts'
import type { Client, Got } from '../../../../test/console/client.ts'
import { gateFor, shippedPolicy } from '../../../../test/console/desks.ts'
import { openHost } from '../../../../test/console/host.ts'
import type { Host } from '../../../../test/console/host.ts'
import { agent } from '../../../../test/console/world.ts'
import type { Role } from '../../../domain/fact.ts'
import type { AgentName, LeaseId, MandateId, PersonName } from '../../../domain/names.ts'
import type { ReplayReport } from '../../../replay/report.ts'
import { createFakeClock } from '../../../system/clock.ts'
import type { FakeClock } from '../../../system/clock.ts'
import type { AgentDetailView, AgentsView, ChoicesView, DraftView, MatrixView } from './shapes.ts'

interface Scene {
  readonly host: Host
  readonly clock: FakeClock
  readonly alice: Client
  readonly others: Readonly<Record<string, Client>>
}

async function open(t: TestContext, others: Readonly<Record<string, Role>> = {}): Promise<Scene> {
  const clock = createFakeClock('2026-04-24T02:13:00.000Z')
  const host = await openHost({ clock, more: gateFor })
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { people } = host.world
  const { code } = await people.openEnrolment({ person: 'alice' as PersonName, roles: ['owner'] })
  const alice = await enrolClient(host, code)
  const enrolled: Record<string, Client> = {}
  for (const [person, role] of Object.entries(others)) {
    const asked = await alice.post('/api/invite/options', { person, roles: [role] })
    const { nonce, options } = asked.json as { nonce: string; options: { challenge: string } }
    const response = alice.passkey.assert(options)
    const opened = await alice.post('/api/invite/verify', { nonce, response })
    enrolled[person] = await enrolClient(host, String(opened.json['code']))
  }
  return { host, clock, alice, others: enrolled }
}

async function perform(person: Client, deed: object): Promise<Got> {
  const asked = await person.post('/api/deeds/challenge', { deed })
  if (asked.status !== 200) return asked
  const { nonce, options } = asked.json as { nonce: string; options: { challenge: string } }
  return person.post('/api/deeds/settle', { nonce, response: person.passkey.assert(options) })
}

const request = {
  task: 'fix the login of staging',
  agent: 'codex',
  expiresInMinutes: 60,
  authorization_details: [
    { type: 'holdpoint', actions: ['read', 'write'], locations: ['pocketos/staging'] },
  ],
}

test('the first setup in a browser: add an agent, grant a mandate, issue a lease', async (t) => {
  const { alice, host } = await open(t)
  const added = await alice.post('/api/agents', { agent: 'codex', owner: 'alice' })
  assert.deepEqual(added.json, { agent: 'codex' })
  const draft = JSON.parse((await alice.post('/api/mandates/draft', { request })).text) as DraftView
  assert.match(draft.words.may, /^read and write in pocketos\/staging/)
  const granted = await perform(alice, { kind: 'mandate-grant', request })
  const { mandate } = granted.json as { mandate: { id: string } }
  const deed = { kind: 'lease-issue', agent: 'codex', mandate: mandate.id, minutes: 30 }
  const issued = (await perform(alice, deed)).json['issued'] as Record<string, unknown>
  const token = String(issued['token'])
  assert.match(token, /^hpl_/)
  const lines = (issued['environment'] as { line: string }[]).map(({ line }) => line)
  assert.deepEqual(lines, [
    'http://127.0.0.1:7400/railway',
    `HTTPS_PROXY=http://lease:${token}@127.0.0.1:7400`,
    `PGPASSWORD=${token} psql postgres://shop-db@127.0.0.1:7432/shop`,
  ])
  // Told once: nothing that is asked later has it, and the console itself takes it nowhere.
  for (const path of ['/api/agents', '/api/agents/codex', '/api/now', '/api/actions']) {
    assert.ok(!(await alice.get(path)).text.includes(token), path)
  }
  const kept = JSON.stringify(host.world.store.entries(0, 1000))
  assert.ok(!kept.includes(token))
  const refused = await alice.post('/api/mandates/draft', { request: { ...request, task: token } })
  assert.deepEqual([refused.status, refused.code], [403, 'lease-not-accepted'])
})

test('agents as a tree, with what stands, what is used, and nothing of a token', async (t) => {
  const { alice, host, clock } = await open(t)
  const { powers, ledger } = host.world
  await powers.addAgent('helper' as AgentName, 'alice' as PersonName)
  const narrow = mandateRequest({
    ...{ agent: 'helper', parent: 'mandate_one', expiresInMinutes: 10 },
    budget: { denials: 4 },
  })
  await powers.grantMandate(powers.draftMandate(narrow, 'alice' as PersonName))
  await host.world.arrive()
  const got = await alice.get('/api/agents')
  const view = JSON.parse(got.text) as AgentsView
  const [cursor, helper] = view.agents
  assert.ok(cursor !== undefined && helper !== undefined)
  assert.deepEqual(
    [cursor.name, cursor.under, cursor.waiting, cursor.mandates[0]?.below],
    ['cursor', null, 1, 1],
  )
  assert.deepEqual([helper.name, helper.under], ['helper', 'cursor'])
  assert.deepEqual(
    helper.mandates[0]?.budget.filter(({ what }) => what === 'denials'),
    [{ what: 'denials', used: 0, limit: 4 }],
  )
  assert.deepEqual(
    cursor.mandates[0]?.leases.map(({ id }) => id),
    ['lease_one', 'lease_two'],
  )
  assert.equal(cursor.lastSeen, clock.now())
  assert.ok(!got.text.includes('tokenHash'))
  await ledger.append({ kind: 'tripped', agent, reason: 'budget', says: 'too\u202emuch' })
  const detail = JSON.parse((await alice.get('/api/agents/cursor')).text) as AgentDetailView
  assert.deepEqual(detail.below, ['helper'])
  assert.match(String(detail.agent.frozen?.says), /⟨U\+202E⟩/)
  clock.advance(700)
  const later = JSON.parse((await alice.get('/api/agents')).text) as AgentsView
  assert.equal(later.agents[1]?.under, null, 'a mandate that is over ties nobody')
  assert.equal(later.agents[1].mandatesEnded, 1)
  assert.equal((await alice.get('/api/agents/nobody')).status, 404)
})

test('revoking needs no passkey, ends what is below, and says when it was ended', async (t) => {
  const { alice, host, others } = await open(t, { bob: 'approver', audrey: 'auditor' })
  const { bob, audrey } = others
  assert.ok(bob !== undefined && audrey !== undefined)
  for (const path of ['/api/leases/lease_two/revoke', '/api/mandates/mandate_one/revoke']) {
    assert.equal((await audrey.post(path, {})).code, 'may-not-answer')
  }
  assert.equal((await bob.post('/api/leases/lease_two/revoke', {})).status, 200)
  assert.notEqual(host.world.store.lease('lease_two' as LeaseId)?.endedAt, null)
  assert.equal((await bob.post('/api/mandates/mandate_one/revoke', {})).status, 200)
  assert.notEqual(host.world.store.lease('lease_one' as LeaseId)?.endedAt, null)
  const again = await alice.post('/api/mandates/mandate_one/revoke', {})
  assert.deepEqual([again.status, again.code], [409, 'already-ended'])
  assert.equal((await alice.post('/api/mandates/none/revoke', {})).status, 404)
})

test('who is no owner adds, grants and issues nothing; an auditor looks', async (t) => {
  const { others } = await open(t, { bob: 'approver', audrey: 'auditor' })
  const { bob, audrey } = others
  assert.ok(bob !== undefined && audrey !== undefined)
  const deed = { kind: 'lease-issue', agent: 'cursor', mandate: 'mandate_one', minutes: 5 }
  const grant = { kind: 'mandate-grant', request: { ...request, agent: 'cursor' } }
  for (const person of [bob, audrey]) {
    for (const got of [
      await person.post('/api/agents', { agent: 'codex', owner: 'bob' }),
      await perform(person, deed),
      await perform(person, grant),
    ]) {
      assert.deepEqual([got.status, got.code], [403, 'may-not-answer'])
    }
  }
  const seen = await audrey.post('/api/mandates/draft', { request: grant.request })
  assert.equal(seen.status, 200)
})

test('what is wrong with a request is said in words', async (t) => {
  const { alice } = await open(t)
  const wrong = async (changes: object) => {
    const got = await alice.post('/api/mandates/draft', {
      request: { ...request, agent: 'cursor', ...changes },
    })
    const { says } = got.json['error'] as { says: string }
    return [got.status, says] as const
  }
  const details = (one: object) => ({
    authorization_details: [{ ...request.authorization_details[0], ...one }],
  })
  const [status, says] = await wrong(details({ actions: ['unknown'] }))
  assert.equal(status, 400)
  assert.match(says, /`unknown` cannot be granted/)
  assert.match((await wrong(details({ locations: ['a\u202e*b'] })))[1], /whole segments/)
  assert.match((await wrong({ agent: 'nobody' }))[1], /there is no agent/)
  assert.match((await wrong({ parent: 'mandate_one', expiresInMinutes: 6000 }))[1], /wider/)
  const wide = { parent: 'mandate_one', ...details({ actions: ['destroy'] }) }
  assert.deepEqual((await wrong(wide))[0], 409)
})

test('the matrix of a mandate is what the policies in force answer', async (t) => {
  const { alice, host } = await open(t)
  const got = await alice.get('/api/mandates/mandate_one/matrix')
  const { cells, places, effects } = JSON.parse(got.text) as MatrixView
  assert.deepEqual(
    places.map(({ name, protection }) => `${name} ${protection}`),
    [
      'pocketos/staging standard',
      'pocketos/production critical',
      'pocketos/preview open',
      ' critical',
    ],
  )
  assert.equal(cells.length, effects.length * places.length)
  const kindOf = (effect: string, place: string) =>
    cells.find((cell) => cell.effect === effect && cell.place === place)?.answers[0].kind
  assert.deepEqual(
    ['read', 'write', 'destroy', 'unknown'].map((effect) => kindOf(effect, 'pocketos/staging')),
    ['allow', 'allow', 'hold', 'hold'],
  )
  assert.deepEqual(
    ['read', 'write', 'destroy'].map((effect) => kindOf(effect, 'pocketos/production')),
    ['deny', 'deny', 'deny'],
  )
  const again = await alice.get('/api/mandates/mandate_one/matrix')
  assert.equal(again.text, got.text)
  assert.equal((await alice.get('/api/mandates/none/matrix')).status, 404)
  assert.ok(host.world.store.mandate('mandate_one' as MandateId) !== null)
  assert.match(shippedPolicy().digest, /^[0-9a-f]{64}$/)
})

test('what a mandate would have allowed of the last week is judged, not guessed', async (t) => {
  const { alice, host } = await open(t)
  await host.world.arrive()
  const ask = async (changes: object) => {
    const asked = { request: { ...request, agent: 'cursor', ...changes } }
    return JSON.parse((await alice.post('/api/mandates/preview', asked)).text) as ReplayReport
  }
  const narrow = await ask({})
  assert.equal(narrow.considered, 1)
  assert.deepEqual(
    narrow.cells.map(({ was, would, decisions }) => [was, would, decisions]),
    [['hold', 'hold', 1]],
  )
  const { json } = await alice.post('/api/agents', { agent: 'codex', owner: 'alice' })
  assert.equal(json['agent'], 'codex')
  const nothing = await ask({ agent: 'codex' })
  assert.deepEqual([nothing.considered, nothing.judged], [0, 0], 'honest where there was nothing')
})

test('a form is offered what is there, and nothing secret', async (t) => {
  const { alice } = await open(t, { audrey: 'auditor' })
  const { text } = await alice.get('/api/mandates/choices')
  const choices = JSON.parse(text) as ChoicesView
  assert.deepEqual(choices.owners, ['alice'], 'an auditor answers for nobody')
  assert.deepEqual(choices.kinds, ['railway:customDomain', 'railway:service', 'railway:volume'])
  assert.deepEqual(
    choices.mandates.map(({ id }) => id),
    ['mandate_one'],
  )
  assert.equal(choices.environments.length, 3)
  assert.ok(!text.includes('tokenHash'))
})
