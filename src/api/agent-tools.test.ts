import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { openWorld, worldStart } from '../../test/console/world.ts'
import type { World } from '../../test/console/world.ts'
import type { AgentName, PersonName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import { createAgentTools } from './agent-tools.ts'
import type { AgentTools, ToolAnswer } from './agent-tools.ts'
import type { PreviewAsked } from './preview.ts'

interface Scene {
  readonly world: World
  readonly tools: AgentTools
  readonly previewed: PreviewAsked[]
  /** whether the lease stands, from now on */
  stands: boolean
  readonly call: (name: string, args: unknown, agent?: string) => Promise<ToolAnswer>
}

async function open(t: TestContext): Promise<Scene> {
  const world = await openWorld(createFakeClock(worldStart))
  t.after(() => world.close())
  const { store, holds, asks, standing } = world
  const previewed: PreviewAsked[] = []
  const tools = createAgentTools({
    ...{ store, holds, asks, providers: ['railway'] },
    stands: () => scene.stands,
    preview: (_, asked) => {
      previewed.push(asked)
      return Promise.resolve({ kind: 'not-judged', says: 'not here' })
    },
  })
  const scene: Scene = {
    ...{ world, tools, previewed, stands: true },
    call(name, args, agent = standing.agent) {
      const who = { ...standing, agent: agent as AgentName }
      const called = tools.call(name, args, who, new AbortController().signal)
      assert.ok(called !== null, `there is a tool ${name}`)
      return called
    },
  }
  return scene
}

const access = {
  reason: 'the migration has to run in production',
  authorization_details: [
    { type: 'holdpoint', actions: ['write'], locations: ['pocketos/production'] },
  ],
}

test('five tools, each with a schema of an object, and none that gives or acts', async (t) => {
  const { tools } = await open(t)
  const listed = tools.list()
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['whoami', 'preview', 'wait_for_hold', 'request_access', 'report_stuck'],
  )
  for (const { inputSchema, description } of listed) {
    const { type, additionalProperties } = inputSchema as Record<string, unknown>
    assert.deepEqual([type, additionalProperties], ['object', false])
    assert.ok(description.length > 40)
  }
})

test('what is no tool is none, whatever objects inherit', async (t) => {
  const { tools, world } = await open(t)
  for (const name of ['release', 'constructor', '__proto__', 'toString', '']) {
    assert.equal(tools.call(name, {}, world.standing, new AbortController().signal), null, name)
  }
})

test('access is asked for in scopes, never for the unknown, and gives nothing', async (t) => {
  const { call, world } = await open(t)
  const answer = await call('request_access', access)
  assert.equal(answer.isError, false)
  const { id } = answer.structured as { id: string }
  const [record] = world.asks.list()
  assert.equal(record?.ask.id, id)
  assert.deepEqual(record.ask.wants, {
    kind: 'access',
    ...{ minutes: 60, egress: [] },
    scopes: [
      { effects: ['write'], environments: ['pocketos/production'], resources: ['railway:*'] },
    ],
  })
  assert.equal(world.store.mandates().length, 1)
  for (const [at, detail] of [
    [/unknown/, { type: 'holdpoint', actions: ['unknown'], locations: ['*'] }],
    [/locations/, { type: 'holdpoint', actions: ['write'], locations: ['*duction'] }],
    [/actions/, { type: 'holdpoint', actions: [], locations: ['*'] }],
  ] as const) {
    const refused = await call('request_access', { ...access, authorization_details: [detail] })
    assert.equal(refused.code, 'tool-arguments')
    assert.match(refused.text, at)
  }
})

test('arguments beyond those that are meant are refused, not ignored', async (t) => {
  const { call, world } = await open(t)
  for (const more of [{ approve: true }, { by: 'alice' }, { minutes: 100_000 }, { minutes: 0.5 }]) {
    const answer = await call('request_access', { ...access, ...more })
    assert.equal(answer.code, 'tool-arguments', JSON.stringify(more))
  }
  assert.equal((await call('whoami', { agent: 'codex' })).code, 'tool-arguments')
  assert.equal((await call('report_stuck', { situation: 'x'.repeat(2001) })).isError, true)
  assert.deepEqual(world.asks.list(), [])
})

test("another agent's question is answered exactly as one that does not exist", async (t) => {
  const { call } = await open(t)
  const asked = await call('report_stuck', { situation: 'no password fits' })
  const { id } = asked.structured as { id: string }
  const mine = await call('wait_for_hold', { id, seconds: 0 })
  assert.equal((mine.structured as { state: string }).state, 'waiting')
  const other = await call('wait_for_hold', { id, seconds: 0 }, 'codex')
  const none = await call('wait_for_hold', { id: 'ask_nothing', seconds: 0 })
  assert.deepEqual(other, none)
  assert.equal(other.code, 'not-found')
})

test('a wait hears what a person says, and what to do next', async (t) => {
  const { call, world } = await open(t)
  const asked = await call('report_stuck', { situation: 'no password fits', tried: ['each'] })
  const { id } = asked.structured as { id: string }
  const waiting = call('wait_for_hold', { id, seconds: 60 })
  const [record] = world.asks.list()
  assert.ok(record !== undefined)
  await world.asks.answer(record.ask.id, 'told', 'alice' as PersonName, 'use the one in the vault')
  const { structured } = await waiting
  const { state, note, next } = structured as Record<string, string>
  assert.deepEqual([state, note], ['told', 'use the one in the vault'])
  assert.match(next ?? '', /as the note says/)
})

test('a sixth question is refused while five wait, and says so', async (t) => {
  const { call } = await open(t)
  for (let i = 0; i < 5; i++) await call('report_stuck', { situation: `stuck ${i}` })
  const sixth = await call('request_access', access)
  assert.deepEqual([sixth.isError, sixth.code], [true, 'conflict'])
})

test('a lease that ended meanwhile hears nothing of the answer', async (t) => {
  const scene = await open(t)
  scene.stands = false
  const answer = await scene.call('whoami', {})
  assert.deepEqual([answer.isError, answer.code], [true, 'lease-ended'])
  assert.ok(!answer.text.includes('pocketos'))
})

test('a preview needs what its surface needs', async (t) => {
  const { call, previewed } = await open(t)
  assert.equal((await call('preview', { surface: 'shell', command: 'rm -rf /' })).isError, true)
  assert.deepEqual(previewed, [])
  const command = { surface: 'shell', command: 'rm -rf /', directory: '/home/me' }
  assert.equal((await call('preview', command)).isError, false)
  assert.deepEqual(previewed, [command])
  assert.equal((await call('preview', { surface: 'mcp' })).code, 'tool-arguments')
})

test('a bug is no answer', async (t) => {
  const { world } = await open(t)
  const { store, holds, asks, standing } = world
  const tools = createAgentTools({
    ...{ store, holds, asks, providers: [], stands: () => true },
    preview: () => Promise.reject(new TypeError('a bug')),
  })
  const args = { surface: 'sql', statement: 'SELECT 1' }
  const called = tools.call('preview', args, standing, new AbortController().signal)
  assert.ok(called !== null)
  await assert.rejects(called, TypeError)
})
