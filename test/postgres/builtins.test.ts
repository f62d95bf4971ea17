// The tables of PostgreSQL's own functions and settings, held to a real server.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import { builtinRow, isKnownBuiltin } from '../../src/providers/postgres/builtins.ts'
import { computingFunctions } from '../../src/providers/postgres/builtin-names.ts'
import { startPostgres } from './server.ts'

const server = await startPostgres()
after(() => server.stop())
const client = await server.connect()

async function names(where: string): Promise<readonly string[]> {
  const answer = await client.query<{ name: string }>(
    `SELECT DISTINCT proname::text AS name FROM pg_proc
     WHERE pronamespace = 'pg_catalog'::regnamespace AND ${where}`,
  )
  return answer.rows.map(({ name }) => name)
}

test('every volatile function has a row', async () => {
  const trigger = `prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)`
  const volatile = await names(`provolatile = 'v' AND ${trigger}`)
  assert.ok(volatile.length > 150)
  assert.deepEqual(
    volatile.filter((name) => builtinRow(name) === null),
    [],
  )
})

test('what only computes is not volatile', async () => {
  const volatile = new Set(await names(`provolatile = 'v'`))
  const computing = computingFunctions.trim().split(/\s+/)
  assert.deepEqual(
    computing.filter((name) => volatile.has(name) && builtinRow(name) === null),
    [],
  )
  assert.ok(isKnownBuiltin('lower') && isKnownBuiltin('count') && !isKnownBuiltin('purge'))
})

test('functions that are not volatile and run SQL have a row too', async () => {
  const stable = await names(`provolatile <> 'v' AND proname ~ '_to_xml'`)
  for (const name of stable) assert.ok(builtinRow(name) !== null, name)
})
