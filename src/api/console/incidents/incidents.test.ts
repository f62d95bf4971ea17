import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient } from '../../../../test/console/client.ts'
import type { Client } from '../../../../test/console/client.ts'
import { openHost } from '../../../../test/console/host.ts'
import type { Host } from '../../../../test/console/host.ts'
import type { Person } from '../../../../test/console/world.ts'
import { root } from '../../../../test/source-files.ts'
import type { Role } from '../../../domain/fact.ts'
import type { PersonName } from '../../../domain/names.ts'

type Scene = Readonly<{ host: Host; client: Client; alice: Person }>

async function open(t: TestContext): Promise<Scene> {
  const host = await openHost()
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const alice = await host.world.enrol('alice', ['owner'])
  return { host, alice, client: await enrolled(host, alice, 'olga', 'owner') }
}

async function enrolled(host: Host, by: Person, person: string, role: Role): Promise<Client> {
  const { people } = host.world
  const invited = { person: person as PersonName, roles: [role] }
  const { nonce, options } = people.inviteOptions(by.name, invited)
  const { code } = await people.invite(by.name, nonce, by.passkey.assert(options))
  return enrolClient(host, code)
}

const range = 'since=2026-01-01T00:00:00.000Z&until=2036-01-01T00:00:00.000Z'

test('an action, and a range with one agent or all', async (t) => {
  const { host, client } = await open(t)
  const { decision } = await host.world.arrive()
  for (const query of [`decision=${decision.id}`, range, `${range}&agent=cursor`]) {
    const { status, text } = await client.get(`/api/incidents?${query}`)
    assert.equal(status, 200, query)
    assert.match(text, /"phase":"held"/, query)
  }
  const { text } = await client.get(`/api/incidents?${range}&agent=another`)
  assert.doesNotMatch(text, /"phase":"held"/)
})

test('what is no range and no decision is refused', async (t) => {
  const { client } = await open(t)
  const wrong = ['', 'decision=x', 'since=yesterday&until=now', `${range}&agent=A`, `${range}&x=1`]
  const backwards = 'since=2036-01-01T00:00:00.000Z&until=2026-01-01T00:00:00.000Z'
  for (const query of [...wrong, backwards]) {
    assert.equal((await client.get(`/api/incidents?${query}`)).status, 400, query)
  }
  const { status } = await client.get('/api/incidents?decision=dec_aaaaaaaaaaaaaaaa')
  assert.equal(status, 404)
})

test('an auditor may take evidence, and that is written down; a stranger may not', async (t) => {
  const { host, alice } = await open(t)
  const { decision } = await host.world.arrive()
  const body = { format: 'markdown', decision: decision.id }
  const auditor = await enrolled(host, alice, 'auditor', 'auditor')
  const { status, headers, text } = await auditor.post('/api/incidents/export', body)
  assert.equal(status, 200)
  assert.match(
    headers['content-disposition'] ?? '',
    /^attachment; filename="holdpoint-evidence-dec_/,
  )
  assert.match(text, /^# Evidence/)
  const [entry] = host.world.store.search({ kinds: ['evidence-exported'], limit: 1 }).entries
  assert.ok(entry?.fact.kind === 'evidence-exported')
  assert.equal(entry.fact.by, 'auditor')
  const signedOut = await auditor.post('/api/incidents/export', body, { cookie: 'none' })
  assert.equal(signedOut.status, 401)
})

test('nothing here says that a rule is met', () => {
  const folders = ['src/evidence', 'src/api/console/incidents', 'console/src/incidents']
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => !name.endsWith('.test.ts'))
      .map((name) => join(folder, name)),
  )
  assert.ok(files.length > 15)
  for (const file of [...files, 'docs/formats/evidence.md']) {
    const text = readFileSync(join(root, file), 'utf8')
    assert.doesNotMatch(text, /\bcompl(y|ies|iant|iance|ying)\b/i, file)
  }
})
