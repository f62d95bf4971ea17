import assert from 'node:assert/strict'
import { request } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { createEventReader } from '../../../../console/src/events.ts'
import { enrolClient } from '../../../../test/console/client.ts'
import type { Client } from '../../../../test/console/client.ts'
import { decide, decideMany, end } from '../../../../test/console/decided.ts'
import { openHost } from '../../../../test/console/host.ts'
import type { Host } from '../../../../test/console/host.ts'
import { agent, volumeImpact } from '../../../../test/console/world.ts'
import type { LedgerEntry } from '../../../domain/fact.ts'
import type { AgentName, MandateId, PersonName } from '../../../domain/names.ts'
import { createFakeClock } from '../../../system/clock.ts'
import type { FakeClock } from '../../../system/clock.ts'
import { createConsoleEvents } from '../events.ts'
import type { ActionList, ActionsEvent, ActionSummary, NowView } from './shapes.ts'

interface Scene {
  readonly host: Host
  readonly alice: Client
  readonly clock: FakeClock
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock('2026-04-24T02:13:00.000Z')
  const host = await openHost({ clock })
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const owner = { person: 'alice' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(owner)
  return { host, clock, alice: await enrolClient(host, code) }
}

interface Stream {
  readonly events: ActionsEvent[]
  readonly reply: IncomingMessage
  /** resolves once `enough` holds of what came */
  until(enough: (events: readonly ActionsEvent[]) => boolean): Promise<void>
}

async function follow(t: TestContext, { host, alice }: Scene): Promise<Stream> {
  const events: ActionsEvent[] = []
  const path = '/api/events'
  const { port } = host
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, headers: alice.headers }, resolve)
    asking.on('error', reject)
    asking.end()
    t.after(() => asking.destroy())
  })
  const read = createEventReader()
  reply.on('error', () => undefined)
  reply.setEncoding('utf8').on('data', (text: string) => {
    for (const { topic, data } of read(text)) {
      if (topic === 'actions' && 'decided' in data) events.push(data as ActionsEvent)
    }
  })
  const until: Stream['until'] = async (enough) => {
    for (let i = 0; i < 400 && !enough(events); i++) await pause(20)
    assert.ok(enough(events), 'what was waited for came')
  }
  return { events, reply, until }
}

function decidedIn(events: readonly ActionsEvent[]): readonly ActionSummary[] {
  return events.flatMap(({ decided }) => decided)
}

test('the stream carries what was decided, and then how it ended', async (t) => {
  const scene = await open(t)
  const { world } = scene.host
  const stream = await follow(t, scene)
  const decision = await decide(world, { verdict: 'allow' })
  await stream.until((events) => decidedIn(events).length === 1)
  const [action] = decidedIn(stream.events)
  assert.equal(action?.decision, decision.id)
  assert.equal(action.agent, 'cursor')
  assert.equal(action.effect, 'destroy')
  assert.equal(action.outcome, null)
  assert.deepEqual(
    action.environments.map(({ protection }) => protection),
    ['critical', 'standard'],
  )
  assert.match(action.sentence.map(({ text }) => text).join(''), /delete volume pg-data/)
  await end(world, decision, { kind: 'failed', code: 'conflict', status: 409 })
  await stream.until((events) => events.some(({ ended }) => ended.length === 1))
  const told = stream.events.flatMap(({ ended }) => ended)
  assert.deepEqual(told, [{ decision: decision.id, outcome: 'failed' }])
})

test('an action that is held leads to its hold', async (t) => {
  const scene = await open(t)
  const stream = await follow(t, scene)
  const { hold } = await scene.host.world.arrive()
  await stream.until((events) => decidedIn(events).length === 1)
  assert.equal(decidedIn(stream.events)[0]?.hold, hold)
  const { actions } = (await scene.alice.get('/api/actions')).json as never as ActionList
  assert.equal(actions[0]?.hold, hold)
})

