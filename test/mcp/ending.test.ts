// A lease that is over takes the sessions with it that were begun with it, the calls under way, and
// the programs behind them; and no other agent's.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { Client } from '@modelcontextprotocol/client'

import { everything, overHttp, overStdio, quiet, until } from './clients.ts'
import { agent, by, openScene } from './gate.ts'
import type { Scene } from './gate.ts'

const ends: Readonly<Record<string, (scene: Scene, t: TestContext) => Promise<void>>> = {
  'is revoked': async ({ gate: { control } }) => {
    const leases = await control.leaseList({ ended: false })
    const own = leases.filter(({ lease }) => lease.agent === agent)
    for (const { lease } of own) await control.leaseRevoke({ lease: lease.id, by })
  },
  'has expired': (_scene, t) => {
    t.mock.timers.enable({ apis: ['Date'], now: Date.now() + leaseMinutes * 60_000 })
    return Promise.resolve()
  },
  'was stopped with its agent': ({ gate }) => gate.control.kill({ agent, by }),
}
const leaseMinutes = 5

async function say(client: Client): Promise<string> {
  const { content } = await client.callTool({ name: 'echo', arguments: { text: 'hello' } })
  return JSON.stringify(content)
}

/** How many programs this gate has running. */
function programs(): number {
  const all = execFileSync('ps', ['-A', '-o', 'ppid=,args='], { encoding: 'utf8' }).split('\n')
  const own = (line: string): boolean => line.trim().startsWith(`${process.pid} `)
  return all.filter((line) => own(line) && line.includes(everything)).length
}

for (const [how, end] of Object.entries(ends)) {
  test(`a lease that ${how} takes its sessions with it, and only its own`, async (t) => {
    const scene = await openScene(t, {
      yaml: `
mcp:
  one:
    environment: lab/one
    command: '${process.execPath}'
    args: ['${quiet}', '${everything}']
    tools: {echo: read, test_elicitation: read}`,
    })
    const issued = await scene.gate.control.leaseIssue({
      ...{ agent, mandate: null, minutes: leaseMinutes, by },
    })
    const lease = issued.token.reveal()
    const legacy = (await overHttp(t, scene, 'one', { lease })).client
    const modern = (await overHttp(t, scene, 'one', { lease, era: 'stateless' })).client
    const bridged = await overStdio(t, { ...scene, lease }, 'one')
    const others = (await overHttp(t, scene, 'one', { lease: scene.other })).client
    const mine = [legacy, modern, bridged]
    for (const client of [...mine, others]) assert.match(await say(client), /hello/)
    assert.equal(programs(), 4)

    const asked = Promise.withResolvers<undefined>()
    legacy.setRequestHandler('elicitation/create', () => {
      asked.resolve(undefined)
      return new Promise<never>(() => undefined)
    })
    const under = legacy
      .callTool({ name: 'test_elicitation', arguments: { message: 'wait' } })
      .then(() => 'answered')
      .catch(() => 'cut')
    await asked.promise
    await end(scene, t)
    assert.equal(await under, 'cut')
    assert.ok(await until(() => programs() === 1), 'their servers are gone, and one is left')
    for (const client of mine) await assert.rejects(say(client))
    assert.match(await say(others), /hello/)
    assert.equal(programs(), 1)
    assert.deepEqual(scene.faults, [])
  })
}
