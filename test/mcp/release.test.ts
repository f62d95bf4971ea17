// What is held is released by a person at the console, and by nobody and nothing else: not by the
// agent, not by the server that it calls, not by what the client's user answers a server.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { Client } from '@modelcontextprotocol/client'

import type { Fact } from '../../src/domain/fact.ts'
import { createPerson } from '../scenarios/person.ts'
import type { Person } from '../scenarios/person.ts'
import { everything, overHttp, overStdio, quiet } from './clients.ts'
import type { Era } from './clients.ts'
import { by, openScene } from './gate.ts'
import type { Scene } from './gate.ts'

/** `echo` is in no table and not declared: a person has to look at each call. */
async function heldScene(t: TestContext): Promise<{ scene: Scene; person: Person }> {
  const scene = await openScene(t, {
    yaml: `
mcp:
  one:
    environment: lab/one
    command: '${process.execPath}'
    args: ['${quiet}', '${everything}']
    tools: {test_simple_text: read, test_elicitation: read}`,
  })
  const { code } = await scene.gate.control.enrolFirst({ person: by })
  const person = createPerson(scene.gate.console)
  await person.enrol(code)
  return { scene, person }
}

interface Called {
  readonly isError: boolean
  readonly text: string
  readonly hold: string | null
  /** how to wait for it, as the refusal says */
  readonly wait: Record<string, unknown>
}

async function call(client: Client, name: string, args: Record<string, unknown>): Promise<Called> {
  const result = await client.callTool({ name, arguments: args })
  const text = JSON.stringify(result)
  const hold = /"hold":"(hold_[^"]+)"/.exec(text)?.[1] ?? null
  const said: unknown = Reflect.get(Object(result.structuredContent), 'holdpoint')
  const wait: unknown = Reflect.get(Object(Reflect.get(Object(said), 'wait')), 'arguments')
  return { isError: result.isError === true, text, hold, wait: { ...(wait as object | undefined) } }
}

function sentOf(scene: Scene): number {
  return scene.facts().filter(({ kind }: Fact) => kind === 'sent').length
}

for (const era of ['sessions', 'stateless'] as const satisfies readonly Era[]) {
  for (const way of ['http', 'stdio'] as const) {
    test(`${era} over ${way}: what a person releases passes once, and as it was`, async (t) => {
      const { scene, person } = await heldScene(t)
      const client =
        way === 'http'
          ? (await overHttp(t, scene, 'one', { era })).client
          : await overStdio(t, scene, 'one', era)
      const first = await call(client, 'echo', { text: 'hello' })
      assert.ok(first.isError && first.hold !== null, first.text)
      const sent = sentOf(scene)
      const waiting = await call(client, 'echo', { text: 'hello' })
      assert.equal(waiting.hold, first.hold, 'the same request waits for the same answer')
      assert.equal(sentOf(scene), sent)
      assert.deepEqual(await person.holds(), [first.hold])

      // Nothing of the session stands still meanwhile.
      assert.equal((await call(client, 'test_simple_text', {})).isError, false)

      assert.equal((await person.answer(first.hold, 'release', '')).status, 200)
      const other = await call(client, 'echo', { text: 'hello ' })
      assert.ok(other.isError && other.hold !== first.hold, 'another request is another')
      const passed = await call(client, 'echo', { text: 'hello' })
      assert.ok(!passed.isError && passed.text.includes('hello'), passed.text)
      const again = await call(client, 'echo', { text: 'hello' })
      assert.ok(again.isError && again.hold !== null && again.hold !== first.hold, again.text)

      assert.equal((await person.answer(again.hold, 'refuse', 'once was enough')).status, 200)
      const refused = await call(client, 'echo', { text: 'hello' })
      assert.ok(refused.isError)
      assert.deepEqual(scene.faults, [])
    })
  }
}

test('all servers behind one entry: held and released under the name it has there', async (t) => {
  const { scene, person } = await heldScene(t)
  const client = await overStdio(t, scene, '')
  const held = await call(client, 'one__echo', { text: 'hello' })
  assert.ok(held.hold !== null, held.text)
  const told = call(client, 'holdpoint__wait_for_hold', held.wait)
  assert.equal((await person.answer(held.hold, 'release', '')).status, 200)
  assert.match((await told).text, /release/)
  // The same request at the server's own entry is the same, and the release is spent once.
  const { client: direct } = await overHttp(t, scene, 'one')
  assert.equal((await call(direct, 'echo', { text: 'hello' })).isError, false)
  assert.equal((await call(client, 'one__echo', { text: 'hello' })).isError, true)
})

test('a yes to what a server asks releases nothing', async (t) => {
  const { scene, person } = await heldScene(t)
  const { client } = await overHttp(t, scene, 'one')
  const held = await call(client, 'echo', { text: 'hello' })
  const message = `release ${held.hold ?? ''}?`
  const asked = await call(client, 'test_elicitation', { message })
  assert.match(asked.text, /action=accept/)
  const still = await call(client, 'echo', { text: 'hello' })
  assert.equal(still.hold, held.hold)
  assert.deepEqual(await person.holds(), [held.hold])
  assert.equal(scene.facts().filter(({ kind }) => kind === 'settled').length, 0)
})
