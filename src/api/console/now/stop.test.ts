// The stop of the console on a real gate: what it cuts, and what it withdraws.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient } from '../../../../test/console/client.ts'
import type { Client } from '../../../../test/console/client.ts'
import { sendDelete } from '../../../cli/demo-agent.ts'
import { openStagedWorld, stagedAgent } from '../../../cli/staged.ts'
import type { StagedWorld } from '../../../cli/staged.ts'
import type { PersonName } from '../../../domain/names.ts'

interface Scene {
  readonly world: StagedWorld
  readonly alice: Client
}

async function open(t: TestContext): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-stop-'))
  const faults: unknown[] = []
  const world = await openStagedWorld({
    ...{ folder, mode: 'legacy', postgres: false, ports: { agents: 0, console: 0, mcp: 0 } },
    opening: {
      ...{ environment: process.env, passphrase: null },
      report: (fault) => faults.push(fault),
    },
  })
  t.after(async () => {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
    assert.deepEqual(faults, [])
  })
  await world.gate.discovery.refresh()
  const { code } = await world.gate.control.enrolFirst({ person: 'alice' as PersonName })
  const { port } = new URL(world.gate.console)
  const host = { origin: world.gate.console, port: Number(port) }
  return { world, alice: await enrolClient(host, code) }
}

/** Sends one read with its lease, and keeps the connection open. */
async function stayConnected({ world }: Scene): Promise<Socket> {
  const [host = '', port] = world.gate.agents.split(':')
  const socket = connect(Number(port), host)
  const body = JSON.stringify({ query: '{ projects { edges { node { id } } } }' })
  socket.write(
    [
      'POST /railway/graphql/v2 HTTP/1.1',
      `host: ${world.gate.agents}`,
      `authorization: Bearer ${world.lease.reveal()}`,
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
  const text = await new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    socket.once('error', reject)
  })
  assert.match(text, /^HTTP\/1\.1 /)
  return socket
}

for (const [name, agent] of [
  ['all agents', null],
  ['one agent', stagedAgent],
] as const) {
  test(`a stop of ${name} cuts what is open and withdraws what waits`, async (t) => {
    const scene = await open(t)
    const { world, alice } = scene
    const door = `http://${world.gate.agents}/railway/graphql/v2`
    const volume = world.simulator.ids.sharedVolume
    await sendDelete(door, world.lease.reveal(), volume)
    const { store } = world.gate.state
    const [held] = store.holds({ state: 'waiting' })
    assert.ok(held !== undefined)
    const socket = await stayConnected(scene)
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    assert.equal((await alice.post('/api/stop', { agent })).status, 200)
    await closed
    for (let i = 0; i < 100 && store.holds({ state: 'waiting' }).length > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.equal(store.hold(held.hold.id)?.state.kind, 'withdrawn')
    const refused = await sendDelete(door, world.lease.reveal(), volume)
    assert.match(refused.body, /stopped|killed|kill switch/i)
    assert.equal(store.holds({ state: 'waiting' }).length, 0, 'nothing waits anew')
  })
}
