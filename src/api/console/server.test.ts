import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient, http } from '../../../test/console/client.ts'
import type { Client, Got } from '../../../test/console/client.ts'
import { openHost } from '../../../test/console/host.ts'
import type { Host } from '../../../test/console/host.ts'
import type { PersonName } from '../../domain/names.ts'
import { createFakeClock } from '../../system/clock.ts'
import type { FakeClock } from '../../system/clock.ts'
import { bindConsole } from './listen.ts'

interface Scene {
  readonly host: Host
  readonly alice: Client
  readonly clock: FakeClock
}

const owner = { person: 'alice' as PersonName, roles: ['owner'] as const }
const lease = `hpl_${'A'.repeat(43)}`

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock('2026-04-24T02:13:00.000Z')
  const host = await openHost({ clock, ledgerFiles: (path) => ledgerFile(path) })
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { code } = await host.world.people.openEnrolment(owner)
  return { host, clock, alice: await enrolClient(host, code) }
}

function ledgerFile(path: string): { bytes: Buffer; type: string; immutable: boolean } | null {
  if (path !== 'checkpoint') return null
  return { bytes: Buffer.from('checkpoint of a test'), type: 'text/plain', immutable: false }
}

test('a person enrols, sees a hold in full, and releases it', async (t) => {
  const { host, alice } = await open(t)
  const { hold } = await host.world.arrive()
  assert.deepEqual((await alice.get('/api/session')).json, {
    ...{ person: 'alice', roles: ['owner'], means: 'passkey', enrolled: true },
  })
  const list = (await alice.get('/api/holds')).json
  assert.match(JSON.stringify(list['waiting']), new RegExp(hold))
  const view = (await alice.get(`/api/holds/${hold}`)).json
  assert.equal(view['task'], 'fix the staging database credentials')
  assert.match(String(view['request']), /volumeDelete/)
  assert.equal(view['requestFlaw'], null)
  assert.deepEqual((await alice.answer(hold, 'release')).json, {
    state: { kind: 'released', by: ['alice'] },
  })
  assert.match(JSON.stringify((await alice.get('/api/holds')).json['over']), /released/)
})

test('a refusal carries its note', async (t) => {
  const { host, alice } = await open(t)
  const { hold } = await host.world.arrive()
  const { json } = await alice.answer(hold, 'refuse', 'rotate the password')
  assert.deepEqual(json, { state: { kind: 'refused', by: 'alice', note: 'rotate the password' } })
  const second = await alice.answer(hold, 'release')
  assert.deepEqual([second.status, second.code], [409, 'hold-over'])
})

test('what was kept is shown only while it is what was written', async (t) => {
  const { host, alice } = await open(t)
  const { hold, decision } = await host.world.arrive()
  const index = host.world.store.decision(decision.id)?.index ?? -1
  const kept = host.world.store.beside(index)
  assert.ok(kept)
  const real = host.world.store.beside.bind(host.world.store)
  t.mock.method(host.world.store, 'beside', (at: number) => {
    const found = real(at)
    return at === index && found !== null
      ? { ...found, bytes: Buffer.from('{"kind":"http"}') }
      : found
  })
  const view = (await alice.get(`/api/holds/${hold}`)).json
  assert.equal(view['request'], null)
  assert.match(String(view['requestFlaw']), /not what was judged/)
})

const strangers: Readonly<Record<string, (headers: Record<string, string>) => void>> = {
  'no cookie': (headers) => delete headers['cookie'],
  'no page key': (headers) => delete headers['holdpoint-page'],
  'another page key': (headers) => (headers['holdpoint-page'] = `hpp_${'A'.repeat(43)}`),
  'another cookie': (headers) => (headers['cookie'] = `holdpoint_session=hps_${'A'.repeat(43)}`),
  'two cookies': (headers) =>
    (headers['cookie'] = `${headers['cookie'] ?? ''}; holdpoint_session=x`),
}

for (const [name, change] of Object.entries(strangers)) {
  test(`signed out with ${name}`, async (t) => {
    const { host, alice } = await open(t)
    const headers = { ...alice.headers }
    change(headers)
    for (const path of ['/api/session', '/api/holds', '/api/events']) {
      assert.equal((await http(host.port, path, { headers })).status, 401, path)
    }
  })
}

