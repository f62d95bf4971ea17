import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'

import { answerHold, agent } from '../../test/console/world.ts'
import { openReceiver, openTold, signingSecret, status } from '../../test/notify/receivers.ts'
import type { Receiver, Told } from '../../test/notify/receivers.ts'
import type { PersonName } from '../domain/names.ts'
import { queueMax } from './deliveries.ts'

const by = 'alice' as PersonName

function webhook(name: string): object {
  return { kind: 'webhook', url: `${name}-url`, secret: 'signing' }
}

function secretsFor(receivers: Readonly<Record<string, Receiver>>): Record<string, string> {
  const urls = Object.entries(receivers).map(([name, { url }]) => [
    `${name}-url`,
    `${url}/T0/s3cret`,
  ])
  return { signing: signingSecret, ...(Object.fromEntries(urls) as Record<string, string>) }
}

async function openOne(t: Parameters<typeof openTold>[0], more: object = {}) {
  const ops = await openReceiver(t)
  const told = await openTold(
    t,
    { channels: { ops: webhook('ops') }, ...more },
    { secrets: secretsFor({ ops }) },
  )
  return { ops, told }
}

function ends(told: Told): readonly string[] {
  return told.facts('notified').map(({ channel, topic, end }) => {
    const why = end.kind === 'failed' ? `: ${end.why}` : ''
    return `${channel} ${topic} ${end.kind} ${end.attempts}${why}`
  })
}

test('a hold that opens is told, written down first, signed, with a link and no secret', async (t) => {
  const { ops, told } = await openOne(t)
  const { hold, decision } = await told.world.arrive()
  await told.settled()

  const [got] = ops.got
  assert.ok(got)
  assert.equal(got.path, '/T0/s3cret')
  const id = String(got.headers['webhook-id'])
  const at = String(got.headers['webhook-timestamp'])
  const key = Buffer.from(signingSecret.slice('whsec_'.length), 'base64')
  const signed = createHmac('sha256', key).update(`${id}.${at}.${got.body.toString()}`)
  assert.equal(got.headers['webhook-signature'], `v1,${signed.digest('base64')}`)
  const { type, data } = JSON.parse(got.body.toString()) as { type: string; data: unknown }
  assert.equal(type, 'hold.opened')
  const { link, agent: whose, environments } = data as Record<string, unknown>
  assert.equal(link, `http://localhost:7401/holds/${hold}`)
  assert.equal(whose, agent)
  assert.deepEqual(environments, [
    { name: 'pocketos/production', protection: 'critical' },
    { name: 'pocketos/staging', protection: 'standard' },
  ])
  // Nothing of what the agent sent, nothing that opens anything.
  const text = got.body.toString()
  assert.ok(!text.includes('3d2c') && !text.includes(decision.request.line))
  assert.ok(!/hp[a-z]_|nonce|token|whsec/.test(text))

  const about = told.world.store.entries(0, 100).map(({ fact }) => fact)
  const kinds = about.map(({ kind }) => kind)
  assert.ok(kinds.indexOf('held') < kinds.indexOf('notifying'))
  assert.ok(kinds.indexOf('notifying') < kinds.indexOf('notified'))
  assert.deepEqual(ends(told), ['ops held delivered 1'])
  assert.equal(told.world.store.hold(hold)?.state.kind, 'waiting')
  assert.deepEqual(told.faults, [])
})

test('trips and kills are told too', async (t) => {
  const { ops, told } = await openOne(t)
  const says = 'three refusals of `<script>`'
  await told.world.ledger.append({ kind: 'tripped', agent, reason: 'credential-pivot', says })
  await told.world.ledger.append({ kind: 'killed', agent: null, by })
  await told.settled()
  const types = ops.got.map(({ body }) => (JSON.parse(body.toString()) as { type: string }).type)
  assert.deepEqual(types.sort(), ['agent.killed', 'agent.tripped'])
  assert.ok(!ops.got.some(({ body }) => body.toString().includes('script')))
})

test('what an agent asks is told, without a word of what it wrote', async (t) => {
  const { ops, told } = await openOne(t)
  const { asks, standing } = told.world
  const words = { reason: 'the password is hunter2 <script>', tried: [], intends: null }
  await asks.open(standing, { kind: 'help' }, words)
  await told.settled()
  const [got] = ops.got
  assert.ok(got)
  const { type, data } = JSON.parse(got.body.toString()) as { type: string; data: unknown }
  assert.equal(type, 'agent.asked')
  assert.equal((data as Record<string, unknown>)['link'], 'http://localhost:7401/asks')
  assert.ok(!/hunter2|script/.test(got.body.toString()))
  assert.deepEqual(ends(told), ['ops asked delivered 1'])
})

