import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { http } from '../../../test/console/client.ts'
import type { Got } from '../../../test/console/client.ts'
import { openHost } from '../../../test/console/host.ts'
import type { Host } from '../../../test/console/host.ts'
import { openFakeProvider } from '../../../test/console/openid-provider.ts'
import type { FakeProvider } from '../../../test/console/openid-provider.ts'
import { openIdOver } from '../../../test/console/openid-scene.ts'
import type { Person } from '../../../test/console/world.ts'
import type { PasskeyId } from '../../domain/names.ts'

interface Scene {
  readonly host: Host
  readonly provider: FakeProvider
  readonly ann: Person
  readonly eve: Person
}

async function open(t: TestContext): Promise<Scene> {
  const provider = await openFakeProvider()
  const people = { 'user-1': 'ann', 'user-2': 'bob', 'user-3': 'otto' }
  const host = await openHost({ openid: openIdOver({ issuer: provider.issuer, people }) })
  t.after(async () => {
    await host.close()
    await provider.close()
    assert.deepEqual(host.faults, [])
  })
  const ann = await host.world.enrol('ann', ['owner'])
  const eve = await host.world.enrol('eve', ['approver'])
  await host.world.enrol('otto', ['auditor'])
  return { host, provider, ann, eve }
}

interface SignedIn {
  get(path: string): Promise<Got>
  post(path: string, body: object): Promise<Got>
}

/** By the provider's word alone. */
async function signIn({ host, provider }: Scene, sub: string): Promise<SignedIn> {
  const headers: Record<string, string> = {
    ...{ host: new URL(host.origin).host, origin: host.origin, 'sec-fetch-site': 'same-origin' },
    'content-type': 'application/json',
  }
  const post = (path: string, body: object): Promise<Got> =>
    http(host.port, path, { method: 'POST', headers: { ...headers }, body: JSON.stringify(body) })
  const begun = (await post('/api/openid/begin', {})).json
  const answer = provider.code(String(begun['location']), { claims: { sub } })
  const welcome = await post('/api/openid/finish', { answer, half: begun['half'] })
  headers['cookie'] = welcome.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  headers['holdpoint-page'] = String(welcome.json['page'])
  return { post, get: (path) => http(host.port, path, { headers: { ...headers } }) }
}

test('the word of the provider reads; a release takes a passkey, and of that person', async (t) => {
  const scene = await open(t)
  const { host, ann, eve } = scene
  const { hold } = await host.world.arrive()
  const session = await signIn(scene, 'user-1')
  assert.equal((await session.get(`/api/holds/${hold}`)).status, 200)
  const asking = { answer: 'release', note: '', impactSeen: true }
  const ask = async (): Promise<{ nonce: string; options: { challenge: string } }> =>
    (await session.post(`/api/holds/${hold}/challenge`, asking)).json as never
  const settle = (nonce: string, response: unknown): Promise<Got> =>
    session.post(`/api/holds/${hold}/settle`, { nonce, response })
  for (const nothing of [null, {}, 'openid']) {
    assert.equal((await settle((await ask()).nonce, nothing)).code, 'assertion-refused')
  }
  const theirs = await ask()
  const refused = await settle(theirs.nonce, eve.passkey.assert(theirs.options))
  assert.equal(refused.code, 'assertion-refused', 'another person’s passkey')
  assert.equal(host.world.holds.state(hold)?.kind, 'waiting')
  const own = await ask()
  assert.equal((await settle(own.nonce, ann.passkey.assert(own.options))).status, 200)
  assert.equal(host.world.holds.state(hold)?.kind, 'released')
})

test('whoever is not enrolled, and an auditor, change nothing by it', async (t) => {
  const scene = await open(t)
  const { hold } = await scene.host.world.arrive()
  for (const sub of ['user-2', 'user-3']) {
    const session = await signIn(scene, sub)
    assert.equal((await session.get('/api/people')).status, 200)
    for (const [path, body] of [
      [`/api/holds/${hold}/challenge`, { answer: 'refuse', note: '', impactSeen: true }],
      ['/api/stop', { agent: null }],
    ] as const) {
      const got = await session.post(path, body)
      assert.deepEqual([got.status, got.code], [403, 'may-not-answer'], `${sub} ${path}`)
    }
  }
})

test('whose passkeys are all revoked has no role left, whatever the provider says', async (t) => {
  const scene = await open(t)
  const { host, ann, eve } = scene
  const session = await signIn(scene, 'user-1')
  const passkey = ann.passkey.id as PasskeyId
  await host.world.ledger.append({ kind: 'passkey-revoked', passkey, by: eve.name })
  const seen = (await session.get('/api/session')).json
  assert.deepEqual(seen, { person: 'ann', roles: [], means: 'openid', enrolled: false })
  assert.equal((await session.post('/api/stop', { agent: null })).code, 'may-not-answer')
  const invited = { person: 'ann', roles: ['owner'] }
  const options = await session.post('/api/invite/options', invited)
  assert.deepEqual([options.status, options.code], [403, 'may-not-invite'])
})

test('without a provider there is none, and the page is told so', async (t) => {
  const host = await openHost()
  t.after(() => host.close())
  const headers = { host: new URL(host.origin).host, origin: host.origin }
  const means = await http(host.port, '/api/sign-in/means', { headers })
  assert.deepEqual(means.json, { openid: null })
  const body = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } }
  const begun = await http(host.port, '/api/openid/begin', { ...body, body: '{}' })
  assert.deepEqual([begun.status, begun.code], [404, 'not-found'])
})
