import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import type { UpstreamName } from '../domain/names.ts'
import { createInterpreter } from '../interpret.ts'
import { providers } from '../providers/table.ts'
import { createSqlReading } from '../reading/reading.ts'
import { createInspector } from './inspect-line.ts'

const readers = new Map(providers.map(({ name, reader }) => [name as UpstreamName, reader]))
const reading = await createSqlReading()
after(() => reading.close())
const inspect = createInspector(providers, createInterpreter({ readers }), reading)

interface Sent {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

async function inspected(sent: Sent): Promise<string> {
  const { method = 'POST', url = api, ...rest } = sent
  const line = JSON.stringify({ id: 'x', surface: 'http', request: { method, url, ...rest } })
  const answer = await inspect(line)
  assert.equal(answer.id, 'x')
  if ('error' in answer) return `error: ${answer.error}`
  const actions = answer.actions.map(
    ({ verb, resource }) => `${verb} ${resource ?? 'nothing known'}`,
  )
  return `${answer.effect}, ${answer.reversibility}: ${actions.join(', ')}`
}

const api = 'https://backboard.railway.app/graphql/v2'
const query = (text: string): string => JSON.stringify({ query: text })
const deletion = query('mutation { volumeDelete(volumeId: "v1") }')
const harmless = query('query { projects { edges { node { id } } } }')
const destroys = 'destroy, irreversible: volumeDelete railway:volume/v1'

test('the literal curl of the incident destroys, however its address is written', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Bearer t' }
  for (const url of [
    api,
    'https://backboard.railway.com/graphql/v2',
    'HTTPS://BACKBOARD.RAILWAY.APP:443/graphql/v2',
    'https://backboard.railway.app./graphql/v2',
  ]) {
    assert.equal(await inspected({ url, headers: form, body: deletion }), destroys, url)
  }
})

test('its harmless look-alike reads', async () => {
  const said = query(
    'query { projects { edges { node { id name } } } } # volumeDelete(volumeId: "v1")',
  )
  assert.match(await inspected({ body: said }), /^read, reversible: projects /)
  assert.match(await inspected({ body: harmless }), /^read, reversible: /)
})

test('the worst of several rules, and each is told', async () => {
  const both = query('mutation { a: volumeDelete(volumeId: "v1") b: deploymentRestart(id: "d") }')
  const answer = await inspected({ body: both })
  assert.match(
    answer,
    /^destroy, irreversible: volumeDelete railway:volume\/v1, deploymentRestart /,
  )
})

test('what the door would not hand over is unknown, and why is said', async () => {
  const cases: readonly (readonly [Sent, RegExp])[] = [
    [{ url: 'https://example.com/graphql/v2' }, /not a governed host: `example.com`/],
    [{ url: 'https://backboard.railway.app.evil.example/' }, /not a governed host/],
    [{ url: 'https://1.2.3.4/graphql/v2' }, /is an address/],
    [{ url: 'https://backboard.railway.app:8443/graphql/v2' }, /port 8443/],
    [{ url: 'https://u:p@backboard.railway.app/graphql/v2' }, /user information/],
    [{ url: 'https://backboard.railway.app/%67raphql/v2' }, /escape/],
    [{ headers: { host: 'other.example' } }, /names both/],
    [{ headers: { 'content-length': ['1', '2'] } }, /came twice/],
    [{ headers: { 'transfer-encoding': 'gzip, chunked' } }, /transfer-encoding/],
    [{ headers: { 'X-HTTP-Method-Override': 'DELETE' } }, /override/],
    [{ headers: { 'content-encoding': 'gzip' } }, /cannot be read/],
    [{ headers: { upgrade: 'websocket' } }, /upgraded/],
    [{ method: 'post' }, /method `post`/],
    [{ method: 'TRACE' }, /method `TRACE`/],
    [{ body: 'x'.repeat(1_100_000) }, /longer than 1048576 bytes/],
  ]
  for (const [sent, why] of cases) {
    const { method = 'POST', url = api, body = harmless, headers = {} } = sent
    const request = { method, url, body, headers }
    const answer = await inspect(JSON.stringify({ surface: 'http', request }))
    assert.ok('effect' in answer, JSON.stringify(answer))
    assert.equal(answer.effect, 'unknown')
    assert.equal(answer.reversibility, 'irreversible')
    assert.deepEqual(
      answer.actions.map(({ resource }) => resource),
      [null],
    )
    assert.match(answer.why, why)
  }
})