test('a server in trouble is tried again, ever later, with the same id, until it takes it', async (t) => {
  const { ops, told } = await openOne(t)
  ops.answer(status(503))
  await told.world.arrive()
  await told.settled()
  assert.equal(ops.got.length, 1)
  assert.deepEqual(ends(told), [])
  await told.after(1)
  assert.equal(ops.got.length, 1)
  await told.after(5)
  assert.equal(ops.got.length, 2)
  ops.answer(status(200))
  await told.after(20)
  assert.equal(ops.got.length, 3)
  assert.deepEqual(ends(told), ['ops held delivered 3'])
  assert.equal(new Set(ops.got.map(({ headers }) => headers['webhook-id'])).size, 1)
  assert.equal(told.facts('notifying').length, 1)
})

test('it gives up after six tries, says why, and the hold is unreachable', async (t) => {
  const { ops, told } = await openOne(t)
  ops.answer(status(500))
  const { hold } = await told.world.arrive()
  await told.settled()
  assert.deepEqual(told.notifier.state().unreachable, [])
  for (let minute = 0; minute < 25; minute++) await told.after(60)
  assert.equal(ops.got.length, 6)
  assert.deepEqual(ends(told), ['ops held failed 6: it answered 500'])
  assert.deepEqual(told.notifier.state().unreachable, [hold])
  assert.equal(told.world.store.hold(hold)?.state.kind, 'waiting')
})

test('refusals and redirects end it at once; nothing is followed', async (t) => {
  for (const [code, why] of [
    [404, 'it answered 404'],
    [302, 'it answered 302, and no redirect is followed'],
  ] as const) {
    const { ops, told } = await openOne(t)
    const elsewhere = await openReceiver(t)
    ops.answer(status(code, { location: elsewhere.url }))
    await told.world.arrive()
    await told.settled()
    assert.deepEqual(ends(told), [`ops held failed 1: ${why}`])
    assert.equal(elsewhere.got.length, 0)
  }
})

test('429 is asked again no sooner than it says; a wait beyond all patience gives up', async (t) => {
  const { ops, told } = await openOne(t)
  ops.answer(status(429, { 'retry-after': '120' }))
  await told.world.arrive()
  await told.settled()
  await told.after(119)
  assert.equal(ops.got.length, 1)
  ops.answer(status(429, { 'retry-after': '999999' }))
  await told.after(2)
  assert.equal(ops.got.length, 2)
  assert.deepEqual(ends(told), ['ops held failed 2: it answered 429'])
})

test('an endless answer is not read, and what is unplugged is said without its address', async (t) => {
  const { ops, told } = await openOne(t)
  ops.answer((response) => {
    response.writeHead(200)
    const more = (): void => {
      if (!response.destroyed && response.write(Buffer.alloc(65_536))) setImmediate(more)
    }
    response.on('drain', more)
    more()
  })
  await told.world.arrive()
  await told.settled()
  assert.deepEqual(ends(told), ['ops held delivered 1'])
  await ops.stop()
  await told.world.arrive({ query: 'mutation { volumeDelete(volumeId: "2") }' })
  await told.settled()
  for (let minute = 0; minute < 25; minute++) await told.after(60)
  assert.equal(ends(told).at(-1), 'ops held failed 6: it could not be reached (ECONNREFUSED)')
})

test('a slow channel costs the gate and the other channels nothing', async (t) => {
  const slow = await openReceiver(t)
  const quick = await openReceiver(t)
  const channels = { slow: webhook('slow'), quick: webhook('quick') }
  const told = await openTold(t, { channels }, { secrets: secretsFor({ slow, quick }) })
  slow.answer(() => undefined)
  const begun = performance.now()
  for (let i = 0; i < 10; i++) {
    await told.world.arrive({ query: `mutation { volumeDelete(volumeId: "${i}") }` })
  }
  assert.ok(performance.now() - begun < 2000)
  while (ends(told).length < 10) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(ends(told).every((end) => end === 'quick held delivered 1'))
  assert.ok(slow.got.length <= 4)
  await told.notifier.close()
})

test('a queue that is full drops, counts and says so', async (t) => {
  const { ops, told } = await openOne(t)
  ops.answer(status(503))
  for (let i = 0; i < queueMax + 3; i++) {
    await told.world.ledger.append({ kind: 'killed', agent, by })
  }
  await told.settled()
  assert.equal(told.notifier.state().dropped, 3)
  assert.equal(told.notifier.state().channels[0]?.queued, queueMax)
  const [end] = ends(told)
  assert.equal(end, `ops killed failed 0: ${queueMax} messages wait for this channel already`)
})

test('a secret that is missing, or is none, fails at once and names only the secret', async (t) => {
  const ops = await openReceiver(t)
  for (const [secrets, why] of [
    [{ signing: signingSecret }, 'the secret `ops-url` is not in the vault'],
    [
      { signing: signingSecret, 'ops-url': 'http://hooks.example/T0/s3cret' },
      'the secret `ops-url`',
    ],
    [{ signing: 'plain-words', 'ops-url': ops.url }, 'the secret `signing` is not `whsec_`'],
  ] as const) {
    const told = await openTold(t, { channels: { ops: webhook('ops') } }, { secrets })
    await told.world.arrive()
    await told.settled()
    assert.ok(ends(told)[0]?.startsWith(`ops held failed 1: ${why}`), ends(told)[0])
  }
  assert.equal(ops.got.length, 0)
})