test('what comes too fast is counted, not kept', async (t) => {
  const scene = await open(t)
  const stream = await follow(t, scene)
  const many = 300
  await decideMany(scene.host.world, many)
  const counted = (events: readonly ActionsEvent[]): number =>
    decidedIn(events).length + events.reduce((sum, { leftOut }) => sum + leftOut, 0)
  await stream.until((events) => counted(events) === many)
  assert.ok(stream.events.every(({ decided }) => decided.length <= 80))
  assert.ok(stream.events.some(({ leftOut }) => leftOut > 0))
})

test('long names are cut short in a row, and say so', async (t) => {
  const scene = await open(t)
  const stream = await follow(t, scene)
  await decide(scene.host.world, { label: `volume ${'\u202e'.repeat(5000)}` })
  await stream.until((events) => decidedIn(events).length === 1)
  const name = decidedIn(stream.events)[0]?.sentence.find(({ text }) => text.startsWith('volume'))
  assert.ok(name !== undefined && name.text.length < 140, name?.text)
  assert.match(name.text, /^volume (⟨U\+202E⟩)+…$/, 'never through an escape')
})

test('a page that does not read is cut, and no other', async (t) => {
  const { host } = await open(t)
  const { world } = host
  const events = createConsoleEvents(world.ledger, world.store)
  t.after(() => events.close())
  const [slow, quick] = [fakeResponse(600_000), fakeResponse(0)]
  events.listen(slow.response, () => true)
  events.listen(quick.response, () => true)
  await decide(world)
  for (let i = 0; i < 100 && quick.written.length < 2; i++) await pause(20)
  assert.deepEqual([slow.isDestroyed(), quick.isDestroyed()], [true, false])
  assert.ok(!slow.written.join('').includes('decided'), 'nothing more was written to it')
  assert.match(quick.written.join(''), /event: actions\ndata: \{"decided":\[\{/)
})

/** A page that has left so many bytes unread. */
function fakeResponse(writableLength: number): {
  readonly response: ServerResponse
  readonly written: string[]
  isDestroyed(): boolean
} {
  const written: string[] = []
  let destroyed = false
  const response = {
    ...{ writableLength, on: () => undefined, writeHead: () => undefined },
    write: (text: string) => written.push(text),
    destroy: () => (destroyed = true),
  } as never as ServerResponse
  return { response, written, isDestroyed: () => destroyed }
}

test('when the session ends, the stream ends', async (t) => {
  const scene = await open(t)
  const stream = await follow(t, scene)
  const over = new Promise<void>((resolve) => stream.reply.once('close', resolve))
  await scene.alice.post('/api/sign-out', {})
  await decide(scene.host.world)
  await over
  assert.deepEqual(decidedIn(stream.events), [])
})

test('nothing is put into words for nobody', (t) => {
  let listener: (entry: LedgerEntry) => void = () => undefined
  const subscribe = (given: typeof listener): (() => void) => {
    listener = given
    return () => undefined
  }
  const events = createConsoleEvents({ subscribe }, { holdFor: () => null })
  t.after(() => events.close())
  // Not even looked into: whatever is asked of this fact but its kind fails.
  const fact = new Proxy(
    { kind: 'decided' },
    {
      get: (target, name) => {
        if (name === 'kind') return target.kind
        throw new Error(`\`${String(name)}\` was asked for`)
      },
    },
  )
  const entry = { index: 1, at: '', beside: null, fact } as never as LedgerEntry
  const startedAt = process.hrtime.bigint()
  for (let i = 0; i < 100_000; i++) listener(entry)
  const nanoseconds = Number(process.hrtime.bigint() - startedAt) / 100_000
  assert.ok(nanoseconds < 20_000, `${nanoseconds} ns each`)
})

test('what was before: newest first, by agent and verdict, page after page', async (t) => {
  const { host, alice } = await open(t)
  const { world } = host
  const other = 'deny' as AgentName
  await world.ledger.append({
    ...{ kind: 'agent-added', agent: other, owner: 'alice' as PersonName },
  })
  for (let i = 0; i < 7; i++) {
    await decide(world, { verdict: i % 2 === 0 ? 'allow' : 'deny' })
    await decide(world, { agent: other, verdict: 'allow', label: '"kind":"deny"' })
  }
  await decide(world, { agent: null, verdict: 'deny' })
  const list = async (query: string): Promise<ActionList> => {
    const got = await alice.get(`/api/actions?${query}`)
    assert.equal(got.status, 200, query)
    return got.json as never
  }
  assert.equal((await list('')).actions.length, 15)
  assert.equal((await list('agent=')).actions.length, 1)
  assert.equal((await list('agent=cursor')).actions.length, 7)
  assert.equal((await list('agent=cursor&verdict=deny')).actions.length, 3)
  assert.equal((await list('verdict=deny')).actions.length, 4)
  assert.equal((await list('agent=deny&verdict=deny')).actions.length, 0)
  const indices: number[] = []
  for (let before: number | null = 1e9; before !== null;) {
    const page = await list(`limit=4&before=${before}`)
    assert.ok(page.actions.length <= 4)
    indices.push(...page.actions.map(({ index }) => index))
    before = page.next
  }
  assert.equal(indices.length, 15)
  assert.deepEqual(
    indices,
    indices.toSorted((a, b) => b - a),
  )
})

test('what is rare is looked for in short stretches, and the gate goes on in between', async (t) => {
  const { host, alice } = await open(t)
  const { world } = host
  await decide(world, { verdict: 'deny' })
  await decideMany(world, 6000)
  const searched = t.mock.method(world.store, 'search')
  const got = await alice.get('/api/actions?verdict=deny')
  const { actions, next } = got.json as never as ActionList
  assert.deepEqual([actions.length, next], [1, null])
  assert.equal(searched.mock.callCount(), 4)
  for (const {
    arguments: [wanted],
  } of searched.mock.calls)
    assert.equal(wanted.stretch, 2000)
})

const badQueries = [
  'limit=0',
  'limit=201',
  'limit=-1',
  'limit=1e2',
  'before=-1',
  'before=01',
  'before=9999999999999999',
  'agent=Cursor',
  'agent=a%22',
  'verdict=allowed',
  'verdict=',
  'kind=decided',
]

for (const query of badQueries) {
  test(`a question that is none: ${query}`, async (t) => {
    const { alice } = await open(t)
    const got = await alice.get(`/api/actions?${query}`)
    assert.deepEqual([got.status, got.code], [400, 'body-malformed'])
  })
}

test('who is at work is counted for five minutes, and then not', async (t) => {
  const { host, alice, clock } = await open(t)
  const { world } = host
  await decide(world, { verdict: 'allow', outcome: { kind: 'succeeded', status: 200 } })
  await decide(world, { agent: null, verdict: 'deny' })
  clock.advance(120)
  await world.arrive({ impacts: [volumeImpact()] })
  const now = async (): Promise<NowView> => (await alice.get('/api/now')).json as never
  const [first, second] = (await now()).agents
  assert.deepEqual(
    { ...first, last: first?.last.verdict },
    {
      ...{ agent: 'cursor', allowed: 1, held: 1, denied: 0, waiting: 1, stopped: false },
      last: 'hold',
    },
  )
  assert.deepEqual([second?.agent, second?.denied], [null, 1])
  clock.advance(200)
  const later = (await now()).agents
  assert.deepEqual(
    later.map(({ agent: name, allowed, held }) => [name, allowed, held]),
    [['cursor', 0, 1]],
  )
  clock.advance(300)
  assert.deepEqual((await now()).agents, [])
})

test('breakers, kills and the ledger are told', async (t) => {
  const { host, alice } = await open(t)
  const { ledger } = host.world
  const says = 'more than 60 requests in a minute\u202e'
  await ledger.append({ kind: 'tripped', agent, reason: 'budget', says })
  const view = (await alice.get('/api/now')).json as never as NowView
  assert.deepEqual(
    view.frozen.map(({ agent: name, says: told }) => [name, told]),
    [['cursor', 'more than 60 requests in a minute⟨U+202E⟩']],
  )
  assert.deepEqual(view.killed, [])
  assert.deepEqual(view.gate, { closed: null, size: ledger.size() })
  assert.deepEqual(view.names, ['cursor'])
})

test('an owner stops an agent, and all of them; twice is once', async (t) => {
  const { host, alice } = await open(t)
  const { store, ledger } = host.world
  const stop = (who: unknown): ReturnType<Client['post']> => alice.post('/api/stop', { agent: who })
  assert.equal((await stop('cursor')).status, 200)
  assert.deepEqual(
    store.killed().map((kill) => [kill.agent, kill.by]),
    [['cursor', 'alice']],
  )
  const size = ledger.size()
  assert.equal((await stop('cursor')).status, 200)
  assert.equal(ledger.size(), size, 'it is stopped already')
  assert.equal((await stop(null)).status, 200)
  assert.deepEqual(
    store.killed().map((kill) => kill.agent),
    ['cursor', null],
  )
  assert.equal((await stop('nobody')).code, 'unknown-agent')
  for (const wrong of ['', 'all agents', '*', 7, undefined]) {
    assert.equal((await stop(wrong)).code, 'body-malformed', String(wrong))
  }
  const view = (await alice.get('/api/now')).json as never as NowView
  assert.equal(view.killed.length, 2)
})

test('an auditor sees everything and stops nothing', async (t) => {
  const scene = await open(t)
  const { world } = scene.host
  const auditor = { person: 'ida' as PersonName, roles: ['auditor'] as const }
  const { code } = await world.people.openEnrolment(auditor).catch(() => invite(scene))
  const ida = await enrolClient(scene.host, code)
  for (const path of ['/api/now', '/api/actions']) {
    assert.equal((await ida.get(path)).status, 200, path)
  }
  for (const who of ['cursor', null]) {
    const got = await ida.post('/api/stop', { agent: who })
    assert.deepEqual([got.status, got.code], [403, 'may-not-answer'])
  }
  assert.deepEqual(world.store.killed(), [])
})

async function invite({ alice }: Scene): Promise<{ code: string }> {
  const asked = await alice.post('/api/invite/options', { person: 'ida', roles: ['auditor'] })
  const { nonce, options } = asked.json
  const response = alice.passkey.assert(options as { challenge: string })
  const { json } = await alice.post('/api/invite/verify', { nonce, response })
  return { code: String(json['code']) }
}

test('a stop without the page key, or from elsewhere, does nothing', async (t) => {
  const { host, alice } = await open(t)
  const body = { agent: null }
  const elsewhere = { origin: 'https://evil.example' }
  assert.equal((await alice.post('/api/stop', body, elsewhere)).code, 'cross-site')
  const unkeyed = { 'holdpoint-page': 'hpp_no' }
  assert.equal((await alice.post('/api/stop', body, unkeyed)).status, 401)
  assert.equal((await alice.get('/api/stop')).status, 404, 'no link stops anything')
  assert.deepEqual(host.world.store.killed(), [])
})

test('budgets of mandates that stand, the nearest to its limit first', async (t) => {
  const { host, alice } = await open(t)
  const { world } = host
  const { mandate } = world.standing
  const limited = async (id: string, writes: number): Promise<void> => {
    const budget = { ...mandate.budget, writes }
    const granted = { ...mandate, id: id as MandateId, budget }
    await world.ledger.append({ kind: 'mandate-granted', mandate: granted })
    const standing = { ...world.standing, mandate: granted }
    await decide({ ...world, standing })
    await decide({ ...world, standing }, { verdict: 'deny' })
  }
  await limited('mandate_wide', 10)
  await limited('mandate_narrow', 2)
  const budgets = async (): Promise<unknown> => {
    const view = (await alice.get('/api/now')).json as never as NowView
    return view.budgets.map(({ mandate: id, lines }) => [id, lines])
  }
  assert.deepEqual(await budgets(), [
    ['mandate_narrow', [{ what: 'writes', used: 1, limit: 2 }]],
    ['mandate_wide', [{ what: 'writes', used: 1, limit: 10 }]],
  ])
  const by = 'alice' as PersonName
  await world.ledger.append({
    ...{ kind: 'mandate-revoked', mandate: 'mandate_narrow' as MandateId, by },
  })
  assert.deepEqual(await budgets(), [['mandate_wide', [{ what: 'writes', used: 1, limit: 10 }]]])
})
