import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { answerHold, openWorld, worldStart } from '../../test/console/world.ts'
import type { World } from '../../test/console/world.ts'
import { Concealed } from '../domain/concealed.ts'
import type { Identity } from '../domain/identity.ts'
import type { AgentName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { createAgentTools } from './agent-tools.ts'
import type { AgentTools } from './agent-tools.ts'
import { createHelpDesk } from './help.ts'

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  /** who the next request is from */
  identity: Identity
  readonly ask: (path: string, options?: Asked) => Promise<{ status: number; body: Answer }>
}

interface Asked {
  readonly method?: string
  readonly query?: string
  readonly signal?: AbortSignal
}

type Answer = Readonly<Record<string, unknown>>

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const { standing } = world
  const desk = createHelpDesk({ identify: () => scene.identity, tools: toolsOf(world) })
  const scene: Scene = {
    world,
    clock,
    identity: { kind: 'known', standing },
    async ask(path, { method = 'GET', query = '', signal = new AbortController().signal } = {}) {
      const presented = [{ place: 'proxy', value: new Concealed('lease', 'hpl_x') }] as const
      const request = { method, path, query, presented, body: new Uint8Array() }
      const { status, body, headers } = await desk.answer(request, signal)
      assert.ok(headers.some(([name, value]) => name === 'cache-control' && value === 'no-store'))
      const isJson = headers.some(([, value]) => value.includes('json'))
      return {
        status,
        body: isJson ? (JSON.parse(String(body)) as Answer) : { text: String(body) },
      }
    },
  }
  return scene
}

function toolsOf({ store, holds, asks }: World): AgentTools {
  return createAgentTools({
    ...{ store, holds, asks, providers: ['railway'], stands: () => true },
    preview: () => Promise.resolve({ kind: 'not-judged', says: 'nothing is previewed here' }),
  })
}

function stranger(standing: boolean, scene: Scene): Identity {
  return {
    kind: 'stranger',
    code: 'frozen',
    says: 'the agent is frozen',
    instead: 'ask a person',
    standing: standing ? scene.world.standing : null,
    foreign: null,
  }
}

test('an agent is told who it is, what it may do and what is left', async (t) => {
  const scene = await open(t)
  await scene.world.arrive()
  const { status, body } = await scene.ask('/whoami')
  assert.equal(status, 200)
  assert.equal(body['agent'], 'cursor')
  assert.equal(body['owner'], 'alice')
  assert.deepEqual(body['mandate'], {
    id: 'mandate_one',
    task: 'fix the staging database credentials',
    granted_by: 'alice',
    expires_at: scene.world.standing.mandate.expiresAt,
    authorization_details: [
      {
        type: 'holdpoint',
        actions: ['read', 'write'],
        locations: ['pocketos/staging'],
        resources: ['railway:*'],
      },
    ],
    egress: [],
    hold_wait_seconds: 0,
  })
  const none = { requests: null, writes: null, destroys: null, denials: null, resources: null }
  assert.deepEqual(body['left'], none)
  assert.doesNotMatch(JSON.stringify(body), /hpl_/)
})

test('what is left is the tightest of the mandate and all above it', async (t) => {
  const scene = await open(t)
  await scene.world.arrive()
  const { standing } = scene.world
  const above = (changes: object) => ({
    ...standing.mandate,
    budget: { ...standing.mandate.budget, ...changes },
  })
  scene.identity = {
    kind: 'known',
    standing: {
      ...standing,
      mandate: above({ destroys: 9, requests: 50, requestsPerMinute: 7 }),
      ancestors: [above({ destroys: 1, denials: 3, requestsPerMinute: 60 })],
    },
  }
  const { body } = await scene.ask('/whoami')
  const left = body['left'] as Answer
  // Held, and so not destroyed: a request and a denial were spent.
  assert.deepEqual([left['destroys'], left['requests'], left['denials']], [1, 49, 2])
  assert.deepEqual(body['per_minute'], { requests: 7, writes: null })
})