test('a bad line is an error with its id, where it has one, and never a throw', async () => {
  const cases: readonly (readonly [string, object])[] = [
    ['', { error: 'not JSON' }],
    ['{"id":"a"', { error: 'not JSON' }],
    ['null', { error: 'Invalid input: expected object, received null' }],
    [
      '{"id":"a"}',
      { id: 'a', error: '`surface`: a line says its `surface`, as in `"surface":"http"`' },
    ],
    [
      '{"id":"a","surface":"shell","statement":"x"}',
      { id: 'a', error: 'the surface `shell` is not read yet' },
    ],
    ['{"id":"a","surface":"sql"}', { id: 'a', error: '`statement`: a line says its SQL as text' }],
    [
      '{"id":"a","surface":"sql","statement":"SELECT 1","catalogue":{"tables":[]}}',
      { id: 'a', error: '`catalogue.`: Unrecognized key: "tables"' },
    ],
    [
      '{"id":7,"surface":"http"}',
      { id: 7, error: 'request: Invalid input: expected object, received undefined' },
    ],
    ['{"id":{"a":1},"surface":"http"}', { error: '`id`: Invalid input' }],
    [
      '{"id":"a","surface":"http","request":{"method":"GET","url":"file:///etc/passwd"}}',
      { id: 'a', error: '`request.url` is not an http or https URL' },
    ],
    [
      '{"id":"a","surface":"http","request":{"method":"GET","url":"https://x.example","body":1}}',
      { id: 'a', error: 'request: `body`: Invalid input: expected string, received number' },
    ],
  ]
  for (const [line, answer] of cases) assert.deepEqual(await inspect(line), answer, line)
})

test('GET queries, batches and unreadable bodies are read as the gate reads them', async () => {
  const get = `${api}?query=${encodeURIComponent('query { me { id } }')}`
  assert.match(await inspected({ method: 'GET', url: get, body: '' }), /^read, reversible: me /)
  assert.match(
    await inspected({ body: `[${harmless},${deletion}]` }),
    /^(destroy|unknown), irreversible/,
  )
  for (const body of [
    '{',
    '{"query":1}',
    '',
    '{"query":"{ projects }","query":"mutation { x }"}',
  ]) {
    assert.match(await inspected({ body }), /^unknown, irreversible: .* nothing known$/)
  }
})

async function sql(statement: string, catalogue?: object): Promise<string> {
  const line = JSON.stringify({ id: 1, surface: 'sql', statement, catalogue })
  const answer = await inspect(line)
  if ('error' in answer) return `error: ${answer.error}`
  const actions = answer.actions.map(({ verb, resource }) => `${verb} ${resource ?? 'unknown'}`)
  return `${answer.effect}, ${answer.reversibility}: ${actions.join(', ')}`
}

test('SQL without a catalogue: plain names are plain tables', async () => {
  const cases: readonly (readonly [string, string])[] = [
    ['SELECT 1', 'read, reversible: SELECT postgres:database/database'],
    ['SELECT * FROM users WHERE id = 1', 'read, reversible: SELECT postgres:table/public.users'],
    ['SELECT count(*), now() FROM users', 'read, reversible: SELECT postgres:table/public.users'],
    ['DROP TABLE users', 'destroy, irreversible: DROP TABLE postgres:table/public.users'],
    ['DELETE FROM a.users', 'destroy, irreversible: DELETE postgres:table/a.users'],
    ["SELECT 'DROP TABLE users'", 'read, reversible: SELECT postgres:database/database'],
    ["INSERT INTO t VALUES ('x')", 'write, reversible: INSERT postgres:table/public.t'],
    ['TRUNCATE logs', 'destroy, irreversible: TRUNCATE postgres:table/public.logs'],
  ]
  for (const [statement, told] of cases) assert.equal(await sql(statement), told, statement)
})

test('SQL without a catalogue: what would need one is unknown', async () => {
  for (const statement of [
    'SELECT purge_everything()',
    'SELECT app.total(1)',
    'CALL archive()',
    'EXECUTE prepared(1)',
    'DROP TABLE users CASCADE',
    'TRUNCATE users CASCADE',
    "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'x'); END $$",
    'DROP SOMETHING',
  ]) {
    assert.match(await sql(statement), /^unknown, irreversible/, statement)
  }
})

test('SQL with a catalogue: triggers, keys, views and functions are followed', async () => {
  const catalogue = {
    relations: [
      { name: 'users', columns: ['id'] },
      { name: 'orders', columns: ['id', 'user_id'] },
      { name: 'everyone', kind: 'v', definition: 'SELECT id, purge() FROM users' },
    ],
    foreignKeys: [{ from: 'public.orders', to: 'public.users', onDelete: 'c' }],
    routines: [
      {
        name: 'purge',
        arguments: [0, 0],
        definition: "CREATE FUNCTION purge() RETURNS void LANGUAGE sql AS 'DELETE FROM orders'",
      },
    ],
  }
  assert.match(
    await sql('DELETE FROM users WHERE id = 1', catalogue),
    /^destroy, irreversible: DELETE postgres:table\/public.users, DELETE postgres:table\/public.orders$/,
  )
  assert.match(await sql('SELECT * FROM everyone', catalogue), /^destroy, .*public.orders/)
  assert.match(await sql('SELECT nothing()', catalogue), /^read, /)
})
