// Signing in with a real OpenID provider (`oidc-provider`, on 127.0.0.1) in a real browser.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Provider } from 'oidc-provider'
import type { Page } from 'playwright-core'

import { assertAccessible } from './axe.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host } from './host.ts'
import { clientSecret } from './openid-provider.ts'
import { openIdOver } from './openid-scene.ts'

const options = inBrowser
const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly complaints: readonly string[]
}

const people = { 'ann@example.com': 'ann', 'bob@example.com': 'bob' }

/** ann has enrolled with the code from the terminal; the provider knows whoever says a name. */
async function open(t: TestContext): Promise<Scene> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const host = await openHost({ openid: openIdOver({ issuer, people }) })
  const answer = providerFor(issuer, `${host.origin}/openid`).callback()
  server.on('request', (request, response) => void answer(request, response))
  const { page, context, complaints } = await visit(browser())
  t.after(async () => {
    await context.close()
    await host.close()
    server.closeAllConnections()
    server.close()
    assert.deepEqual(host.faults, [])
  })
  await host.world.enrol('ann', ['owner'])
  return { host, page, complaints }
}

function providerFor(issuer: string, redirect: string): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' }
  return new Provider(issuer, {
    clients: [{ client_id: 'holdpoint', client_secret: clientSecret, redirect_uris: [redirect] }],
    jwks: { keys: [key] },
    cookies: { keys: ['of a test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    pkce: { required: () => true },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id.replace('-new', '')}@example.com`,
        email_verified: !id.endsWith('-new'),
      }),
    }),
  })
}

async function signIn({ host, page }: Scene, name: string, path = '/'): Promise<void> {
  await page.goto(`${host.origin}${path}`)
  await page.getByRole('button', { name: /Sign in with 127\.0\.0\.1/ }).click()
  await page.getByPlaceholder('Enter any login').fill(name)
  await page.getByPlaceholder('and password').fill('x')
  await page.getByRole('button', { name: 'Sign-in' }).click()
  await page.getByRole('button', { name: 'Continue' }).click()
}

test('ann signs in at the provider and reads; a release takes her passkey', options, async (t) => {
  const scene = await open(t)
  const { host, page, complaints } = scene
  const { hold } = await host.world.arrive()
  await page.goto(`${host.origin}/`)
  await page.getByRole('button', { name: /Sign in with 127/ }).waitFor()
  await assertAccessible(page)
  await signIn(scene, 'ann', `/holds/${hold}`)
  await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
  assert.equal(page.url(), `${host.origin}/holds/${hold}`, 'back where they wanted to be')
  const session = await page.evaluate(`fetch('/api/session', {
    headers: { 'holdpoint-page': localStorage.getItem('holdpoint-page') } }).then((r) => r.json())`)
  assert.deepEqual(session, { person: 'ann', roles: ['owner'], means: 'openid', enrolled: true })
  assert.equal(await page.evaluate(`localStorage.getItem('holdpoint-openid')`), null)
  // This browser has no passkey of hers: the provider's word releases nothing.
  await page.getByRole('button', { name: 'Release once, with passkey' }).click()
  await page.getByText(/the passkey was not used/).waitFor()
  assert.equal(host.world.holds.state(hold)?.kind, 'waiting')
  assert.deepEqual(
    complaints.filter((text) => /policy|trusted/i.test(text)),
    [],
    'the provider’s own page may lack a font; nothing violates ours',
  )
})

test(
  'bob, who is not enrolled, reads, is told what to do, and decides nothing',
  options,
  async (t) => {
    const scene = await open(t)
    const { host, page } = scene
    const { hold } = await host.world.arrive()
    await signIn(scene, 'bob')
    await page.getByText(/You are signed in as bob, and can read/).waitFor()
    await assertAccessible(page)
    const post = (path: string, body: object): Promise<unknown> =>
      page.evaluate(`fetch('${path}', { method: 'POST', body: '${JSON.stringify(body)}', headers: {
      'content-type': 'application/json', 'holdpoint-page': localStorage.getItem('holdpoint-page'),
    } }).then(async (r) => [r.status, (await r.json()).error.code])`)
    const asked = { answer: 'release', note: '', impactSeen: true }
    assert.deepEqual(await post(`/api/holds/${hold}/challenge`, asked), [403, 'may-not-answer'])
    const invited = { person: 'bob', roles: ['owner'] }
    assert.deepEqual(await post('/api/invite/options', invited), [403, 'may-not-invite'])
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByText(/May sign in with the OpenID provider and read.*bob/).waitFor()
  },
)

test('whom nobody has mapped is told what an owner must do', options, async (t) => {
  const scene = await open(t)
  const { page } = scene
  await signIn(scene, 'eve')
  await page.getByText(/nobody here is known as eve@example\.com|`eve@example\.com`/).waitFor()
  await assertAccessible(page)
  await page.getByRole('link', { name: 'Sign in again' }).click()
  await page.getByRole('button', { name: /Sign in with 127/ }).waitFor()
})

test('an address that the provider has not verified is nobody', options, async (t) => {
  const scene = await open(t)
  await signIn(scene, 'ann-new')
  await scene.page.getByText(/has not verified your e-mail address/).waitFor()
})

test('a link with somebody else’s answer signs nobody in: login CSRF', options, async (t) => {
  const scene = await open(t)
  const { host, page } = scene
  const attacker = await visit(browser())
  let stolen = ''
  attacker.page.on('request', (request) => {
    if (request.url().startsWith(`${host.origin}/openid?`)) stolen = request.url()
  })
  await attacker.page.route('**/api/openid/finish', (route) => route.abort())
  await signIn({ ...scene, page: attacker.page }, 'ann')
  for (let i = 0; i < 50 && stolen === ''; i++) await attacker.page.waitForTimeout(50)
  await attacker.context.close()
  assert.match(stolen, /code=.*state=/)
  await page.goto(stolen)
  await page.getByText('this sign-in was not begun in this browser; begin again').waitFor()
  assert.equal(page.url(), `${host.origin}/openid`, 'the code is not in the address')
  // Also with an own sign-in under way, the other's answer is not taken.
  await page.goto(`${host.origin}/`)
  await page.getByRole('button', { name: /Sign in with 127/ }).click()
  await page.getByPlaceholder('Enter any login').waitFor()
  await page.goto(stolen)
  await page.getByText(/was not begun in this browser, was used/).waitFor()
  assert.ok(!host.world.store.entries(0, 100).some(({ fact }) => fact.kind === 'signed-in'))
})
