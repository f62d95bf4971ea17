// What no reader can see: a drop that a function makes up while it runs. The gate lets through what
// was seen coming, for one statement; the database says no to everything else.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'

import { inShop, startShop } from '../../../test/upstreams/database-world.ts'
import type { PostgresServer } from '../../../test/postgres/server.ts'

let server: PostgresServer

before(async () => {
  server = await startShop()
})
after(() => server.stop())

const hidden = `CREATE FUNCTION public.tidy_up() RETURNS void LANGUAGE plpgsql AS
  $$ BEGIN EXECUTE 'dr' || 'op table late'; END $$`

async function begin(t: TestContext) {
  const world = await inShop(t, server, true)
  await world.root.query(`SET ROLE app; ${hidden}; RESET ROLE`)
  const isThere = async (): Promise<boolean> => {
    const { rows } = await world.root.query<{ there: boolean }>(
      `SELECT to_regclass('public.late') IS NOT NULL AS there`,
    )
    return rows[0]?.there === true
  }
  return { ...world, isThere }
}

test('a drop that nobody saw coming is refused', async (t) => {
  const { client, isThere } = await begin(t)
  const { ended } = await client.send(client.simple('SELECT tidy_up()'))
  assert.deepEqual(await ended, { kind: 'failed', code: 'sql-42501', status: null })
  assert.ok(await isThere())
})

test('one that was decided passes, and the next one does not', async (t) => {
  const { client, isThere, root } = await begin(t)
  const { ended } = await client.send(client.simple('SELECT tidy_up()'), { mayDrop: true })
  assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
  assert.equal(await isThere(), false)
  await root.query('SET ROLE app; CREATE TABLE public.late (id int); RESET ROLE')
  const second = await client.send(client.simple('SELECT tidy_up()'))
  assert.deepEqual(await second.ended, { kind: 'failed', code: 'sql-42501', status: null })
  assert.ok(await isThere())
})

test('a permit that was given in a transaction ends with it', async (t) => {
  const { client, isThere } = await begin(t)
  await client.query('BEGIN')
  await (
    await client.send(client.simple('SELECT 1/0'), { mayDrop: true })
  ).ended
  await client.query('ROLLBACK')
  const { ended } = await client.send(client.simple('SELECT tidy_up()'))
  assert.deepEqual(await ended, { kind: 'failed', code: 'sql-42501', status: null })
  assert.ok(await isThere())
})

test('its look-alikes: a temporary table, and other people’s sessions', async (t) => {
  const { client, isThere, root } = await begin(t)
  await client.query('CREATE TEMP TABLE scratch (id int)')
  const { ended } = await client.send(client.simple('DROP TABLE scratch'))
  assert.deepEqual(await ended, { kind: 'succeeded', status: 0 })
  await root.query('SELECT tidy_up()')
  assert.equal(await isThere(), false)
})