test('a hold is told to the agent that asked, in each of its states', async (t) => {
  const scene = await open(t)
  const { world } = scene
  const owner = await world.enrol('bob', ['owner'])
  const { hold } = await world.arrive()
  const waiting = await scene.ask(`/holds/${hold}`)
  assert.equal(waiting.status, 200)
  assert.equal(waiting.body['state'], 'waiting')
  assert.match(String(waiting.body['next']), /wait again/)
  assert.match(String(waiting.body['asked']), /delete volume pg-data/)
  await answerHold(world, hold, owner)
  const released = await scene.ask(`/holds/${hold}`)
  assert.equal(released.body['state'], 'released')
  assert.match(String(released.body['next']), /send that same request again/)
})

test("another agent's hold is answered exactly as one that does not exist", async (t) => {
  const scene = await open(t)
  const { hold } = await scene.world.arrive()
  const { standing } = scene.world
  scene.identity = { kind: 'known', standing: { ...standing, agent: 'codex' as AgentName } }
  const others = await scene.ask(`/holds/${hold}`, { query: 'wait=60' })
  const absent = await scene.ask('/holds/hold_doesnotexist', { query: 'wait=60' })
  assert.equal(others.status, 404)
  assert.deepEqual(others, absent)
})

test('a wait ends with the answer of a person', async (t) => {
  const scene = await open(t)
  const owner = await scene.world.enrol('bob', ['owner'])
  const { hold } = await scene.world.arrive()
  const asking = scene.ask(`/holds/${hold}`, { query: 'wait=60' })
  await answerHold(scene.world, hold, owner)
  assert.equal((await asking).body['state'], 'released')
})

test('a wait ends when the agent hangs up', async (t) => {
  const scene = await open(t)
  const { hold } = await scene.world.arrive()
  const gone = new AbortController()
  const asking = scene.ask(`/holds/${hold}`, { query: 'wait=60', signal: gone.signal })
  gone.abort()
  assert.equal((await asking).body['state'], 'waiting')
})

test('a lease that ends during the wait is told nothing more', async (t) => {
  const scene = await open(t)
  const { hold } = await scene.world.arrive()
  const asking = scene.ask(`/holds/${hold}`, { query: 'wait=60' })
  scene.identity = stranger(true, scene)
  await scene.world.holds.withdraw({ lease: scene.world.standing.lease.id }, 'the lease ended')
  const { status, body } = await asking
  assert.equal(status, 403)
  assert.equal(body['state'], undefined)
})

test('one agent cannot occupy all the waiting there is', async (t) => {
  const scene = await open(t)
  const { hold } = await scene.world.arrive()
  const gone = new AbortController()
  const options = { query: 'wait=60', signal: gone.signal }
  const waits = Array.from({ length: 20 }, () => scene.ask(`/holds/${hold}`, options))
  assert.equal((await scene.ask(`/holds/${hold}`, { query: 'wait=60' })).body['state'], 'waiting')
  gone.abort()
  await Promise.all(waits)
})

test('odd questions get plain answers', async (t) => {
  const scene = await open(t)
  const { hold } = await scene.world.arrive()
  const cases: readonly (readonly [string, Asked, number])[] = [
    [`/holds/${hold}`, { query: 'wait=0' }, 200],
    [`/holds/${hold}`, { query: 'wait=-1' }, 400],
    [`/holds/${hold}`, { query: 'wait=soon' }, 400],
    [`/holds/${hold}`, { query: 'wait=1&wait=2' }, 400],
    [`/holds/${hold}/`, {}, 404],
    [`/holds/${hold.toUpperCase()}`, {}, 404],
    ['/holds/', {}, 404],
    ['/holds/..', {}, 404],
    ['/v1/kill', {}, 404],
    ['/whoami', { method: 'POST' }, 405],
    [`/holds/${hold}`, { method: 'DELETE' }, 405],
  ]
  for (const [path, asked, status] of cases) {
    const answer = await scene.ask(path, asked)
    assert.equal(answer.status, status, `${asked.method ?? 'GET'} ${path}?${asked.query ?? ''}`)
    if (status >= 400) assert.equal(answer.body['status'], status)
  }
})

test('help is for everyone; everything else wants a lease that stands', async (t) => {
  const scene = await open(t)
  scene.identity = stranger(false, scene)
  assert.match(String((await scene.ask('/')).body['text']), /This is Holdpoint/)
  assert.equal((await scene.ask('/whoami')).status, 401)
  scene.identity = stranger(true, scene)
  const { status, body } = await scene.ask('/whoami')
  assert.deepEqual(
    [status, body['title'], body['detail']],
    [403, 'frozen', 'the agent is frozen; ask a person'],
  )
})
