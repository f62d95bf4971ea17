import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { alice, mandateRequest, openControl } from '../../test/cli/control.ts'
import { agent } from '../../test/console/world.ts'
import { Concealed } from '../domain/concealed.ts'
import type { LedgerEntry } from '../domain/fact.ts'
import type { AgentName, SecretName } from '../domain/names.ts'
import type { ControlScene } from '../../test/cli/control.ts'
import { connectControl } from './control-client.ts'
import { controlHost, controlSocketPath } from './control-wire.ts'
import { serveControl } from './control-socket.ts'
import type { Control } from './control.ts'

const by = alice

interface Served extends ControlScene {
  readonly path: string
  readonly client: Control
  readonly close: () => Promise<void>
}

async function serve(t: TestContext): Promise<Served> {
  const gate = {
    report: () => ({
      ...{
        pid: 1,
        startedAt: scene.clock.now(),
        agents: '127.0.0.1:1',
        console: 'http://localhost',
      },
      ...{ policies: 'p' as never, connections: 0, upstreams: [] },
    }),
    reloadPolicies: () => Promise.resolve({ digest: 'd' as never, files: ['a.cedar'] }),
  }
  const scene = await openControl(t, gate)
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-socket-'))
  const path = controlSocketPath(folder)
  writeFileSync(path, 'what a dead gate left')
  const socket = await serveControl(scene.control, path)
  const closing: { done: Promise<void> | null } = { done: null }
  const close = (): Promise<void> => (closing.done ??= socket.close())
  t.after(async () => {
    await close()
    rmSync(folder, { recursive: true, force: true })
  })
  const client = await connectControl(path)
  assert.ok(client !== null)
  return { ...scene, path, client, close }
}

interface Raw {
  readonly method?: string
  readonly path?: string
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function raw(socketPath: string, sent: Raw): Promise<{ status: number; body: string }> {
  const {
    method = 'POST',
    path = '/v1/status',
    host = controlHost,
    headers = {},
    body = '{}',
  } = sent
  return new Promise((resolve, reject) => {
    const asking = request(
      { socketPath, method, path, headers: { host, ...headers } },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
        answer.on('error', reject)
      },
    )
    asking.on('error', reject)
    asking.end(body)
  })
}

test('everything can be asked through the socket, with the same answers', async (t) => {
  const { client, control, world } = await serve(t)
  const codex = 'codex' as AgentName
  await client.agentAdd({ agent: codex, owner: alice })
  assert.deepEqual(await client.agentList({}), await control.agentList({}))
  const mandate = await client.mandateGrant({ request: mandateRequest({ agent: 'codex' }), by })
  assert.equal((await client.mandateList({ ended: false })).at(-1)?.mandate.id, mandate.id)
  const issued = await client.leaseIssue({ agent: codex, mandate: null, minutes: 5, by })
  assert.ok(issued.token instanceof Concealed)
  assert.match(issued.token.reveal(), /^hpl_/)
  assert.equal((await client.leaseRevoke({ lease: issued.lease.id, by })).lease.id, issued.lease.id)
  assert.equal((await client.leaseList({ ended: true })).length, 3)
  const secret = 'railway' as SecretName
  await client.secretPut({ secret, value: new Concealed('x', 'value'), by })
  assert.deepEqual(await client.secretList({}), ['railway'])
  await client.secretRemove({ secret, by })
  const { hold, decision } = await world.arrive()
  assert.equal((await client.holdShow({ hold })).hold.id, hold)
  assert.equal((await client.holdList({ all: true })).length, 1)
  assert.equal((await client.explain({ decision: decision.id })).hold, hold)
  await client.kill({ agent: codex, by })
  await client.killLift({ agent: codex, by })
  assert.equal((await client.entries({ from: 0, count: 3 })).length, 3)
  assert.match((await client.enrolFirst({ person: alice })).code, /^hpe_/)
  assert.deepEqual((await client.policiesReload({})).files, ['a.cedar'])
  await client.mandateRevoke({ mandate: mandate.id, by })
  assert.equal((await client.status({})).version, '1.2.3')
})

test('a fault comes through with its code and words', async (t) => {
  const { client } = await serve(t)
  await assert.rejects(client.resume({ agent, by }), { name: 'Fault', code: 'not-frozen' })
  await assert.rejects(client.agentAdd({ agent, owner: by }), { code: 'already-there' })
})

