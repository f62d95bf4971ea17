import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

import type { SecretName, UpstreamName } from '../domain/names.ts'
import {
  never,
  openHttp,
  openRaw,
  openWorld,
  payload,
  railway,
  readAll,
  readToken,
  requestOf,
  token,
} from '../../test/upstreams/world.ts'
import type { Sent } from './answer.ts'
import { redacted } from './redact.ts'

const json = { 'content-type': 'application/json' }
const me = '{"data":{"me":{"id":"u1"}}}'
const succeeded = { kind: 'succeeded', status: 200 }

async function replyOf(sending: Promise<Sent>) {
  const sent = await sending
  assert.ok(sent.kind === 'replied' && sent.reply.kind === 'http', JSON.stringify(sent))
  const { reply, ended } = sent
  return { ...reply, ended, header: (name: string) => reply.headers.find(([n]) => n === name)?.[1] }
}

async function outcomeOf(sending: Promise<Sent>) {
  const sent = await sending
  assert.ok(sent.kind === 'not-replied', 'it was answered')
  return sent.outcome
}

test('what was judged is sent, with the real credential and our own framing', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(me))
  const world = await openWorld(t, url)
  const headers = [
    ...payload.headers,
    ['x-kept', 'yes'],
    ['authorization', 'Bearer hpl_lease'],
    ['project-access-token', 'hpl_lease'],
    ['cookie', 'session=hpl_lease'],
    ['host', 'evil.example'],
    ['content-length', '3'],
    ['transfer-encoding', 'chunked'],
    ['connection', 'x-kept'],
    ['accept-encoding', 'gzip'],
    ['expect', '100-continue'],
    ['range', 'bytes=0-9'],
    ['if-range', '"x"'],
    ['accept-charset', 'utf-16'],
  ] as const
  const reply = await replyOf(world.sendOff({ headers }))
  assert.equal(reply.status, 200)
  assert.ok(reply.body instanceof Uint8Array)
  assert.equal(await readAll(reply.body), me)
  assert.deepEqual(await reply.ended, succeeded)
  const [{ message, body } = assert.fail()] = requests
  assert.equal(message.method, 'POST')
  assert.equal(message.url, '/graphql/v2?x=1')
  assert.equal(body, '{"query":"{ me { id } }"}')
  assert.deepEqual(message.rawHeaders, [
    ...['host', new URL(url).host],
    ...['content-type', 'application/json', 'user-agent', 'curl/8', 'x-kept', 'yes'],
    ...['accept-encoding', 'identity', 'authorization', `Bearer ${token}`, 'content-length', '25'],
  ])
})

test('the credential travels in the header that is configured, as that is written', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(me))
  const credentialHeader = { name: 'project-access-token', scheme: null }
  const world = await openWorld(t, url, { config: { credentialHeader } })
  await replyOf(world.sendOff())
  const headers = requests[0]?.message.headers
  assert.equal(headers?.['project-access-token'], token)
  assert.equal(headers['authorization'], undefined)
})

