import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { TunnelPayload, TunnelReply } from '../domain/request.ts'
import { never, openRaw, openWorld } from '../../test/upstreams/world.ts'
import type { Changes, World } from '../../test/upstreams/world.ts'

const upstreamUrl = 'http://upstream.test'

function to(host: string, port = 443): TunnelPayload {
  return { kind: 'tunnel', host, port }
}

async function open({ upstreams, clear }: World, payload: TunnelPayload, signal = never) {
  const { request, clearance } = await clear(payload)
  return upstreams.send(request, clearance, signal)
}

async function codeOf(world: World, payload: TunnelPayload): Promise<string> {
  const sent = await open(world, payload)
  assert.ok(sent.kind === 'not-replied' && sent.outcome.kind === 'failed')
  return sent.outcome.code
}

/** A host that says back what it is told, and the world in which it may be tunnelled to. */
async function openEcho(t: TestContext, changes: Changes = {}) {
  const url = await openRaw(t, (socket, came) => {
    socket.write(came.toUpperCase())
    if (came === 'bye') socket.end()
  })
  const world = await openWorld(t, upstreamUrl, {
    resolver: () => Promise.resolve(['127.0.0.1']),
    tunnelNames: ['Echo.test'],
    ...changes,
  })
  return { world, payload: to('echo.test', Number(new URL(url).port)) }
}

function duplexOf({ readable, writable }: TunnelReply): Duplex {
  return Duplex.fromWeb({ readable, writable })
}

async function tunnelOf(world: World, payload: TunnelPayload, signal = never) {
  const sent = await open(world, payload, signal)
  assert.ok(sent.kind === 'replied' && sent.reply.kind === 'tunnel', JSON.stringify(sent))
  return { stream: duplexOf(sent.reply), ended: sent.ended }
}

test('a tunnel carries bytes both ways, and its end is its outcome', async (t) => {
  const { world, payload } = await openEcho(t)
  const { stream, ended } = await tunnelOf(world, payload)
  stream.write('bye')
  const [piece] = (await once(stream, 'data')) as [Buffer]
  assert.equal(piece.toString(), 'BYE')
  stream.resume()
  assert.deepEqual(await ended, { kind: 'succeeded', status: 200 })
})

test('a tunnel ends when the agent goes, and when the gate closes', async (t) => {
  const { world, payload } = await openEcho(t)
  const gone = new AbortController()
  const one = await tunnelOf(world, payload, gone.signal)
  one.stream.on('error', () => undefined)
  gone.abort()
  assert.equal((await one.ended).kind, 'succeeded')
  const two = await tunnelOf(world, payload)
  two.stream.on('error', () => undefined)
  await world.upstreams.close()
  assert.equal((await two.ended).kind, 'succeeded')
  const withdrawn = await open(world, payload, AbortSignal.abort())
  assert.ok(withdrawn.kind === 'not-replied')
})

test('a tunnel leads to no governed host, however it is written', async (t) => {
  const world = await openWorld(t, 'https://api.upstream.test', {
    resolver: () => Promise.reject(new Error('it was resolved')),
    config: { hosts: ['extra.upstream.test'] },
  })
  for (const host of [
    'backboard.railway.app',
    'backboard.railway.com',
    'BACKBOARD.railway.com',
    'backboard.railway.com.',
    'api.upstream.test',
    'extra.upstream.test',
  ]) {
    assert.equal(await codeOf(world, to(host)), 'governed-host')
  }
  assert.equal(await codeOf(world, to('backboard.railway.example')), 'upstream-unreachable')
})

test('a tunnel leads to no private address, nor to this machine', async (t) => {
  const { world, payload } = await openEcho(t, {
    tunnelNames: [],
    ownAddresses: () => ['93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'],
  })
  assert.equal(await codeOf(world, payload), 'address-refused')
  for (const host of ['127.0.0.1', '169.254.169.254', '[::1]', '::1', '93.184.215.14']) {
    assert.equal(await codeOf(world, to(host)), 'address-refused', host)
  }
})

test('a name that may be private may still not be a metadata address', async (t) => {
  const { world, payload } = await openEcho(t, {
    resolver: () => Promise.resolve(['169.254.169.254']),
  })
  assert.equal(await codeOf(world, payload), 'address-refused')
})

test('a clearance for one tunnel opens no other', async (t) => {
  const { world, payload } = await openEcho(t)
  const { clearance } = await world.clear(payload)
  const { request } = await world.clear(to('echo.test', 1))
  await assert.rejects(world.upstreams.send(request, clearance, never), {
    code: 'clearance-mismatch',
  })
  const own = await world.clear(payload)
  const astray = await world.clear(payload, 'echo.test:1')
  const copy = Object.assign({}, own.clearance, { spend: () => undefined })
  await assert.rejects(world.upstreams.send(own.request, astray.clearance, never), {
    code: 'clearance-mismatch',
  })
  await assert.rejects(world.upstreams.send(own.request, copy, never), { code: 'bug' })
  await tunnelOf(world, payload).then(({ stream }) => stream.destroy())
})
