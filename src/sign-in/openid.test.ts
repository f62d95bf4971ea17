import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { openFakeProvider, clientSecret } from '../../test/console/openid-provider.ts'
import type { Answer, FakeProvider } from '../../test/console/openid-provider.ts'
import { openIdOver } from '../../test/console/openid-scene.ts'
import { openWorld } from '../../test/console/world.ts'
import type { World } from '../../test/console/world.ts'
import { createClock } from '../system/clock.ts'
import type { OpenId } from './openid.ts'

const people = { 'ann@example.com': 'ann', 'user-2': 'bob' }
const refuses = (code: string, message = /./) => ({ name: 'Fault', code, message })
const verified = { email: 'ann@example.com', email_verified: true }

interface Scene {
  readonly provider: FakeProvider
  readonly openid: OpenId
  readonly world: World
}

async function open(t: TestContext): Promise<Scene> {
  const provider = await openFakeProvider()
  const world = await openWorld(createClock(null))
  t.after(async () => {
    await provider.close()
    await world.close()
  })
  const scene = { issuer: provider.issuer, people }
  return { provider, world, openid: openIdOver(scene)(world, 'http://localhost:7401') }
}

async function signIn({ openid, provider }: Scene, as: Partial<Answer> = {}): Promise<unknown> {
  const { location, half } = await openid.begin()
  return openid.finish(provider.code(location, as), half)
}

function kindsOf(world: World): readonly string[] {
  return world.store.entries(0, 100).map(({ fact }) => fact.kind)
}

test('a verified e-mail address names a person; it is written first, then asked', async (t) => {
  const scene = await open(t)
  const { provider, world, openid } = scene
  const { location, half } = await openid.begin()
  const page = new URL(location)
  assert.equal(`${page.origin}${page.pathname}`, `${provider.issuer}/auth`)
  assert.equal(page.searchParams.get('redirect_uri'), 'http://localhost:7401/openid')
  assert.equal(page.searchParams.get('code_challenge_method'), 'S256')
  for (const key of ['state', 'nonce', 'code_challenge']) {
    assert.match(page.searchParams.get(key) ?? '', /^[\w-]{43}$/)
  }
  const answer = provider.code(location, { claims: verified })
  assert.ok(!kindsOf(world).includes('signing-in'))
  const { person, means } = await openid.finish(answer, half)
  assert.deepEqual([person, means.subject], ['ann', 'user-1'])
  assert.deepEqual(kindsOf(world).slice(-2), ['signing-in', 'signed-in'])
  assert.deepEqual(provider.secrets, [clientSecret])
  assert.ok(!JSON.stringify(world.store.entries(0, 100)).includes(clientSecret))
  assert.ok(provider.asked.includes('GET /jwks'), 'the signature was looked at')
})

test('a subject names a person; an address may also come from user info', async (t) => {
  const scene = await open(t)
  assert.match(JSON.stringify(await signIn(scene, { claims: { sub: 'user-2' } })), /"bob"/)
  const userInfo = { sub: 'user-1', ...verified, email: 'Ann@Example.com' }
  assert.match(JSON.stringify(await signIn(scene, { userInfo })), /"ann"/)
})

const forged: Readonly<Record<string, Partial<Answer>>> = {
  'without a signature': { claims: verified, algorithm: 'none' },
  'signed by another key': { claims: verified, algorithm: 'another' },
  "signed with the client's secret": { claims: verified, algorithm: 'HS256' },
  'of another nonce': { claims: { ...verified, nonce: 'x'.repeat(43) } },
  'without a nonce': { claims: { ...verified, nonce: undefined } },
  'of another issuer': { claims: { ...verified, iss: 'https://evil.example' } },
  'for another client': { claims: { ...verified, aud: 'somebody-else' } },
  'that is too old': { claims: { ...verified, exp: 1, iat: 0 } },
  'of another subject in user info': { userInfo: { sub: 'user-9', ...verified } },
}

for (const [name, as] of Object.entries(forged)) {
  test(`nobody is signed in by a token ${name}`, async (t) => {
    const scene = await open(t)
    await assert.rejects(signIn(scene, as), refuses('openid-refused'))
    assert.ok(!kindsOf(scene.world).includes('signed-in'))
    assert.match(JSON.stringify(await signIn(scene, { claims: verified })), /"ann"/)
  })
}