test('a session ends when idle and after half a day', async (t) => {
  const { host, alice, clock } = await open(t)
  const status = async (): Promise<number> => (await alice.get('/api/session')).status
  clock.advance(29 * 60)
  assert.equal(await status(), 200)
  clock.advance(29 * 60)
  assert.equal(await status(), 200, 'doing something keeps it')
  clock.advance(31 * 60)
  assert.equal(await status(), 401)
  const again = await signIn(host, alice)
  for (let i = 0; i < 24; i++) {
    clock.advance(29 * 60)
    assert.equal((await again()).status, 200)
  }
  clock.advance(29 * 60)
  assert.equal((await again()).status, 401, 'twelve hours are enough')
})

async function signIn(host: Host, { passkey, headers }: Client): Promise<() => Promise<Got>> {
  const base = { ...headers, 'content-type': 'application/json' }
  const send = (path: string, body: object): Promise<Got> =>
    http(host.port, path, { method: 'POST', headers: base, body: JSON.stringify(body) })
  const { nonce, options } = (await send('/api/sign-in/options', {})).json
  const response = passkey.assert(options as { challenge: string })
  const welcome = await send('/api/sign-in/verify', { nonce, response })
  const cookie = welcome.headers['set-cookie']?.[0] ?? ''
  assert.match(cookie, /^holdpoint_session=hps_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict/)
  const page = String(welcome.json['page'])
  const signedIn = { ...headers, cookie: cookie.split(';')[0] ?? '', 'holdpoint-page': page }
  return () => http(host.port, '/api/session', { headers: signedIn })
}

test('signing out ends it at once', async (t) => {
  const { alice } = await open(t)
  const { headers } = await alice.post('/api/sign-out', {})
  assert.match(headers['set-cookie']?.[0] ?? '', /Max-Age=0/)
  assert.equal((await alice.get('/api/session')).status, 401)
})

test('a revoked passkey ends the sessions that it opened', async (t) => {
  const { host, alice } = await open(t)
  const { passkey } = host.world.store.people()[0]?.passkeys[0] ?? {}
  assert.ok(passkey)
  await host.world.ledger.append({ kind: 'passkey-revoked', passkey: passkey.id, by: owner.person })
  assert.equal((await alice.get('/api/session')).status, 401)
})

test('DNS rebinding: only the name of the console is answered', async (t) => {
  const { host, alice } = await open(t)
  for (const name of [
    'evil.example',
    `evil.example:${host.port}`,
    'localhost',
    'localhost:1',
    '',
  ]) {
    const got = await http(host.port, '/api/holds', { headers: { ...alice.headers, host: name } })
    assert.deepEqual([got.status, got.code], [421, 'wrong-host'], name)
  }
  const byNumber = { host: `127.0.0.1:${host.port}` }
  const moved = await http(host.port, '/', { headers: byNumber })
  assert.deepEqual([moved.status, moved.headers.location], [307, `${host.origin}/`])
  assert.equal((await http(host.port, '/api/holds', { headers: byNumber })).status, 421)
})

test('behind a proxy with TLS, its origin is the console and no other', async (t) => {
  const proxiedAs = 'https://console.example'
  const host = await openHost({ proxiedAs })
  t.after(() => host.close())
  const { code } = await host.world.people.openEnrolment(owner)
  const alice = await enrolClient(host, code)
  const { hold } = await host.world.arrive()
  assert.equal((await alice.answer(hold, 'release')).status, 200)
  assert.match(alice.headers['cookie'] ?? '', /^__Host-holdpoint_session=hps_/)
  const bare = { ...alice.headers, host: `localhost:${host.port}` }
  assert.equal((await http(host.port, '/api/holds', { headers: bare })).status, 421)
  const origin = `http://localhost:${host.port}`
  const posted = await alice.post('/api/sign-out', {}, { origin })
  assert.equal(posted.code, 'cross-site')
})

const crossSite: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'another origin': { origin: 'https://evil.example' },
  'an origin on another port': { origin: 'http://localhost:3000' },
  'a null origin': { origin: 'null' },
  'no origin': { origin: '' },
  'a cross-site fetch': { 'sec-fetch-site': 'cross-site' },
  'a same-site fetch, from another port': { 'sec-fetch-site': 'same-site' },
}

