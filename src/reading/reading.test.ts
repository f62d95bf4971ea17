import assert from 'node:assert/strict'
import { after, test } from 'node:test'

import { fixtureCatalogue } from '../../test/postgres/catalogue-fixture.ts'
import type { Action } from '../domain/action.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import { createSqlReading } from './reading.ts'
import { skeletonOf } from './skeleton.ts'

const catalogue = fixtureCatalogue()
const place = { upstream: 'shop-db', database: 'shop', environment: 'shop-db/shop' }
const reading = await createSqlReading({ deadlineMs: 700 })
after(() => reading.close())

function shown(actions: NonEmpty<Action>): string {
  return actions
    .flatMap(({ effects }) => effects)
    .map((effect) =>
      effect.kind === 'unknown'
        ? `unknown: ${effect.why}`
        : `${effect.kind} ${effect.resource.type}`,
    )
    .join(', ')
}

test('a text is read once, and remembered', async () => {
  const text = 'SELECT * FROM users WHERE id = 1'
  const first = await reading.read(text, catalogue, place)
  assert.equal(shown(first.actions), 'read table')
  assert.equal(reading.readNow(text, catalogue, place), first)
})

test('a shape is the same for other constants, and for nothing else', async () => {
  const shape = async (text: string): Promise<string | null> =>
    (await reading.read(text, catalogue, place)).shape
  const one = await shape("SELECT * FROM users WHERE name = 'a' AND id = 1")
  assert.match(one ?? '', /^[0-9a-f]{64}$/)
  assert.equal(await shape("select  *  from users where name='zz' and id=-7 "), one)
  assert.notEqual(await shape("SELECT * FROM orders WHERE name = 'a' AND id = 1"), one)
  assert.notEqual(await shape("SELECT * FROM users WHERE name = 'a' OR id = 1"), one)
  assert.equal(await shape('DELETE FROM users'), null)
  assert.equal(await shape('SELECT 1; SELECT 2'), null)
  // A constant that is SQL, or names what is done, decides what is done.
  assert.equal(await shape("SELECT query_to_xml('SELECT 1', true, true, '')"), null)
  assert.equal(await shape("SELECT nextval('tickets')"), null)
})

test('texts that differ in numbers share a reading, with evidence of their own', () => {
  reading.readNow('SELECT * FROM users WHERE id = 10', catalogue, place)
  const alike = reading.readNow('SELECT * FROM users WHERE id = 999;', catalogue, place)
  assert.ok(alike)
  assert.equal(alike.actions[0].evidence.excerpt, 'SELECT * FROM users WHERE id = 999')
  assert.deepEqual(alike.actions[0].evidence.span, [0, 34])
  for (const text of [
    "SELECT '1'",
    'SELECT "a1"',
    'SELECT $1',
    'SELECT 1 -- x',
    'SELECT 1/*2*/',
    'SELECT 1+1',
    ';SELECT 1',
    'SELECT E',
  ]) {
    assert.equal(skeletonOf(text) === null, text !== 'SELECT E', text)
  }
  assert.equal(
    skeletonOf('SELECT a1, 1.5, 1e5, t1.c2 FROM x1 WHERE y = 12'),
    'SELECT a1, 1.5, 1e5, t1.c2 FROM x1 WHERE y = 0',
  )
})

test('nothing crosses catalogues, roles or databases', async () => {
  const text = 'SELECT innocent(5)'
  const other = {
    ...catalogue,
    routines: catalogue.routines.filter(({ name }) => name !== 'innocent'),
    version: 'other',
  }
  assert.match(shown((await reading.read(text, catalogue, place)).actions), /destroy/)
  assert.doesNotMatch(shown((await reading.read(text, other, place)).actions), /destroy/)
  assert.match(shown((await reading.read(text, null, place)).actions), /unknown/)
  const elsewhere = { ...place, database: 'x', environment: 'shop-db/x' }
  const [action] = (await reading.read(text, catalogue, elsewhere)).actions
  const [effect] = action.effects
  assert.ok(effect.kind !== 'unknown')
  assert.equal(effect.resource.within.environment, 'shop-db/x')
})

test('a long text is read by the worker, as a short one is', async () => {
  const padding = ' '.repeat(9000)
  const text = `DELETE FROM logs${padding}WHERE id = 1`
  assert.equal(reading.readNow(text, catalogue, place), null)
  const { actions } = await reading.read(text, catalogue, place)
  assert.equal(shown(actions), 'destroy table')
  assert.deepEqual(actions[0].evidence.span, [0, text.length])
  assert.ok(reading.readNow(text, catalogue, place), 'and is remembered')
})

test('hostile texts are unknown within the deadline, and the next one is read', async () => {
  const hostile = [
    `SELECT 1${'+1'.repeat(50_000)}`,
    `SELECT ${'('.repeat(60_000)}1${')'.repeat(60_000)}`,
    `${'/*'.repeat(100_000)}${'*/'.repeat(100_000)}SELECT 1`,
    `SELECT ${'- '.repeat(100_000)}1`,
    `SELECT 1${' UNION SELECT 1'.repeat(20_000)}`,
    'SELECT 1\0; DROP TABLE users',
    "SELECT '\ud800'",
    `SELECT '${'x'.repeat(2_000_000)}'`,
  ]
  for (const text of hostile) {
    const started = performance.now()
    const { actions, shape } = await reading.read(text, catalogue, place)
    assert.ok(performance.now() - started < 4000, text.slice(0, 20))
    assert.equal(shape, null)
    assert.match(shown(actions), /unknown/, text.slice(0, 20))
  }
  const text = `SELECT 1${' '.repeat(9000)}`
  assert.equal(shown((await reading.read(text, catalogue, place)).actions), 'read database')
})

test('what waits is bounded, and closing answers it', async () => {
  const small = await createSqlReading({ deadlineMs: 500, waitingMax: 2 })
  const texts = [1, 2, 3, 4, 5].map((n) => `SELECT ${n}${' '.repeat(9000)}`)
  const answers = texts.map((text) => small.read(text, catalogue, place))
  const told = (await Promise.all(answers)).map(({ actions }) => shown(actions))
  assert.equal(told.filter((one) => /wait to be read/.test(one)).length, 2)
  const last = small.read(`SELECT 9${' '.repeat(9000)}`, catalogue, place)
  await small.close()
  assert.match(shown((await last).actions), /unknown|read/)
})