const escalating = {
  channels: { ops: webhook('ops'), boss: { ...webhook('boss'), person: 'bob' } },
  escalate: [{ afterMinutes: 10, channels: ['boss'] }],
}

async function openEscalating(t: Parameters<typeof openTold>[0]) {
  const ops = await openReceiver(t)
  const boss = await openReceiver(t)
  const told = await openTold(t, escalating, { secrets: secretsFor({ ops, boss }) })
  return { ops, boss, told }
}

test('while nobody answers the next person is told, once; nothing is ever allowed by it', async (t) => {
  const { ops, boss, told } = await openEscalating(t)
  const { hold } = await told.world.arrive()
  await told.settled()
  await told.after(9 * 60)
  assert.deepEqual([ops.got.length, boss.got.length], [1, 0])
  await told.after(61)
  for (let minute = 0; minute < 70; minute++) await told.after(60)
  assert.deepEqual([ops.got.length, boss.got.length], [1, 1])
  assert.deepEqual(ends(told), ['ops held delivered 1', 'boss escalated delivered 1'])
  assert.match(boss.got[0]?.body.toString() ?? '', /"type":"hold.escalated"/)
  assert.deepEqual(told.facts('approved', 'claimed', 'sent'), [])
  await told.world.holds.expire()
  assert.equal(told.world.store.hold(hold)?.state.kind, 'expired')
})

test('what was answered meanwhile is not escalated, nor tried again', async (t) => {
  const { ops, boss, told } = await openEscalating(t)
  const alice = await told.world.enrol('alice', ['owner'])
  ops.answer(status(503))
  const { hold } = await told.world.arrive()
  await told.settled()
  await answerHold(told.world, hold, alice)
  await told.after(11 * 60)
  assert.equal(boss.got.length, 0)
  assert.equal(ops.got.length, 1)
  assert.deepEqual(ends(told), ['ops held failed 1: it was over before it could be told'])
})

test('after a restart nothing that arrived is told twice, and what had no end is told again', async (t) => {
  const { ops, boss, told } = await openEscalating(t)
  await told.world.arrive()
  await told.settled()
  await told.after(11 * 60)
  assert.deepEqual([ops.got.length, boss.got.length], [1, 1])
  await told.notifier.close()

  told.again()
  await told.after(60)
  assert.deepEqual([ops.got.length, boss.got.length], [1, 1])

  // Stopped between two tries.
  ops.answer(status(503))
  await told.world.arrive({ query: 'mutation { volumeDelete(volumeId: "2") }' })
  await told.settled()
  assert.equal(ops.got.length, 2)
  await told.notifier.close()
  ops.answer(status(204))
  told.again()
  await told.settled()
  assert.equal(ops.got.length, 3)
  assert.equal(ops.got[1]?.headers['webhook-id'], ops.got[2]?.headers['webhook-id'])
  await told.after(10 * 60 + 1)
  assert.equal(boss.got.length, 2)
})

test('a kill of an hour ago that nobody heard of is told after a restart; an old one is not', async (t) => {
  const { ops, told } = await openOne(t)
  await told.notifier.close()
  await told.world.ledger.append({ kind: 'killed', agent: null, by })
  told.clock.advance(3500)
  told.again()
  await told.settled()
  assert.equal(ops.got.length, 1)
  await told.notifier.close()
  told.again()
  await told.settled()
  assert.equal(ops.got.length, 1)
  await told.notifier.close()
  await told.world.ledger.append({ kind: 'kill-lifted', agent: null, by })
  await told.world.ledger.append({ kind: 'killed', agent: null, by })
  told.clock.advance(3700)
  told.again()
  await told.settled()
  assert.equal(ops.got.length, 1)
})

test('a test says that it is one, once at a time', async (t) => {
  const { ops, told } = await openOne(t)
  assert.equal(told.notifier.test('ops', by), true)
  assert.equal(told.notifier.test('ops', by), false)
  await told.settled()
  assert.match(ops.got[0]?.body.toString() ?? '', /"type":"test".*This is a test/)
  assert.equal(told.notifier.test('ops', by), true)
  await told.settled()
})

test('no fact and no fault holds a secret', async (t) => {
  const { ops, told } = await openOne(t)
  for (const how of [status(500), status(404), status(204)]) {
    ops.answer(how)
    await told.world.arrive({ query: `mutation { volumeDelete(volumeId: "${Math.PI}") }` })
    await told.settled()
    await told.after(600)
  }
  const written = told.world.store.leaves(0, 1000).map((leaf) => Buffer.from(leaf).toString())
  const all = [...written, ...told.faults.map(String), JSON.stringify(told.notifier.state())]
  for (const secret of ['s3cret', String(ops.port), signingSecret.slice(6)]) {
    assert.ok(!all.some((text) => text.includes(secret)), secret)
  }
})