test('a clearance is for one request, to one upstream, once', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(me))
  const { upstreams, clear, clearAsk } = await openWorld(t, url)
  const mismatch = { name: 'Fault', code: 'clearance-mismatch' }
  const bug = { name: 'Fault', code: 'bug' }
  const { request, clearance } = await clear(payload)
  const other = requestOf({ ...payload, target: '/other' })
  await assert.rejects(upstreams.send(other, clearance, never), mismatch)
  const changed = { ...request, payload: { ...payload, body: Buffer.from('other') } }
  await assert.rejects(upstreams.send(changed, clearance, never), mismatch)
  const disguised = { ...changed, digest: request.digest }
  await assert.rejects(upstreams.send(disguised, clearance, never), mismatch)
  const elsewhere = await clear({ ...payload, upstream: 'other' as UpstreamName })
  await assert.rejects(upstreams.send(request, elsewhere.clearance, never), mismatch)
  const astray = await clear(payload, 'other')
  await assert.rejects(upstreams.send(request, astray.clearance, never), mismatch)
  const ask = { method: 'GET', target: '/', headers: [], body: '' } as const
  const asking = await clearAsk(ask)
  await assert.rejects(upstreams.send(request, asking, never), bug)
  await assert.rejects(upstreams.ask(railway, ask, clearance), bug)
  await assert.rejects(upstreams.ask(railway, { ...ask, target: '/x' }, asking), mismatch)
  const copy = Object.assign({}, clearance, { spend: () => undefined })
  await assert.rejects(upstreams.send(request, copy, never), bug)
  assert.equal(requests.length, 0)
  await replyOf(upstreams.send(request, clearance, never))
  await assert.rejects(upstreams.send(request, clearance, never), bug)
  assert.equal(requests.length, 1)
  const unreadable = await clear({ ...payload, unreadable: 'too long' })
  await assert.rejects(upstreams.send(unreadable.request, unreadable.clearance, never), bug)
  assert.equal(requests.length, 1)
})

test('what would end a line is not written', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(me))
  const world = await openWorld(t, url)
  const line = 'x\r\nauthorization: Bearer y'
  for (const change of [
    { headers: [['x-a', line]] },
    { headers: [['x-a: b\r\nx-b', 'c']] },
    { headers: [['x-a', 'ユ']] },
    { headers: [['x-a', '\0']] },
    { target: '/x HTTP/1.1\r\nx: y' },
    { target: 'http://evil.example/' },
    { target: '/ユ' },
    { method: 'GET /x HTTP/1.1\r\n' },
    { method: '' },
  ] as const) {
    await assert.rejects(world.sendOff(change), { code: 'bug' }, JSON.stringify(change))
  }
  assert.equal(requests.length, 0)
})

