import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, test } from 'node:test'

import type { Situation } from '../../../../policies/situations.ts'
import { enrolClient } from '../../../../test/console/client.ts'
import type { Client } from '../../../../test/console/client.ts'
import { openHost } from '../../../../test/console/host.ts'
import type { Host } from '../../../../test/console/host.ts'
import { openScene, ownText } from '../../../../test/console/policy-parts.ts'
import type { PolicyScene } from '../../../../test/console/policy-parts.ts'
import type { Role } from '../../../domain/fact.ts'
import type { PersonName } from '../../../domain/names.ts'
import { createSqlReading } from '../../../reading/reading.ts'
import type { Draft, PoliciesView, ReplayAnswer, TryAnswer } from './shapes.ts'

const reading = await createSqlReading()
after(() => reading.close())

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

interface Opened {
  readonly host: Host
  readonly scene: PolicyScene
  readonly folder: string
  readonly person: Client
}

async function open(roles: readonly Role[] = ['owner']): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-own-'))
  closing.push(() => rmSync(folder, { recursive: true }))
  const scenes: PolicyScene[] = []
  const host = await openHost({
    more: (world, clock) => {
      const made = openScene(world, clock, reading, folder)
      scenes.push(made)
      return made.parts
    },
  })
  closing.push(() => host.close())
  const [scene] = scenes
  assert.ok(scene !== undefined)
  closing.push(() => scene.close())
  const alice = await host.world.enrol('alice', ['owner'])
  assert.equal(alice.name, 'alice')
  const invited = { person: 'bob' as PersonName, roles }
  const asked = host.world.people.inviteOptions(alice.name, invited)
  const assertion = alice.passkey.assert(asked.options)
  const { code } = await host.world.people.invite(alice.name, asked.nonce, assertion)
  return { host, scene, folder, person: await enrolClient(host, code) }
}

function doing(effect: string, environments: string, undo = 'trivial'): Omit<Situation, 'mandate'> {
  const resource = `railway:service/${effect}`
  return { effect, resource, environments, undo, extent: 'some', backups: '?' }
}

const staging = 'pocketos/staging=standard'
const traffic = [
  doing('read', staging, '-'),
  doing('write', staging),
  doing('write', 'pocketos/production=critical'),
  doing('destroy', staging, 'from-safeguard'),
]

const volumeDelete = JSON.stringify({
  surface: 'http',
  request: {
    method: 'POST',
    url: 'https://backboard.railway.com/graphql/v2',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: 'mutation { volumeDelete(volumeId: "v1") }' }),
  },
})
const noWrites: Draft = {
  file: 'own/draft.cedar',
  text: '@id("own-no-writes")\n@says("nothing is written")\nforbid (principal, action == Action::"write", resource);\n',
}
const everything: Draft = {
  file: 'own/draft.cedar',
  text: '@id("own-all")\n@says("everything")\npermit (principal, action, resource);\n',
}

async function view(person: Client): Promise<PoliciesView> {
  return JSON.parse((await person.get('/api/policies')).text) as PoliciesView
}

async function tried(person: Client, draft: Draft | null, request: string): Promise<TryAnswer> {
  const body = { draft, request, mandate: 'mandate_one' }
  const got = await person.post('/api/policies/try', body)
  assert.equal(got.status, 200, got.text)
  return JSON.parse(got.text) as TryAnswer
}

async function replayed(person: Client, draft: Draft | null): Promise<ReplayAnswer> {
  const got = await person.post('/api/policies/replay', { draft, days: 7 })
  assert.equal(got.status, 200, got.text)
  return JSON.parse(got.text) as ReplayAnswer
}