const unknown: Readonly<Record<string, readonly [Answer['claims'], RegExp]>> = {
  'an address that nobody has verified': [{ email: verified.email }, /has not verified/],
  'one that is said to be false': [{ ...verified, email_verified: false }, /has not verified/],
  'one that is verified in words': [{ ...verified, email_verified: 'true' }, /has not verified/],
  'an address of nobody': [{ ...verified, email: 'eve@example.com' }, /ask an owner to add it/],
  'a look-alike': [{ ...verified, email: 'ann@example.\u212aom' }, /`user-1`; ask an owner/],
  'a subject that looks like the address': [{ sub: 'ann@example.com' }, /ask an owner/],
  'an address that looks like a subject': [{ ...verified, email: 'user-2' }, /ask an owner/],
  'no address': [{}, /nobody here is known as `user-1`/],
}

for (const [name, [claims, says]] of Object.entries(unknown)) {
  test(`nobody is known by ${name}; nothing of others is told`, async (t) => {
    const scene = await open(t)
    const signing = signIn(scene, { claims })
    await assert.rejects(signing, refuses('openid-unknown-person', says))
    await signing.catch((fault: unknown) => assert.ok(!/bob|`ann`/.test(String(fault))))
  })
}

test('an answer is taken once, with its state, in the browser that began it', async (t) => {
  const scene = await open(t)
  const { openid, provider } = scene
  const { location, half } = await openid.begin()
  const answer = provider.code(location, { claims: verified })
  const theirs = await openid.begin()
  const over = refuses('challenge-unknown')
  await assert.rejects(openid.finish(answer, theirs.half), over, 'begun in another browser')
  await assert.rejects(openid.finish(answer, half), over, 'and so it is used up')
  const again = await openid.begin()
  const good = provider.code(again.location, { claims: verified })
  await assert.rejects(openid.finish(good.replace(/state=./, 'state=_'), again.half), over)
  await assert.rejects(openid.finish('', again.half), over)
  await openid.finish(good, again.half)
  await assert.rejects(openid.finish(good, again.half), over, 'replayed')
})

test('a code of another sign-in is worth nothing: the verifier is not its own', async (t) => {
  const scene = await open(t)
  const { openid, provider } = scene
  const [mine, theirs] = [await openid.begin(), await openid.begin()]
  const stolen = new URLSearchParams(provider.code(theirs.location, { claims: verified }))
  const state = new URL(mine.location).searchParams.get('state') ?? ''
  const answer = `code=${stolen.get('code') ?? ''}&state=${state}`
  await assert.rejects(openid.finish(answer, mine.half), refuses('openid-refused'))
})

test('the issuer that an answer names is the one that was asked', async (t) => {
  const scene = await open(t)
  const { openid, provider } = scene
  const { location, half } = await openid.begin()
  const answer = `${provider.code(location, { claims: verified })}&iss=https://evil.example`
  await assert.rejects(openid.finish(answer, half), refuses('openid-refused'))
})

test('a no of the provider is told, and harmless to read', async (t) => {
  const { openid } = await open(t)
  const { location, half } = await openid.begin()
  const state = new URL(location).searchParams.get('state') ?? ''
  const answer = new URLSearchParams({ state, error: 'access_denied\u202e' }).toString()
  const says = /it said `access_denied⟨U\+202E⟩`; begin again/
  await assert.rejects(openid.finish(answer, half), refuses('openid-refused', says))
})

test('nothing is followed elsewhere, and nothing endless is read', async (t) => {
  const scene = await open(t)
  const elsewhere = (reply: Answer['reply']) => signIn(scene, { reply })
  await assert.rejects(
    elsewhere((response) =>
      response.writeHead(302, { location: `${scene.provider.issuer}/elsewhere` }).end(),
    ),
    refuses('openid-refused'),
  )
  assert.ok(!scene.provider.asked.some((line) => line.includes('elsewhere')))
  await assert.rejects(
    elsewhere((response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(`{"a":"${'a'.repeat(300_000)}"}`)
    }),
    refuses('openid-unreachable', /more than 262144 bytes/),
  )
})

const wrongly: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'another issuer': { issuer: 'http://127.0.0.1:1' },
  'a page that is script': { authorization_endpoint: 'javascript:alert(1)' },
  'no page': { authorization_endpoint: undefined },
}

for (const [name, said] of Object.entries(wrongly)) {
  test(`a provider that names ${name} is not gone to`, async (t) => {
    const { openid, provider } = await open(t)
    Object.assign(provider.says, said)
    await assert.rejects(openid.begin(), refuses('openid-unreachable'))
  })
}

test('a provider that is away says so, and is asked again the next time', async (t) => {
  const { openid, provider } = await open(t)
  const { issuer } = provider.says
  provider.says['issuer'] = 'http://127.0.0.1:1'
  await assert.rejects(openid.begin(), refuses('openid-unreachable', /sign in with a passkey/))
  provider.says['issuer'] = issuer
  await openid.begin()
})