for (const [name, changed] of Object.entries(crossSite)) {
  test(`CSRF: a POST with ${name} does nothing`, async (t) => {
    const { host, alice } = await open(t)
    const { hold } = await host.world.arrive()
    const path = `/api/holds/${hold}/challenge`
    const asked = { answer: 'release', note: '', impactSeen: true }
    const got = await alice.post(path, asked, changed)
    assert.deepEqual([got.status, got.code], [403, 'cross-site'])
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await alice.post(path, asked, form)).status, 415)
  })
}

test('other sites cannot read the API either', async (t) => {
  const { host, alice } = await open(t)
  const headers = { ...alice.headers, 'sec-fetch-site': 'cross-site' }
  assert.equal((await http(host.port, '/api/holds', { headers })).status, 403)
  assert.equal(
    (await http(host.port, '/', { headers })).status,
    200,
    'a link to the page may be followed',
  )
})

const leases: Readonly<Record<string, (alice: Client, host: Host) => Promise<Got>>> = {
  'in the path': (alice) => alice.get(`/api/holds?as=${lease}`),
  'in the path, encoded': (alice) => alice.get(`/api/holds?as=%68pl_${'A'.repeat(43)}`),
  'in the path, encoded twice': (alice) => alice.get(`/?as=%2568pl_${'A'.repeat(43)}`),
  'in a header': ({ headers }, { port }) =>
    http(port, '/api/holds', { headers: { ...headers, 'project-access-token': lease } }),
  'as a bearer': ({ headers }, { port }) =>
    http(port, '/', { headers: { ...headers, authorization: `Bearer ${lease}` } }),
  'as Basic credentials': ({ headers }, { port }) => {
    const basic = Buffer.from(`x:${lease}`).toString('base64')
    return http(port, '/', {
      headers: { ...headers, 'x-forwarded-authorization': `Basic ${basic}` },
    })
  },
  'in a cookie': ({ headers }, { port }) =>
    http(port, '/', { headers: { ...headers, cookie: `a=${lease}` } }),
  'in a body': (alice) => alice.post('/api/enrol/options', { code: lease }),
  'on the ledger': (alice) => alice.get(`/ledger/checkpoint?${lease}`),
}

for (const [name, send] of Object.entries(leases)) {
  test(`no lease is accepted here: ${name}`, async (t) => {
    const { host, alice } = await open(t)
    const got = await send(alice, host)
    assert.deepEqual([got.status, got.code], [403, 'lease-not-accepted'])
  })
}

test('no lease in a body, under whatever escape', async (t) => {
  const { host, alice } = await open(t)
  const headers = { ...alice.headers, 'content-type': 'application/json' }
  const escaped = `{"code":"\\u0068pl_${'A'.repeat(43)}"}`
  const body = { method: 'POST', headers, body: escaped }
  assert.equal((await http(host.port, '/api/enrol/options', body)).code, 'lease-not-accepted')
  const named = { ...body, body: `{"\\u0068pl_${'A'.repeat(43)}":1}` }
  assert.equal((await http(host.port, '/api/enrol/options', named)).code, 'lease-not-accepted')
})

test('another credential is not taken either', async (t) => {
  const { host, alice } = await open(t)
  const headers = { ...alice.headers, authorization: 'Bearer real-provider-token' }
  assert.equal((await http(host.port, '/api/holds', { headers })).code, 'no-credentials-here')
})

test('bodies have a limit and a strict form', async (t) => {
  const { host, alice } = await open(t)
  const headers = { ...alice.headers, 'content-type': 'application/json' }
  const send = (body: string | Buffer): Promise<Got> =>
    http(host.port, '/api/enrol/options', { method: 'POST', headers, body })
  assert.equal((await send(`{"code":"${'a'.repeat(70_000)}"}`)).status, 413)
  const malformed = [
    '',
    'x',
    '[]',
    '{"code":1}',
    '{"code":"a","code":"b"}',
    '{"code":"a","more":1}',
  ]
  for (const body of malformed) assert.equal((await send(body)).code, 'body-malformed', body)
  assert.equal((await send(Buffer.from([0xff, 0xfe]))).code, 'body-malformed')
  assert.equal((await send('{"code":"hpe_wrong"}')).code, 'code-unknown')
})