test('only the owner of the state may open the socket', async (t) => {
  const { path } = await serve(t)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a lease opens nothing here, wherever it is put', async (t) => {
  const { path } = await serve(t)
  const lease = 'hpl_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  for (const sent of [
    { headers: { authorization: `Bearer ${lease}` } },
    { headers: { cookie: `x=${lease}` } },
    { headers: { [lease.toLowerCase()]: 'x', note: lease } },
    { path: `/v1/status?lease=${lease}` },
    { body: JSON.stringify({ note: lease }) },
    { path: '/v1/kill', body: JSON.stringify({ agent: null, by: lease }) },
  ]) {
    const { status, body } = await raw(path, sent)
    assert.equal(status, 422)
    assert.match(body, /lease-on-control-plane/)
  }
})

test('what is not our protocol is refused, and the socket goes on', async (t) => {
  const { path, client } = await serve(t)
  const cases: readonly (readonly [Raw, RegExp])[] = [
    [{ host: 'localhost' }, /control-protocol/],
    [{ path: '/' }, /control-protocol/],
    [{ path: '/v1/release' }, /control-protocol/],
    [{ path: '/v1/constructor' }, /control-protocol/],
    [{ path: '/v1/__proto__' }, /control-protocol/],
    [{ path: '/v1/hasOwnProperty' }, /control-protocol/],
    [{ path: '/v1/follow' }, /control-protocol/],
    [{ method: 'GET', path: '/v1/follow?from=-1', body: '' }, /control-input/],
    [{ body: '' }, /control-input/],
    [{ body: '{' }, /control-input/],
    [{ body: 'null' }, /control-input/],
    [{ body: '{"extra":1}' }, /control-input/],
    [{ body: `{"x":"${'y'.repeat(300_000)}"}` }, /control-input/],
    [{ path: '/v1/kill', body: '{"agent":"../x","by":"a"}' }, /control-input/],
    [
      { path: '/v1/leaseIssue', body: '{"agent":"cursor","mandate":null,"minutes":1e9,"by":"a"}' },
      /control-input/,
    ],
  ]
  for (const [sent, says] of cases) {
    const { status, body } = await raw(path, sent)
    assert.ok(status === 422, `${JSON.stringify(sent).slice(0, 80)}: ${status}`)
    assert.match(body, says)
  }
  assert.equal((await client.status({})).version, '1.2.3')
})

test('a fault of ours is not told in its own words', async (t) => {
  const { control, path, close } = await serve(t)
  await close()
  const broken: Control = { ...control, status: () => Promise.reject(new Error('secret detail')) }
  const socket = await serveControl(broken, path)
  const { status, body } = await raw(path, {})
  await socket.close()
  assert.equal(status, 500)
  assert.doesNotMatch(body, /secret detail/)
})

test('no gate is not a fault; a gate that is gone in the middle is', async (t) => {
  const { path, client, close } = await serve(t)
  const following = (async () => {
    const seen: LedgerEntry[] = []
    for await (const entry of client.follow(0, new AbortController().signal)) seen.push(entry)
    return seen
  })()
  const failed = assert.rejects(following, { name: 'Fault', code: 'gate-gone' })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await close()
  await failed
  assert.equal(await connectControl(path), null)
  assert.equal(await connectControl(join(path, '../nowhere.sock')), null)
  await assert.rejects(client.status({}), { code: 'no-gate' })
})

test('the log streams as it happens, and a listener who leaves is forgotten', async (t) => {
  const { client, control } = await serve(t)
  const stop = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const { fact } of client.follow(4, stop.signal)) {
      seen.push(fact.kind)
      if (seen.length === 2) stop.abort()
    }
  })()
  await new Promise((resolve) => setTimeout(resolve, 50))
  await control.kill({ agent, by })
  await control.killLift({ agent, by })
  await following
  assert.deepEqual(seen, ['killed', 'kill-lifted'])
})

test('a client that sends nothing does not keep the gate from stopping', async (t) => {
  const { path, close } = await serve(t)
  const silent = connect(path)
  await new Promise((resolve) => silent.once('connect', resolve))
  const ended = new Promise((resolve) => silent.once('close', resolve))
  silent.on('error', () => undefined)
  await close()
  await ended
})

test('a path that no socket can have is said to be too long', () => {
  assert.throws(() => controlSocketPath(`/${'x'.repeat(100)}`), { code: 'state-path-too-long' })
})