test('a redirect is handed back and never followed', async (t) => {
  const elsewhere = await openHttp(t, (_, response) => response.end('you came'))
  const { url } = await openHttp(t, (_, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/?token=${token}` }).end()
  })
  const world = await openWorld(t, url)
  const reply = await replyOf(world.sendOff())
  assert.equal(reply.status, 307)
  assert.equal(reply.header('location'), `${elsewhere.url}/?token=${redacted}`)
  assert.equal(elsewhere.requests.length, 0)
})

test('headers of one connection, cookies and other routes do not come back', async (t) => {
  const { url } = await openHttp(t, (_, response) => {
    response.writeHead(200, {
      ...json,
      'set-cookie': 'session=real',
      'alt-svc': 'h3=":443"',
      connection: 'keep-alive, x-hop',
      'x-hop': '1',
      'keep-alive': 'timeout=5',
      'x-kept': 'yes',
    })
    response.end(me)
  })
  const reply = await replyOf((await openWorld(t, url)).sendOff())
  const names = reply.headers.map(([name]) => name)
  assert.deepEqual(names, ['content-type', 'x-kept', 'date'])
})

const shapes = [
  ['short', (text: string) => [text]],
  ['long', (text: string) => [`${'a'.repeat(100_000)}${text}${'b'.repeat(100_000)}`]],
  ['cut in pieces', (text: string) => Array.from(text)],
] as const

for (const [what, shape] of shapes) {
  test(`a ${what} answer that echoes the secrets comes without them`, async (t) => {
    const { url } = await openHttp(t, (message, response) => {
      response.setHeader('x-echo', `saw ${message.headers.authorization ?? ''}`)
      const encoded = Buffer.from(`x${token}`).toString('base64')
      const pieces = shape(JSON.stringify({ data: { token, readToken, encoded } }))
      void (async () => {
        for (const piece of pieces) {
          response.write(piece)
          await new Promise(setImmediate)
        }
        response.end()
      })()
    })
    const reply = await replyOf((await openWorld(t, url)).sendOff())
    assert.equal(reply.header('x-echo'), `saw Bearer ${redacted}`)
    const text = await readAll(reply.body)
    assert.equal(text.split(redacted).length - 1, 3)
    const encoded = Buffer.from(token).toString('base64').slice(2, 20)
    for (const leak of [token, readToken, encoded]) assert.ok(!text.includes(leak))
    assert.deepEqual(await reply.ended, succeeded)
  })
}

const codings = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['X-GZIP', gzipSync],
] as const

for (const [coding, encode] of codings) {
  test(`an answer in ${coding} that nobody asked for is read in the clear`, async (t) => {
    const { url } = await openHttp(t, (_, response) => {
      const body = encode(JSON.stringify({ data: token, long: 'x'.repeat(100_000) }))
      response.writeHead(200, { ...json, 'content-encoding': coding }).end(body)
    })
    const reply = await replyOf((await openWorld(t, url)).sendOff())
    assert.equal(reply.header('content-encoding'), undefined)
    const text = await readAll(reply.body)
    assert.equal(text, JSON.stringify({ data: redacted, long: 'x'.repeat(100_000) }))
    assert.deepEqual(await reply.ended, succeeded)
  })
}

for (const codings of [['zstd'], ['gzip, gzip'], ['constructor'], ['identity', 'gzip']]) {
  test(`an answer in \`${codings.join('` and `')}\` is withheld, its status counts`, async (t) => {
    const { url } = await openHttp(t, (_, response) => {
      response.setHeader('content-encoding', codings).end(`in it: ${token}`)
    })
    const reply = await replyOf((await openWorld(t, url)).sendOff())
    assert.equal(reply.status, 502)
    assert.ok(!(await readAll(reply.body)).includes(token))
    assert.match(await readAll(reply.body), /read what is there/)
    assert.equal((await reply.ended).kind, 'succeeded')
  })
}

test('coded bytes that do not decode are an answer cut short', async (t) => {
  const { url } = await openHttp(t, (_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is not gzip')
  })
  const reply = await replyOf((await openWorld(t, url)).sendOff())
  await assert.rejects(readAll(reply.body), /cannot be decoded/)
  assert.deepEqual(await reply.ended, { kind: 'unknown', why: 'its answer cannot be decoded' })
})

test('no content and answers to HEAD end at once', async (t) => {
  const { url } = await openHttp(t, (message, response) => {
    if (message.method === 'HEAD') response.writeHead(200, { 'content-length': '500' }).end()
    else response.writeHead(204).end()
  })
  const world = await openWorld(t, url)
  const none = await replyOf(world.sendOff())
  assert.equal(none.status, 204)
  assert.equal(await readAll(none.body), '')
  const head = await replyOf(world.sendOff({ method: 'HEAD', body: new Uint8Array() }))
  assert.equal(head.header('content-length'), '500')
  assert.equal(await readAll(head.body), '')
})

test('the provider says what an answer means, and never of the secret', async (t) => {
  const { url } = await openHttp(t, (_, response) => {
    response.writeHead(200, json).end(JSON.stringify({ errors: [{ message: `bad ${token}` }] }))
  })
  const reply = await replyOf((await openWorld(t, url)).sendOff())
  const outcome = await reply.ended
  assert.equal(outcome.kind, 'failed')
  assert.ok(!JSON.stringify(outcome).includes(token))
})

const evil = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil'

test('a connection is used again, and not after what was odd', async (t) => {
  let connections = 0
  const answers = [
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\none',
    // An answer to nothing, which the next request must not take for its own.
    `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\ntwo${evil}`,
    'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nthree',
    'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfour',
  ]
  const seen = new WeakSet()
  const url = await openRaw(t, (socket) => {
    if (!seen.has(socket)) connections++
    seen.add(socket)
    socket.write(answers.shift() ?? '')
  })
  const { sendOff } = await openWorld(t, url)
  assert.equal(await readAll((await replyOf(sendOff())).body), 'one')
  const odd = await outcomeOf(sendOff())
  assert.ok(odd.kind === 'unknown' && /bytes follow/.test(odd.why))
  assert.equal(await readAll((await replyOf(sendOff())).body), 'three')
  assert.equal(await readAll((await replyOf(sendOff())).body), 'four')
  assert.equal(connections, 3)
})

test('bytes that come between two requests end the connection', async (t) => {
  const closed = Promise.withResolvers<undefined>()
  let connections = 0
  const seen = new WeakSet()
  const url = await openRaw(t, (socket) => {
    if (!seen.has(socket)) connections++
    seen.add(socket)
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx')
    setTimeout(() => socket.write(evil), 20)
    socket.once('close', () => closed.resolve(undefined))
  })
  const { sendOff } = await openWorld(t, url)
  assert.equal(await readAll((await replyOf(sendOff())).body), 'x')
  await closed.promise
  assert.equal(await readAll((await replyOf(sendOff())).body), 'x')
  assert.equal(connections, 2)
})

test('a secret that was not put fails, and nothing leaves', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(me))
  const credential = 'absent' as SecretName
  const world = await openWorld(t, url, { config: { credential } })
  const outcome = await outcomeOf(world.sendOff())
  assert.deepEqual(outcome, { kind: 'failed', code: 'secret-unknown', status: null })
  assert.equal(requests.length, 0)
})

