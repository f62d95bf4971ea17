// What a page on another origin, and whoever holds half of a session, can do to the console: in a
// real browser where a browser is what stands between, and by sockets where it does not.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { HoldId, PersonName } from '../../src/domain/names.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host } from './host.ts'
import { makeCertificate } from './tls-certificate.ts'

const options = inBrowser
const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly hold: HoldId
  /** a page of somebody else, on another port of `localhost`, and on another site */
  readonly neighbour: string
  readonly stranger: string
}

async function open(t: TestContext): Promise<Scene> {
  const host = await openHost()
  const { page, context } = await visit(browser())
  const evil = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>x</title>')
  })
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await context.close()
    await host.close()
    evil.closeAllConnections()
    evil.close()
    assert.deepEqual(host.faults, [])
  })
  const invited = { person: 'ann' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(invited)
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  const { hold } = await host.world.arrive()
  const { port } = evil.address() as AddressInfo
  const [neighbour, stranger] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`]
  return { host, page, hold, neighbour, stranger }
}

/** Everything that a page may try without asking; each gives `opaque`, `failed`, or what it got. */
const attempts = (origin: string, hold: string): string => `(async () => {
  const to = ${JSON.stringify(origin)}
  const body = JSON.stringify({ answer: 'refuse', note: '', impactSeen: true })
  const path = to + '/api/holds/${hold}/challenge'
  const tried = (work) => work.then((r) => r.type === 'opaque' ? 'opaque' : 'read', () => 'failed')
  const with_ = { credentials: 'include', method: 'POST', body }
  const socket = new Promise((resolve) => {
    const opened = new WebSocket(to.replace('http', 'ws') + '/api/events')
    opened.onopen = () => resolve('open')
    opened.onerror = () => resolve('failed')
  })
  const frame = new Promise((resolve) => {
    const shown = document.createElement('iframe')
    shown.src = to + '/'
    shown.onload = () => {
      let text = 'closed'
      try { text = shown.contentDocument?.body?.innerText ?? 'closed' } catch {}
      resolve(text)
    }
    document.body.append(shown)
  })
  return {
    post: await tried(fetch(path, { ...with_, mode: 'no-cors' })),
    text: await tried(fetch(path, { ...with_, headers: { 'content-type': 'text/plain' } })),
    json: await tried(fetch(path, { ...with_, headers: { 'content-type': 'application/json' } })),
    key: await tried(fetch(to + '/api/holds', { credentials: 'include',
      headers: { 'holdpoint-page': 'hpp_x' } })),
    read: await tried(fetch(to + '/api/session', { credentials: 'include' })),
    socket: await socket,
    frame: await frame,
  }
})()`

for (const where of ['neighbour', 'stranger'] as const) {
  test(`a page elsewhere does and learns nothing: ${where}`, options, async (t) => {
    const { host, page, hold, ...pages } = await open(t)
    const before = host.world.store.head().size
    await page.goto(pages[where])
    const got = await page.evaluate<Readonly<Record<string, string>>>(attempts(host.origin, hold))
    const { frame, ...others } = got
    assert.equal(frame, 'closed')
    for (const [name, end] of Object.entries(others)) assert.equal(end, 'failed', name)
    assert.equal(host.world.store.head().size, before, 'nothing was written')
    assert.equal(host.world.holds.state(hold)?.kind, 'waiting')
  })

  test(`a form elsewhere posts nothing in: ${where}`, options, async (t) => {
    const { host, page, hold, ...pages } = await open(t)
    await page.goto(pages[where])
    await page.evaluate(`(() => {
      const form = document.createElement('form')
      form.method = 'POST'
      form.enctype = 'text/plain'
      form.action = '${host.origin}/api/holds/${hold}/challenge'
      document.body.append(form)
      form.submit()
    })()`)
    await page.getByText('cross-site').waitFor()
    assert.equal(host.world.holds.state(hold)?.kind, 'waiting')
  })
}

test(
  'a stolen cookie without the page key is nobody; nor is the key without it',
  options,
  async (t) => {
    const { host, page } = await open(t)
    const cookies = await page.context().cookies()
    const thief = await visit(browser())
    t.after(() => thief.context.close())
    await thief.context.addCookies(cookies)
    await thief.page.goto(`${host.origin}/`)
    await thief.page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    const status = (own: Page): Promise<number> =>
      own.evaluate<number>(`fetch('/api/session').then((r) => r.status)`)
    assert.equal(await status(thief.page), 401)
    const key = await page.evaluate<string>(`localStorage.getItem('holdpoint-page')`)
    await thief.context.clearCookies()
    await thief.page.evaluate(`localStorage.setItem('holdpoint-page', ${JSON.stringify(key)})`)
    await thief.page.reload()
    await thief.page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    assert.equal(await page.evaluate(`document.cookie`), '', 'no script reads it')
  },
)

test('a session that somebody planted is not the one that signing in opens', options, async (t) => {
  const { host, page } = await open(t)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
  const planted = `hps_${'A'.repeat(43)}`
  const name = 'holdpoint_session'
  await page.context().addCookies([{ name, value: planted, url: host.origin }])
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  const [cookie] = await page.context().cookies()
  assert.match(cookie?.value ?? '', /^hps_[\w-]{43}$/)
  assert.notEqual(cookie?.value, planted)
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Strict'])
})

test('with TLS the cookie is `__Host-` and Secure in the browser, too', options, async (t) => {
  const host = await openHost({ tls: await makeCertificate() })
  const { page, context, complaints } = await visit(browser(), {
    context: { ignoreHTTPSErrors: true },
  })
  t.after(async () => {
    await context.close()
    await host.close()
  })
  const invited = { person: 'ann' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(invited)
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  const [cookie] = await context.cookies()
  assert.equal(cookie?.name, '__Host-holdpoint_session')
  assert.deepEqual([cookie.secure, cookie.httpOnly, cookie.sameSite], [true, true, 'Strict'])
  assert.deepEqual(complaints, [])
})

test('the page runs no script but its own, and makes none of text', options, async (t) => {
  const { page } = await open(t)
  const blocked = (script: string): Promise<string> =>
    page.evaluate<string>(
      `(() => { try { ${script}; return 'ran' } catch (e) { return e.name } })()`,
    )
  assert.equal(await blocked(`document.body.innerHTML = '<b>x</b>'`), 'TypeError')
  assert.equal(await blocked(`trustedTypes.createPolicy('mine', {})`), 'TypeError')
  assert.equal(await blocked(`trustedTypes.createPolicy('default', {})`), 'TypeError')
  const inline = await page.evaluate<string>(`new Promise((resolve) => {
    document.addEventListener('securitypolicyviolation', (e) => resolve(e.effectiveDirective))
    const image = document.createElement('img')
    image.src = 'http://127.0.0.1:9/x.png'
    document.body.append(image)
  })`)
  assert.equal(inline, 'img-src')
})

test('an assertion that was given once, altered or late decides nothing', options, async (t) => {
  const { host, page, hold } = await open(t)
  const answer = await page.evaluate<Readonly<Record<string, string>>>(`(async () => {
    const headers = { 'content-type': 'application/json',
      'holdpoint-page': localStorage.getItem('holdpoint-page') }
    const post = (path, body) =>
      fetch('/api/holds/${hold}/' + path, { method: 'POST', headers, body: JSON.stringify(body) })
        .then(async (r) => ({ status: r.status, ...(await r.json()) }))
    const ask = () => post('challenge', { answer: 'refuse', note: '', impactSeen: true })
    const sign = async ({ options }) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
      return (await navigator.credentials.get({ publicKey })).toJSON()
    }
    const codeOf = (reply) => reply.error?.code ?? 'done'
    const first = await ask()
    const response = await sign(first)
    const altered = structuredClone(response)
    altered.response.signature = altered.response.signature.replace(/.{6}$/, 'AAAAAA')
    const second = await ask()
    const third = await ask()
    return {
      altered: codeOf(await post('settle', { nonce: first.nonce, response: altered })),
      used: codeOf(await post('settle', { nonce: first.nonce, response })),
      replayed: codeOf(await post('settle', { nonce: second.nonce, response })),
      invented: codeOf(await post('settle', { nonce: 'A'.repeat(43), response })),
      good: codeOf(await post('settle', { nonce: third.nonce, response: await sign(third) })),
    }
  })()`)
  assert.deepEqual(answer, {
    altered: 'assertion-refused',
    used: 'challenge-unknown',
    replayed: 'assertion-refused',
    invented: 'challenge-unknown',
    good: 'done',
  })
  assert.equal(host.world.holds.state(hold)?.kind, 'refused')
})

/** What the server says to bytes that arrive as they please, and when it hangs up. */
function raw(port: number, bytes: string, drip = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    const timer = setInterval(() => drip !== '' && socket.write(drip), 1000)
    socket.on('data', (part) => (text += part.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      resolve(text)
    })
    setTimeout(() => reject(new Error('it holds on for ever')), 20_000).unref()
  })
}

test('headers that never end are hung up on', async () => {
  const host = await openHost()
  try {
    const head = `GET / HTTP/1.1\r\nhost: localhost:${host.port}\r\n`
    const [slow, large, smuggled] = await Promise.all([
      raw(host.port, head, 'x-a: b\r\n'),
      raw(host.port, `${head}x: ${'y'.repeat(20_000)}\r\n\r\n`),
      raw(host.port, `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    ])
    assert.match(slow, /^HTTP\/1\.1 408 /)
    assert.match(large, /^HTTP\/1\.1 431 /)
    assert.match(smuggled, /^HTTP\/1\.1 400 /)
  } finally {
    await host.close()
  }
})