test('hanging up in the middle of a body is no fault of ours', async (t) => {
  const { host, alice } = await open(t)
  await new Promise<void>((resolve) => {
    const headers = { ...alice.headers, 'content-type': 'application/json', 'content-length': '99' }
    const path = '/api/enrol/options'
    const half = request({ host: '127.0.0.1', port: host.port, path, method: 'POST', headers })
    half.on('error', () => undefined)
    half.on('close', resolve)
    half.write('{"code":', () => setTimeout(() => half.destroy(), 20))
  })
  assert.equal((await alice.get('/api/session')).status, 200)
})

test('methods, paths and targets that are not of the console', async (t) => {
  const { host, alice } = await open(t)
  const headers = { ...alice.headers }
  const status = async (path: string, method = 'GET'): Promise<number> =>
    (await http(host.port, path, { headers, method })).status
  assert.equal(await status('/api/holds', 'DELETE'), 405)
  assert.equal(await status('/api/holds', 'OPTIONS'), 405)
  assert.equal(await status('/api/none'), 404)
  assert.equal(await status('/api/holds/hold_none'), 404)
  assert.equal(await status('/api/holds/..%2f..%2fetc'), 404)
  assert.equal(await status('/../../../etc/passwd'), 404)
  assert.equal(await status('/assets/../../package.json'), 404)
  assert.equal(await status('http://evil.example/'), 400)
  assert.equal(await status('/holds/hold_abc'), 200)
})

test('every answer, errors too, says what a browser may do with it', async (t) => {
  const { host, alice } = await open(t)
  const { headers: sent } = alice
  for (const path of ['/', '/api/holds', '/api/none', '/nothing', '/ledger/checkpoint']) {
    const { headers } = await http(host.port, path, { headers: sent })
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/, path)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.ok(!policy.includes('unsafe'))
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['access-control-allow-origin'], undefined)
  }
})

test('the ledger is mounted for reading', async (t) => {
  const { host, alice } = await open(t)
  const { headers } = alice
  assert.equal(
    (await http(host.port, '/ledger/checkpoint', { headers })).text,
    'checkpoint of a test',
  )
  assert.equal((await http(host.port, '/ledger/none', { headers })).status, 404)
})

test('too much is too much, and is over after a minute', async (t) => {
  const { alice, clock } = await open(t)
  const codes = new Set<string>()
  for (let i = 0; i < 70; i++)
    codes.add((await alice.post('/api/enrol/options', { code: 'x' })).code)
  assert.ok(codes.has('too-many-requests'))
  clock.advance(60)
  assert.equal((await alice.post('/api/enrol/options', { code: 'x' })).code, 'code-unknown')
})

test('pages are told when holds change', async (t) => {
  const { host, alice } = await open(t)
  const seen = await eventsAfter(host, alice, () => host.world.arrive())
  assert.equal(seen, 1)
})

async function eventsAfter(
  host: Host,
  alice: Client,
  act: () => Promise<unknown>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = host
    const headers = alice.headers
    const asking = request({ host: '127.0.0.1', port, path: '/api/events', headers }, (reply) => {
      let text = ''
      let acted = false
      reply.on('error', () => undefined)
      reply.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        const count = text.split('event: holds').length - 1
        if (text.startsWith(': you are listening') && !acted) {
          acted = true
          act().catch(reject)
        }
        if (count >= 1) {
          asking.destroy()
          resolve(count)
        }
      })
    })
    asking.on('error', () => undefined)
    asking.end()
  })
}

test('beyond loopback there is TLS or nothing, and two do not share a port', async (t) => {
  const { host } = await open(t)
  const domain = 'console.example'
  const bare = bindConsole({ host: '0.0.0.0', port: 0, domain, tls: null })
  await assert.rejects(bare, { code: 'console-needs-tls' })
  const taken = bindConsole({ host: '127.0.0.1', port: host.port, domain: 'localhost', tls: null })
  await assert.rejects(taken, { code: 'console-port' })
})