test('plain http is for private upstreams only', async (t) => {
  const open = openWorld(t, 'http://127.0.0.1:1', { config: { allowPrivate: false } })
  await assert.rejects(open, { name: 'Fault', code: 'upstream-insecure' })
})

const ask = {
  method: 'POST',
  target: '/graphql/v2',
  headers: [['content-type', 'application/json']],
  body: '{"query":"{ projects { id } }"}',
} as const

test('Holdpoint asks with its own credential, and gets the answer without secrets', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(`${me}${token}`))
  const { upstreams, clearAsk } = await openWorld(t, url)
  const clearance = await clearAsk(ask)
  const body = await upstreams.ask(railway, ask, clearance)
  assert.equal(Buffer.from(body).toString(), `${me}${redacted}`)
  assert.equal(requests[0]?.message.headers.authorization, `Bearer ${readToken}`)
  assert.equal(requests[0].body, ask.body)
  await assert.rejects(upstreams.ask(railway, ask, clearance), { code: 'bug' })
})

test('without a read credential it asks with the one there is', async (t) => {
  const { url, requests } = await openHttp(t, (_, response) => response.end(me))
  const world = await openWorld(t, url, { config: { discoverCredential: null } })
  await world.upstreams.ask(railway, ask, await world.clearAsk(ask))
  assert.equal(requests[0]?.message.headers.authorization, `Bearer ${token}`)
})

test('an answer to a question is a whole 2xx one or a fault', async (t) => {
  const answers: readonly (readonly [answer: string, code: string])[] = [
    ['HTTP/1.1 401 No\r\ncontent-length: 0\r\n\r\n', 'discovery-refused'],
    ['HTTP/1.1 302 There\r\nlocation: /x\r\ncontent-length: 0\r\n\r\n', 'discovery-refused'],
    ['HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 1\r\n\r\nx', 'discovery-refused'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 17000000\r\n\r\n', 'discovery-too-large'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel', 'discovery-unanswered'],
    ['nonsense', 'discovery-unanswered'],
  ]
  const left = answers.map(([answer]) => answer)
  const url = await openRaw(t, (socket) => {
    const answer = left.shift() ?? ''
    socket.write(answer)
    if (answer.includes('17000000')) socket.write(Buffer.alloc(17_000_000))
    else if (answer.endsWith('hel')) socket.end()
  })
  const { upstreams, clearAsk } = await openWorld(t, url)
  for (const [answer, code] of answers) {
    const asking = upstreams.ask(railway, ask, await clearAsk(ask))
    await assert.rejects(asking, { name: 'Fault', code }, answer)
  }
})