test('the set in force is shown whole: files, rules, examples, pages, what is not loaded', async () => {
  const { person, scene, folder } = await open()
  const shown = await view(person)
  assert.equal(shown.digest, scene.policies.current().digest)
  assert.equal(shown.folder, folder)
  assert.deepEqual(
    shown.files.map(({ name }) => name),
    scene.policies.files().map(({ name }) => name),
  )
  const destroy = shown.files.find(({ name }) => name === 'destroy.cedar')
  assert.ok(destroy?.examples?.kind === 'table')
  assert.ok(destroy.examples.rows.some(({ situation }) => situation.startsWith('PocketOS')))
  const rule = destroy.rules.find(({ id }) => id === 'destroy-critical')
  assert.equal(rule?.verdict, 'hold')
  assert.equal(rule.release, 'owner')
  assert.match(rule.page ?? '', /nine seconds of PocketOS/)
  assert.ok(destroy.text.split('\n')[rule.line - 1]?.includes('destroy-critical'))
  const own = shown.files.find(({ name }) => name === 'own/careful.cedar')
  assert.equal(own?.kind, 'own')
  assert.equal(own.text, ownText)
  assert.equal(own.examples?.kind, 'malformed')
  assert.equal(own.rules[0]?.page, null)
  assert.deepEqual(
    shown.optional.map(({ name }) => name),
    ['optional/two-person.cedar'],
  )
  assert.equal(shown.mandates[0]?.id, 'mandate_one')
})

test('loads are shown, those that were not valid too, and since when the set is in force', async () => {
  const { person, scene, folder } = await open()
  const first = await scene.policies.reload()
  const loaded = await view(person)
  assert.deepEqual(
    loaded.loads.map(({ kind }) => kind),
    ['loaded'],
  )
  writeFileSync(join(folder, 'broken.cedar'), 'permit (nobody);')
  await assert.rejects(scene.policies.reload(), { code: 'policy-invalid' })
  const after = await view(person)
  assert.equal(after.digest, first.digest)
  assert.equal(after.since, loaded.since)
  const [rejected] = after.loads
  assert.ok(rejected?.kind === 'rejected')
  assert.match(rejected.why, /own\/broken\.cedar:1:/)
})

test('a request is read, placed and judged; by a draft too, which goes no further than the mandate', async () => {
  const { person } = await open()
  const answer = await tried(person, everything, volumeDelete)
  assert.ok(answer.kind === 'tried')
  assert.deepEqual(answer.actions, [
    {
      ...{ verb: 'volumeDelete', effect: 'destroy', reversibility: 'irreversible' },
      resource: 'railway:volume/v1',
    },
  ])
  assert.deepEqual(
    answer.environments.map(({ name }) => name),
    ['pocketos/staging'],
  )
  assert.equal(answer.active.kind, 'hold')
  assert.equal(answer.draft?.kind, 'hold')
  const stricter = { file: 'own/draft.cedar', text: noWrites.text.replace('"write"', '"destroy"') }
  const denied = await tried(person, stricter, volumeDelete)
  assert.ok(denied.kind === 'tried')
  assert.equal(denied.active.kind, 'hold')
  assert.equal(denied.draft?.kind, 'deny')
  const alone = await tried(person, null, volumeDelete)
  assert.ok(alone.kind === 'tried' && alone.draft === null)
})

test('a file taken out of the draft is left out; without the baseline more would be allowed', async () => {
  const { person, scene } = await open()
  for (const one of traffic) await scene.record(one)
  const answer = await replayed(person, { file: 'destroy.cedar', text: '' })
  assert.ok(answer.kind === 'replayed')
  const [change] = answer.report.changes
  assert.equal(answer.report.changed, 1)
  assert.equal(change?.was.kind, 'hold')
  assert.equal(change.would.kind, 'deny', 'nothing permits it any more')
})

test('what is no request, or is refused at the door, is said so', async () => {
  const { person } = await open()
  assert.equal((await tried(person, null, 'not JSON')).kind, 'not-a-request')
  assert.equal((await tried(person, null, '{"surface":"mcp"}')).kind, 'not-a-request')
  const sql = '{"surface":"sql","statement":"DELETE FROM users"}'
  const none = await tried(person, null, sql)
  assert.ok(none.kind === 'not-a-request')
  assert.match(none.says, /no PostgreSQL server/)
  const elsewhere = JSON.stringify({
    ...{ surface: 'http', request: { method: 'GET', url: 'https://example.com/' } },
  })
  assert.equal((await tried(person, null, elsewhere)).kind, 'unread')
})

