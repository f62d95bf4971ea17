import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'

import { inShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'
import type { Action } from '../../domain/action.ts'
import type { SqlRequest } from './databases.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
})
after(() => server.stop())

function drops({ payload: { text } }: SqlRequest, name: string): Action {
  const resource = { provider: 'postgres', type: 'database', id: name, within: {} }
  const effect = { kind: 'destroy', resource, extent: 'whole', undo: 'from-safeguard' } as const
  const evidence = { reader: 'postgres', excerpt: text, span: [0, text.length] as const }
  return { verb: 'DROP DATABASE', effects: [effect], evidence, trial: 'database' }
}

async function begin(t: TestContext) {
  const world = await inShop(t, server, true)
  const names = async (): Promise<readonly string[]> => {
    const found = await world.root.query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE datname ~ '^(extra|holdpoint)' ORDER BY 1`,
    )
    return found.rows.map(({ datname }) => datname)
  }
  for (const name of await names()) await world.root.query(`DROP DATABASE ${name}`)
  await world.root.query('CREATE DATABASE extra OWNER app')
  return { ...world, names }
}

for (const form of ['simple', 'extended'] as const) {
  test(`${form}: kept, it is gone under its name, and there under another without connections`, async (t) => {
    const { client, names, root } = await begin(t)
    const text = 'DROP DATABASE extra'
    if (form === 'extended') {
      client.prepare('', text)
      client.sync()
    }
    const request = form === 'simple' ? client.simple(text) : client.extended('', text)
    const measured = await client.measure(request, drops(request, 'extra'))
    assert.deepEqual([measured.complete, measured.failed], [true, undefined])
    assert.deepEqual(await names(), ['extra'])
    assert.equal((await client.prove(request)).kind, 'proven')
    const from = client.heard.length
    const { ended } = await client.send(request)
    if (form === 'extended') client.sync()
    assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
    assert.ok(client.heard.slice(from).includes('C DROP DATABASE'))
    assert.deepEqual(await names(), [`holdpoint_trash_${request.id}`])
    const { rows } = await root.query('SELECT datallowconn FROM pg_database WHERE datname = $1', [
      `holdpoint_trash_${request.id}`,
    ])
    assert.deepEqual(rows, [{ datallowconn: false }])
  })
}

test('abandoned, it is as if it had never been', async (t) => {
  const { client, names } = await begin(t)
  const request = client.simple('DROP DATABASE extra')
  await client.measure(request, drops(request, 'extra'))
  await client.databases.abandon(client.id, request.digest)
  assert.deepEqual(await names(), ['extra'])
  assert.equal(client.databases.state(client.id).transaction, 'I')
})

const refusals: readonly (readonly [string, string, string])[] = [
  ['DROP DATABASE nothing', 'nothing', '3D000'],
  ['DROP DATABASE postgres', 'postgres', '42501'],
  ['DROP DATABASE shop', 'shop', '55006'],
]
for (const [text, name, code] of refusals) {
  test(`${text}: as the server would say it`, async (t) => {
    const { client } = await begin(t)
    const request = client.simple(text)
    const measured = await client.measure(request, drops(request, name))
    assert.equal(measured.failed, true, measured.because.join())
    const { ended } = await client.send(request)
    assert.deepEqual(await ended, { kind: 'failed', code: `sql-${code}`, status: null })
  })
}

test('IF EXISTS of what does not exist does nothing, and is answered so', async (t) => {
  const { client } = await begin(t)
  const request = client.simple('DROP DATABASE IF EXISTS nothing')
  const measured = await client.measure(request, drops(request, 'nothing'))
  assert.equal(measured.failed, true)
  const { ended } = await client.send(request)
  assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
})

test('somebody in it is not thrown out: it is in use', async (t) => {
  const { client, names } = await begin(t)
  const inside = await server.connect('extra')
  const request = client.simple('DROP DATABASE extra')
  const measured = await client.measure(request, drops(request, 'extra'))
  assert.equal(measured.failed, true)
  await inside.query('SELECT 1')
  await inside.end()
  assert.deepEqual(await names(), ['extra'])
})

test('in a transaction of the agent it is not tried', async (t) => {
  const { client } = await begin(t)
  await client.query('BEGIN')
  const request = client.simple('DROP DATABASE extra')
  const measured = await client.measure(request, drops(request, 'extra'))
  assert.equal(measured.complete, false)
})
