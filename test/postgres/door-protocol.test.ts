import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { TestContext } from 'node:test'

import * as frontend from '../../src/wire/postgres/frontend.ts'
import { cancelRequest } from '../../src/wire/postgres/startup.ts'
import { openDoor } from './open-door.ts'
import { dial, openRawClient, say, untilEnd } from './raw-client.ts'
import type { RawClient, RawOptions } from './raw-client.ts'
import { startPostgres } from './server.ts'

const server = await startPostgres()
after(() => server.stop())
const door = await openDoor(server, ({ text }) => (text.includes('forbidden') ? {} : null))
after(() => door.stop())

async function open(t: TestContext, options: RawOptions = {}): Promise<RawClient> {
  const client = await openRawClient(door.port, options)
  t.after(() => client.stream.destroy())
  return client
}

test('one batch in one piece, and byte by byte', async (t) => {
  const client = await open(t)
  const batch = Buffer.concat([
    ...[say.parse('', 'select $1::int'), say.bind('', '', ['7']), say.describe()],
    ...[say.execute(), say.sync],
  ])
  client.send(batch)
  assert.equal(await client.heard(), '1 2 T D C:SELECT 1 Z:I')
  for (let at = 0; at < batch.length; at++) {
    client.send(batch.subarray(at, at + 1))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(await client.heard(), '1 2 T D C:SELECT 1 Z:I')
})

test('after an error everything up to Sync is passed over, whoever made it', async (t) => {
  const client = await open(t)
  const rest = [say.parse('', 'select 2'), say.bind(''), say.execute(), say.sync]
  client.send(say.parse('', 'select 1/0'), say.bind(''), say.execute(), ...rest)
  assert.equal(await client.heard(), '1 E:22012 Z:I')
  client.send(say.parse('', "select 'forbidden'"), say.bind(''), say.execute(), ...rest)
  assert.equal(await client.heard(), '1 E:42501 Z:I')
  client.send(say.bind('nobody'), ...rest)
  assert.equal(await client.heard(), 'E:26000 Z:I')
  client.send(say.execute('nothing'), say.query('select 1'), ...rest)
  assert.equal(await client.heard(), 'E:34000 Z:I')
  client.send(say.parse('', 'select nonsense'), say.describe(), ...rest)
  assert.equal(await client.heard(), 'E:42703 Z:I')
  client.send(say.query('select 1'))
  assert.equal(await client.heard(), 'T D C:SELECT 1 Z:I')
})

test('a refusal fails the transaction, and rolls an implicit one back', async (t) => {
  const client = await open(t)
  client.send(say.query('create temp table kept(a int)'))
  await client.heard()
  const insert = [say.parse('', 'insert into kept values(1)'), say.bind(''), say.execute()]
  const forbidden = [say.parse('', "select 'forbidden'"), say.bind(''), say.execute(), say.sync]
  client.send(...insert, ...forbidden)
  assert.equal(await client.heard(), '1 2 C:INSERT 0 1 1 E:42501 Z:I')
  client.send(say.query('begin'))
  await client.heard()
  client.send(...insert, ...forbidden)
  assert.equal(await client.heard(), '1 2 C:INSERT 0 1 1 E:42501 Z:E')
  client.send(say.query('rollback; select count(*) as n from kept'))
  assert.equal(await client.heard(), 'C:ROLLBACK T D C:SELECT 1 Z:I')
  client.send(say.query('begin; insert into kept values(1)'), say.query("select 'forbidden'"))
  assert.equal(await client.heard(), 'C:BEGIN C:INSERT 0 1 Z:T')
  assert.equal(await client.heard(), 'E:42501 Z:E')
  client.send(say.query('commit; select 1 from kept'))
  assert.equal(await client.heard(), 'C:ROLLBACK T C:SELECT 0 Z:I', 'nothing was kept')
})

/** The texts that came to the gate since, and what the server really ran. */
async function judgedAndRun(t: TestContext, ...batches: readonly (readonly Uint8Array[])[]) {
  const client = await open(t)
  client.send(say.query('create temp table ran(what text)'))
  await client.heard()
  const from = door.texts().length
  const heard: string[] = []
  for (const batch of batches) {
    client.send(...batch, say.sync)
    heard.push(await client.heard())
  }
  const judged = door.texts().slice(from)
  const admin = await rowsOf(client)
  return { judged, ran: admin, heard }
}

async function rowsOf(client: RawClient): Promise<readonly string[]> {
  client.send(say.query('copy (select what from ran) to stdout'))
  const chunks: Buffer[] = []
  const take = (chunk: Buffer): void => void chunks.push(chunk)
  client.stream.on('data', take)
  await client.heard()
  client.stream.off('data', take)
  const text = Buffer.concat(chunks).toString('latin1')
  return ['harmless', 'harm'].filter((word) => text.includes(`${word}\n`))
}

const harmless = "insert into ran values('harmless')"
const harm = "insert into ran values('harm')"
const run = (name: string): readonly Uint8Array[] => [say.bind(name), say.execute()]

test('the text that is judged is the text that runs, whatever failed in between', async (t) => {
  // The second Parse is passed over by the server: the first statement is still there.
  const skipped = await judgedAndRun(
    t,
    [say.parse('', harm)],
    [say.parse('x', 'nonsense'), say.parse('', harmless)],
    run(''),
  )
  assert.deepEqual(skipped.ran, [])
  assert.deepEqual(skipped.judged, [])
  assert.deepEqual(skipped.heard, ['1 Z:I', 'E:42601 Z:I', 'E:26000 Z:I'])
  // The same under a name.
  const named = await judgedAndRun(
    t,
    [say.parse('s', harm)],
    [say.bind('nobody'), say.close('statement', 's'), say.parse('s', harmless)],
    run('s'),
  )
  assert.deepEqual(named.judged, [harm])
  assert.deepEqual(named.ran, ['harm'])
  // A failed Parse of a name, then another one.
  const again = await judgedAndRun(
    t,
    [say.parse('s', 'nonsense')],
    [say.parse('s', harmless)],
    run('s'),
  )
  assert.deepEqual(again.judged, [harmless])
  assert.deepEqual(again.ran, ['harmless'])
  // A name that is taken.
  const twice = await judgedAndRun(t, [say.parse('s', harm)], [say.parse('s', harmless)], run('s'))
  assert.deepEqual(twice.heard, ['1 Z:I', 'E:42P05 Z:I', '2 C:INSERT 0 1 Z:I'])
  assert.deepEqual(twice.judged, [harm])
  // A Bind held back while its unnamed statement is replaced.
  const held = await judgedAndRun(t, [
    say.parse('', harmless),
    say.bind('', 'p'),
    say.parse('', harm),
    say.execute('p'),
  ])
  assert.deepEqual(held.ran, [])
  assert.deepEqual(held.heard, ['1 2 1 E:34000 Z:I'])
})

test('names made by SQL are not reached by the protocol, and ours not by guessing', async (t) => {
  const seen = await judgedAndRun(
    t,
    [say.parse('', `prepare p as ${harm}`), say.bind(''), say.execute()],
    run('p'),
    run('holdpoint_1'),
  )
  assert.deepEqual(seen.ran, [])
  assert.deepEqual(seen.heard.slice(1), ['E:26000 Z:I', 'E:26000 Z:I'])
})

test('DISCARD ALL and DEALLOCATE ALL forget the names', async (t) => {
  const client = await open(t)
  for (const all of ['discard all', 'deallocate all']) {
    client.send(say.parse('s', 'select 1'), say.sync, say.query(all))
    assert.equal(await client.heard(), '1 Z:I')
    await client.heard()
    client.send(say.parse('s', 'select 2'), ...run('s'), say.close('statement', 's'), say.sync)
    assert.equal(await client.heard(), '1 2 D C:SELECT 1 3 Z:I')
  }
})

test('portals: suspended, described before they run, several at once, closed', async (t) => {
  const client = await open(t)
  const series = 'select * from generate_series(1, 5)'
  client.send(say.parse('', series), say.bind(''), say.describe(), say.execute('', 2))
  client.send(say.execute('', 2), say.execute('', 2), say.sync)
  assert.equal(await client.heard(), '1 2 T D s D s D C:SELECT 1 Z:I')
  // As node's pg-cursor does it: bound and described, and run only later.
  client.send(say.parse('', series), say.bind(''), say.describe(), say.flush)
  assert.equal(await client.heardTo('T'), '1 2 T')
  client.send(say.execute('', 3), say.flush)
  assert.equal(await client.heardTo('s'), 'D s')
  client.send(say.execute('', 3), say.sync)
  assert.equal(await client.heard(), 'D C:SELECT 2 Z:I')
  client.send(say.parse('', 'begin'), say.bind(''), say.execute(), say.parse('s', series))
  client.send(say.bind('s', 'one'), say.bind('s', 'two'), say.execute('two', 1), say.sync)
  assert.equal(await client.heard(), '1 2 C:BEGIN 1 2 2 D s Z:T')
  client.send(say.execute('one', 1), say.execute('two'), say.close('portal', 'two'))
  client.send(say.execute('two'), say.sync)
  assert.equal(await client.heard(), 'D s D C:SELECT 4 3 E:34000 Z:E')
  client.send(say.query('rollback'))
  await client.heard()
  client.send(say.execute('one'), say.sync)
  assert.equal(await client.heard(), 'E:34000 Z:I', 'it went with its transaction')
})

test('a portal that goes on is judged again, by the same text', async (t) => {
  const client = await open(t)
  const text = 'select * from generate_series(1, 5) as goes_on'
  client.send(say.parse('', text), say.bind(''), say.execute('', 2), say.execute(), say.sync)
  await client.heard()
  const two = door.arrivals.flatMap(({ payload }) =>
    payload.kind === 'sql' && payload.text === text ? [payload] : [],
  )
  assert.equal(two.length, 2)
  assert.equal(two[1]?.messages[0], frontend.frontendTags.execute)
  assert.equal(two[1].text, two[0]?.text)
})

test('COPY in and out, failed and cut off', async (t) => {
  const client = await open(t)
  client.send(say.query('create temp table c(a text)'))
  await client.heard()
  const data = (text: string): Uint8Array => frontend.copyDataMessage(Buffer.from(text))
  const done = frontend.copyDoneMessage
  client.send(say.query('copy c from stdin'), data('a\n'), data('b\n'), data('c'), data('\n'), done)
  assert.equal(await client.heard(), 'G C:COPY 4 Z:I'.replace('4', '3'))
  const sync = say.sync
  client.send(say.parse('', 'copy c from stdin'), say.bind(''), say.execute(), sync)
  assert.equal(await client.heardTo('G'), '1 2 G')
  client.send(data('d\n'), done, sync)
  assert.equal(await client.heard(), 'C:COPY 1 Z:I')
  client.send(say.query('copy c from stdin'), frontend.copyFailMessage('no'), say.query('select 1'))
  assert.equal(await client.heard(), 'G E:57014 Z:I')
  assert.equal(await client.heard(), 'T D C:SELECT 1 Z:I')
  const bad = say.query('copy (select 1) to stdout; copy c(a) from stdin; select 1')
  client.send(bad, data('e\n'), done)
  assert.equal(await client.heard(), 'H d c C:COPY 1 G C:COPY 1 T D C:SELECT 1 Z:I')
  client.send(say.query("copy c(a) from stdin (format csv, null 'x')"), data('"\n'), done)
  assert.equal(await client.heard(), 'G E:22P04 Z:I')
  const large = Buffer.alloc(3_000_000, 'x')
  large[large.length - 1] = 10
  client.send(say.query('copy c from stdin'), frontend.copyDataMessage(large), done)
  assert.equal(await client.heard(), 'G C:COPY 1 Z:I')
  client.send(say.query('copy c from stdin'), say.query('drop table c'))
  assert.equal(await client.heard(), 'G E:08P01 end')
})

test('a function call is refused, and the session goes on', async (t) => {
  const client = await open(t)
  client.send(Buffer.from('46000000060000', 'hex'), say.query('select 1'))
  assert.equal(await client.heard(), 'E:0A000 Z:I')
  assert.equal(await client.heard(), 'T D C:SELECT 1 Z:I')
})

test('what is too long is passed over, and named', async (t) => {
  const client = await open(t)
  client.send(say.query(`select '${'x'.repeat(1_100_000)}'`), say.query('select 1'))
  assert.equal(await client.heard(), 'E:54000 Z:I')
  assert.equal(await client.heard(), 'T D C:SELECT 1 Z:I')
  client.send(say.parse('', `select '${'x'.repeat(1_100_000)}'`), say.bind(''), say.sync)
  assert.equal(await client.heard(), 'E:54000 Z:I')
  client.send(Buffer.from('5100000007c32800', 'hex'))
  assert.equal(await client.heard(), 'E:22021 Z:I')
})

test('limits of names', async (t) => {
  const client = await open(t)
  const parses = Array.from({ length: 1001 }, (_, i) => say.parse(`s${i}`, 'select 1'))
  client.send(...parses, say.sync)
  assert.match(await client.heard(), /^(1 ){1000}E:54000 Z:I$/)
  client.send(say.parse('', 'select 1'), say.bind('', 'p'.repeat(64)), say.sync)
  assert.equal(await client.heard(), '1 E:42622 Z:I')
})

test('10,000 statements in one go', async (t) => {
  const client = await open(t)
  const one = [say.parse('', 'select 1'), say.bind(''), say.execute()]
  client.send(...Array.from({ length: 10_000 }, () => one).flat(), say.sync)
  const heard = await client.heard()
  assert.equal(heard.match(/C:SELECT 1/g)?.length, 10_000)
})

test('a cancel key works, another one does not, and nobody is told', async (t) => {
  for (const minor of [0, 2]) {
    const client = await open(t, { minor })
    assert.equal(client.key.secret.length, minor === 2 ? 32 : 4)
    client.send(say.query('select pg_sleep(10)'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    const { process, secret } = client.key
    const wrong = secret.map((byte) => byte ^ 1)
    for (const [id, key] of [
      [process, wrong],
      [process + 1, secret],
      [process, secret.subarray(0, 4).map((byte) => byte ^ 255)],
    ] as const) {
      const socket = await dial(door.port)
      socket.write(cancelRequest(id, key))
      assert.equal((await untilEnd(socket)).length, 0)
    }
    const early = await Promise.race([
      client.heard(),
      new Promise((resolve) => setTimeout(resolve, 200, 'still running')),
    ])
    assert.equal(early, 'still running')
    const socket = await dial(door.port)
    socket.write(cancelRequest(process, secret))
    assert.equal((await untilEnd(socket)).length, 0)
    client.stream.destroy()
  }
})

test('a revoked session is told, and cut', async (t) => {
  const client = await open(t)
  const arrival = door.arrivals.at(-1)
  client.send(say.query('copy (select 1) to stdout'))
  await client.heard()
  arrival?.session.sever()
  assert.equal(await client.heard(), 'E:57P01 end')
})
