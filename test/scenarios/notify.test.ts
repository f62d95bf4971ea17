// The real gate, a process of its own on the staged world, tells people: a webhook receives the
// hold's message, signed; the secret is nowhere but in the vault.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { startRailwaySimulator } from '../../simulators/railway/start.ts'
import type { RailwaySimulator } from '../../simulators/railway/start.ts'
import { mandateRequestSchema } from '../../src/api/mandate-request.ts'
import { stagedAgent, stagedMandate, stagedOwner } from '../../src/cli/staged.ts'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { SecretName } from '../../src/domain/names.ts'
import { openState } from '../../src/main.ts'
import { providers } from '../../src/providers/table.ts'
import { openReceiver, signingSecret } from '../notify/receivers.ts'
import { holdpoint, stop, up } from './processes.ts'

async function setUp(folder: string, simulator: RailwaySimulator, hook: string): Promise<string> {
  const file = join(folder, 'holdpoint.yaml')
  const text = `
version: 1
listen: { agents: 127.0.0.1:0, console: 127.0.0.1:0, mcp: 127.0.0.1:0 }
upstreams:
  railway:
    provider: railway
    url: '${new URL(simulator.url).origin}'
    credential: railway
    allowPrivate: true
environments:
  - { match: '*/production', protection: critical }
  - { match: '*/staging', protection: standard }
notify:
  channels:
    on-call: { kind: webhook, url: hook-url, secret: hook-signing }
`
  writeFileSync(file, text)
  const opening = { environment: {}, passphrase: null, report: () => undefined }
  const state = await openState(readConfiguration(text, file, providers), opening)
  const { control } = state
  const put = async (name: string, value: string): Promise<void> => {
    const secret = name as SecretName
    await control.secretPut({ secret, value: new Concealed(name, value), by: stagedOwner })
  }
  try {
    await put('railway', simulator.tokens.account)
    await put('hook-url', hook)
    await put('hook-signing', signingSecret)
    await control.agentAdd({ agent: stagedAgent, owner: stagedOwner })
    const request = mandateRequestSchema.parse(stagedMandate)
    const { id: mandate } = await control.mandateGrant({ request, by: stagedOwner })
    const asked = { agent: stagedAgent, mandate, minutes: 60, by: stagedOwner }
    return (await control.leaseIssue(asked)).token.reveal()
  } finally {
    await state.close()
  }
}

test('a hold of the real gate reaches a webhook, signed, and the log says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-notify-'))
  const simulator = await startRailwaySimulator({ postgres: false })
  const hook = await openReceiver(t)
  const gates: ChildProcess[] = []
  try {
    const lease = await setUp(folder, simulator, `${hook.url}/T0/s3cret-path`)
    const { first, child } = await up([], folder)
    gates.push(child)
    const { agents } = (first as { status: { gate: { agents: string } } }).status.gate
    const query = `mutation { volumeDelete(volumeId: "${simulator.ids.sharedVolume}") }`
    const answer = await fetch(`http://${agents}/railway/graphql/v2`, {
      method: 'POST',
      headers: { authorization: `Bearer ${lease}` },
      body: JSON.stringify({ query }),
    })
    const refused = await answer.text()
    assert.match(refused, /HOLDPOINT_HELD/)
    const hold = /hold_[a-z0-9]{16}/.exec(refused)?.[0] ?? 'none'
    for (let i = 0; i < 200 && hook.got.length === 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    const [got] = hook.got
    assert.ok(got, 'the webhook was told')
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signed } = got.headers
    const key = Buffer.from(signingSecret.slice(6), 'base64')
    const body = got.body.toString()
    const own = createHmac('sha256', key).update(`${String(id)}.${String(at)}.${body}`)
    assert.equal(signed, `v1,${own.digest('base64')}`)
    assert.ok(body.includes(`/holds/${hold}"`), body)
    assert.ok(!body.includes(lease) && !body.includes('volumeDelete('))

    const log = await holdpoint(['log', '--since', '0', '--no-follow'], { cwd: folder })
    assert.match(log.stdout, new RegExp(`on-call was told at once, that ${hold} waits`))
    const doctor = await holdpoint(['doctor'], { cwd: folder })
    assert.match(doctor.stdout, /notify +on-call has what it needs/)
    await stop(child)
    for (const text of [log.stdout, doctor.stdout, ...contents(folder)]) {
      assert.ok(!text.includes('s3cret-path') && !text.includes(signingSecret.slice(6)))
    }
  } finally {
    for (const gate of gates) await stop(gate)
    await simulator.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

function contents(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.map((name) => join(folder, name)).filter((file) => statSync(file).isFile())
  return files.map((file) => readFileSync(file, 'latin1'))
}
