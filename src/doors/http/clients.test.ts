// Real clients, as agents use them, through the reverse and the forward proxy.
import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { inspect } from 'node:util'

import { fetch as undiciFetch, ProxyAgent } from 'undici'

import { connected, lease, refused, stageDoor } from '../../../test/doors/staged-door.ts'
import type { StagedDoor } from '../../../test/doors/staged-door.ts'
import type { TunnelReply } from '../../domain/request.ts'
import { createClock } from '../../system/clock.ts'
import { systemRandom } from '../../system/random.ts'
import { issueAuthority, issueLeaf } from './certificates.ts'

const body = '{"query":"mutation { volumeDelete(volumeId: \\"3d2c42fb\\") }"}'
const target = '/graphql/v2'
const hosts = ['backboard.railway.app', 'backboard.railway.com'] as const
const noCurl = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed'

function curl(...words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const given = ['-sS', '--noproxy', '', '-m', '10', ...words]
    execFile('curl', given, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(stderr))
    })
  })
}

function heard(door: StagedDoor, host: string): void {
  const payload = door.onlyPayload()
  assert.deepEqual(
    [payload.method, payload.host, payload.target, Buffer.from(payload.body).toString()],
    ['POST', host, target, body],
  )
  const presented = door.arrivals[0]?.presented.map(({ value }) => value.reveal())
  assert.deepEqual(presented, [lease])
  assert.ok(!JSON.stringify(payload.headers).includes('hpl_'))
  door.arrivals.length = 0
}

const bearer = ['-H', `Authorization: Bearer ${lease}`]

test('curl, by path', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  await curl('-X', 'POST', `${door.url}/railway${target}`, ...bearer, '-d', body)
  heard(door, 'backboard.railway.com')
})

test('curl, by plain proxy', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  for (const host of hosts) {
    await curl('-x', door.url, '-X', 'POST', `http://${host}${target}`, ...bearer, '-d', body)
    heard(door, host)
  }
})

test('curl, by intercepted TLS, HTTP/2 and HTTP/1.1', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  const trust = ['--cacert', door.authority.certificatePath]
  for (const version of ['--http2', '--http1.1']) {
    for (const host of hosts) {
      const url = `https://${host}${target}`
      const out = await curl(
        '-x',
        door.url,
        ...trust,
        version,
        url,
        ...bearer,
        '-d',
        body,
        '-w',
        '|%{http_version}',
      )
      assert.match(out, version === '--http2' ? /\|2$/ : /\|1\.1$/)
      heard(door, host)
    }
  }
})

test('curl, the lease in the proxy URL', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  const proxy = `http://${lease}@127.0.0.1:${door.port}`
  const trust = ['--cacert', door.authority.certificatePath]
  await curl('-x', proxy, ...trust, `https://${hosts[0]}${target}`, '-d', body)
  heard(door, hosts[0])
  await curl('-x', proxy, `http://${hosts[0]}${target}`, '-d', body)
  heard(door, hosts[0])
})

test('curl without our authority trusts nothing', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  await assert.rejects(
    curl('-x', door.url, `https://${hosts[0]}${target}`, '-d', body),
    /certificate/,
  )
  assert.equal(door.arrivals.length, 0)
})

test('curl, a long upload that is refused', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  const given = ['-H', 'Authorization: x', '--data-binary', '@-', '-w', '%{http_code}']
  const out = await new Promise<string>((resolve) => {
    const child = execFile(
      'curl',
      ['-sS', '-m', '10', `${door.url}/railway/x`, ...given],
      (_, text) => resolve(text),
    )
    child.stdin?.end(Buffer.alloc(10_000_000))
  })
  assert.equal(out, 'the gate says no\n403')
})

test('curl, help', { skip: noCurl }, async (t) => {
  const door = await stageDoor(t)
  const trust = ['--cacert', door.authority.certificatePath]
  assert.equal(await curl('-x', door.url, 'http://holdpoint.internal/whoami'), 'help /whoami')
  assert.equal(await curl('-x', door.url, '-p', 'http://holdpoint.internal/whoami'), 'help /whoami')
  assert.equal(
    await curl('-x', door.url, ...trust, 'https://holdpoint.internal/whoami'),
    'help /whoami',
  )
  const asked = await curl(
    `${door.url}/holds/x?wait=60`,
    '-H',
    'Host: holdpoint.internal',
    ...bearer,
    '-d',
    'x',
  )
  assert.equal(asked, 'help /holds/x')
  const last = door.helped.at(-1)
  assert.deepEqual([last?.method, last?.query, String(last?.body)], ['POST', 'wait=60', 'x'])
  assert.deepEqual(
    last?.presented.map(({ value }) => value.reveal()),
    [lease],
  )
})

test('node:https inside a CONNECT', async (t) => {
  const door = await stageDoor(t)
  const socket = await connected(door.port, `${hosts[0]}:443`)
  const status = await new Promise((resolve, reject) => {
    const options = {
      socket,
      agent: false as const,
      ca: door.authority.certificatePem,
      headers: { authorization: `Bearer ${lease}` },
      method: 'POST',
    }
    const outgoing = httpsRequest(`https://${hosts[0]}${target}`, options, (incoming) => {
      incoming.resume()
      resolve(incoming.statusCode)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
  assert.equal(status, 200)
  heard(door, hosts[0])
})

test('undici with a proxy agent, TLS and plain', async (t) => {
  const door = await stageDoor(t)
  const dispatcher = new ProxyAgent({
    uri: door.url,
    token: `Basic ${btoa(`${lease}:`)}`,
    requestTls: { ca: door.authority.certificatePem },
  })
  t.after(() => dispatcher.destroy())
  for (const scheme of ['https', 'http']) {
    const response = await undiciFetch(`${scheme}://${hosts[0]}${target}`, {
      method: 'POST',
      body,
      dispatcher,
    })
    assert.equal(response.status, 200)
    await response.text()
    heard(door, hosts[0])
  }
})

test('undici, to a host that is not governed: allowed, then refused', async (t) => {
  const door = await stageDoor(t)
  const now = createClock(null).milliseconds()
  const own = await issueAuthority(now, systemRandom)
  const leaf = await issueLeaf(own, 'example.com', now, systemRandom)
  const server = createHttpsServer({ cert: leaf.certificatePem, key: leaf.keyPem }, (_, response) =>
    response.end('from outside'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  door.answerWith(() => {
    const { readable, writable } = Duplex.toWeb(connect(port, '127.0.0.1')) as TunnelReply
    return { kind: 'tunnel', readable, writable }
  })
  const dispatcher = new ProxyAgent({
    uri: door.url,
    token: `Basic ${btoa(`${lease}:`)}`,
    requestTls: { ca: own.certificatePem },
  })
  t.after(() => dispatcher.destroy())
  const response = await undiciFetch('https://example.com/', { dispatcher })
  assert.equal(await response.text(), 'from outside')
  assert.deepEqual(door.arrivals[0]?.payload, { kind: 'tunnel', host: 'example.com', port: 443 })
  door.answerWith(() => refused())
  await assert.rejects(undiciFetch('https://other.example/', { dispatcher }), (error) =>
    /Proxy response \(403\)/.test(inspect(error)),
  )
})