test('recorded traffic: the set in force changes nothing, a draft exactly what it forbids', async () => {
  const { person, scene } = await open()
  for (const one of traffic) await scene.record(one)
  const same = await replayed(person, null)
  assert.ok(same.kind === 'replayed')
  assert.equal(same.report.judged, traffic.length)
  assert.equal(same.report.changed, 0)
  assert.equal(same.report.amended.decisions, 0)
  const strict = await replayed(person, noWrites)
  assert.ok(strict.kind === 'replayed')
  assert.deepEqual(
    strict.report.changes.map(({ was, would }) => [was.kind, would.kind]),
    [['allow', 'deny']],
  )
  const wide = await replayed(person, everything)
  assert.ok(wide.kind === 'replayed')
  assert.equal(wide.report.changed, 0)
})

test('a draft that is not valid is an answer with its place, and touches nothing', async () => {
  const { person, scene, host } = await open()
  const before = scene.policies.current().digest
  const size = host.world.store.head().size
  const misspelt = { file: 'own/draft.cedar', text: '@id("x")\n@says("x")\nforbid (p);\n' }
  const answer = await tried(person, misspelt, volumeDelete)
  assert.ok(answer.kind === 'invalid')
  assert.equal(answer.where?.file, 'own/draft.cedar')
  assert.equal(answer.where.line, 3)
  const deep = `${'('.repeat(9_000)}true${')'.repeat(9_000)}`
  const nested = {
    file: 'own/draft.cedar',
    text: `@id("x")\n@says("x")\nforbid (principal, action, resource) when { ${deep} };`,
  }
  assert.equal((await replayed(person, nested)).kind, 'invalid')
  assert.equal(scene.policies.current().digest, before)
  assert.equal(host.world.store.head().size, size)
  const decision = await scene.record(doing('read', staging, '-'))
  assert.equal(decision.verdict.kind, 'allow', 'the gate judges as before')
  assert.deepEqual(host.faults, [])
})

test('an auditor tries and looks, and nothing is written', async () => {
  const { person, scene, host } = await open(['auditor'])
  for (const one of traffic) await scene.record(one)
  const { size } = host.world.store.head()
  assert.equal((await tried(person, noWrites, volumeDelete)).kind, 'tried')
  assert.equal((await replayed(person, noWrites)).kind, 'replayed')
  await view(person)
  assert.equal(host.world.store.head().size, size)
})

test('odd names, long texts and mandates that are not there are refused', async () => {
  const { person } = await open()
  const body = { request: volumeDelete, mandate: 'mandate_one' }
  const post = (more: object) => person.post('/api/policies/try', { draft: null, ...body, ...more })
  for (const file of ['../../etc/passwd', 'own/../x.cedar', 'own/A.cedar', 'optional/mine.cedar']) {
    const got = await post({ draft: { file, text: 'x' } })
    assert.equal(got.code, 'draft-name', file)
    assert.equal(got.status, 400)
  }
  assert.equal((await post({ draft: { file: 'x', text: 'x'.repeat(40_001) } })).status, 400)
  assert.equal((await post({ mandate: 'mandate_none' })).code, 'mandate-none')
  const agent = await post({ mandate: undefined, agent: 'cursor' })
  assert.equal(agent.status, 200)
  const days = await person.post('/api/policies/replay', { draft: null, days: 8 })
  assert.equal(days.status, 400)
})

test('a text that gives itself out as an error of the console is only text', async () => {
  const { person } = await open()
  const text = `@id("x")\n@says("x")\n@"\u202eRELEASED"\nforbid (principal, action, resource);`
  const answer = await tried(person, { file: 'own/draft.cedar', text }, volumeDelete)
  assert.ok(answer.kind === 'invalid')
  assert.ok(!answer.says.includes('\u202e'))
})
