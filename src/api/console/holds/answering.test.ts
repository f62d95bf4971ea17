import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient, http, inviteClient } from '../../../../test/console/client.ts'
import type { Client, Got } from '../../../../test/console/client.ts'
import { openHost } from '../../../../test/console/host.ts'
import type { Host } from '../../../../test/console/host.ts'
import type { Attention } from '../../../domain/fact.ts'
import type { HoldId, LeaseId, PersonName } from '../../../domain/names.ts'
import { createFakeClock } from '../../../system/clock.ts'
import type { FakeClock } from '../../../system/clock.ts'

interface Scene {
  readonly host: Host
  readonly alice: Client
  readonly clock: FakeClock
}

const owner = { person: 'alice' as PersonName, roles: ['owner'] as const }

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock('2026-04-24T02:13:00.000Z')
  const host = await openHost({ clock })
  t.after(async () => {
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { code } = await host.world.people.openEnrolment(owner)
  return { host, clock, alice: await enrolClient(host, code) }
}

interface Asked {
  readonly nonce: string
  readonly options: Readonly<{ challenge: string }>
}

async function arrive({ host }: Scene, count: number): Promise<readonly HoldId[]> {
  const holds: HoldId[] = []
  for (let i = 0; i < count; i++) {
    holds.push((await host.world.arrive({ query: `mutation { m${i} }` })).hold)
  }
  return holds
}

/** Answers without opening it first. */
async function answer(
  client: Client,
  hold: HoldId,
  how: 'release' | 'refuse',
  impactSeen: boolean,
): Promise<Got> {
  const asked = await client.post(`/api/holds/${hold}/challenge`, {
    ...{ answer: how, note: '', impactSeen },
  })
  if (asked.status !== 200) return asked
  const { nonce, options } = asked.json as never as Asked
  const response = client.passkey.assert(options)
  return client.post(`/api/holds/${hold}/settle`, { nonce, response })
}

function attentionOf({ host }: Scene): Attention | undefined {
  const entries = host.world.store.entries(0, 1000).toReversed()
  for (const { fact } of entries) {
    if (fact.kind === 'approved') return fact.attention
    if (fact.kind === 'settled' && fact.settlement.kind === 'refused')
      return fact.settlement.attention
  }
  return undefined
}

function statesOf({ host }: Scene, holds: readonly HoldId[]): readonly (string | undefined)[] {
  return holds.map((hold) => host.world.holds.state(hold)?.kind)
}

test('how long a person looked is measured here, from the first showing', async (t) => {
  const scene = await open(t)
  const [calm, hasty, refused] = await arrive(scene, 3)
  assert.ok(calm !== undefined && hasty !== undefined && refused !== undefined)
  await scene.alice.get(`/api/holds/${calm}`)
  scene.clock.advance(20)
  await scene.alice.get(`/api/holds/${calm}`)
  await answer(scene.alice, calm, 'release', true)
  const alone = { together: 1 } as const
  assert.deepEqual(attentionOf(scene), {
    ...{ milliseconds: 20_000, impactSeen: true, ...alone, marks: [] },
  })
  await scene.alice.get(`/api/holds/${hasty}`)
  scene.clock.advance(2)
  await answer(scene.alice, hasty, 'release', false)
  const marks = ['hasty', 'impact-unseen']
  assert.deepEqual(attentionOf(scene), {
    ...{ milliseconds: 2000, impactSeen: false, ...alone, marks },
  })
  await scene.alice.get(`/api/holds/${refused}`)
  scene.clock.advance(2)
  await answer(scene.alice, refused, 'refuse', false)
  assert.deepEqual(attentionOf(scene), {
    ...{ milliseconds: 2000, impactSeen: false, ...alone, marks: [] },
  })
})

test('time counts until the press, not until the passkey answers', async (t) => {
  const scene = await open(t)
  const { alice, clock } = scene
  const [hold] = await arrive(scene, 1)
  await alice.get(`/api/holds/${hold}`)
  clock.advance(1)
  const body = { answer: 'release', note: '', impactSeen: true }
  const { nonce, options } = (await alice.post(`/api/holds/${hold}/challenge`, body))
    .json as never as Asked
  clock.advance(60)
  await alice.post(`/api/holds/${hold}/settle`, { nonce, response: alice.passkey.assert(options) })
  assert.equal(attentionOf(scene)?.milliseconds, 1000)
  assert.deepEqual(attentionOf(scene)?.marks, ['hasty'])
})

test('what was shown to another person, or in another session, was not shown', async (t) => {
  const scene = await open(t)
  const { host, alice } = scene
  const bob = await inviteClient(host, alice, { person: 'bob', roles: ['approver'] })
  const [one, two] = await arrive(scene, 2)
  assert.ok(one !== undefined && two !== undefined)
  await alice.get(`/api/holds/${one}`)
  await alice.get('/api/holds')
  scene.clock.advance(60)
  assert.equal((await answer(bob, one, 'release', true)).status, 200)
  assert.deepEqual(attentionOf(scene)?.marks, ['not-shown'])
  assert.equal((await answer(alice, two, 'release', true)).status, 200)
  assert.deepEqual(attentionOf(scene)?.marks, ['not-shown'], 'a list shows no hold')
})

test('whether the impact was seen must be said, and nothing else may be', async (t) => {
  const scene = await open(t)
  const { alice } = scene
  const [hold] = await arrive(scene, 1)
  const path = `/api/holds/${hold}/challenge`
  const good = { answer: 'release', note: '', impactSeen: true }
  for (const body of [
    { answer: 'release', note: '' },
    { ...good, impactSeen: 'yes' },
    { ...good, milliseconds: 60_000 },
    { ...good, marks: [] },
  ]) {
    assert.equal((await alice.post(path, body)).code, 'body-malformed')
  }
  assert.equal((await alice.post(path, good)).status, 200)
})

test('several holds of one plan are released with one press, each shown before', async (t) => {
  const scene = await open(t)
  const { alice } = scene
  const holds = await arrive(scene, 3)
  const ask = (body: object): Promise<Got> =>
    alice.post('/api/holds/together/challenge', {
      ...{ holds, answer: 'release', note: '', impactSeen: holds, ...body },
    })
  assert.equal((await ask({})).code, 'not-shown')
  for (const hold of holds.slice(1)) await alice.get(`/api/holds/${hold}`)
  assert.equal((await ask({})).code, 'not-shown', 'each of them')
  await alice.get(`/api/holds/${holds[0]}`)
  assert.equal((await ask({ impactSeen: holds.slice(1) })).code, 'impact-unseen')
  assert.equal((await ask({ holds: holds.slice(0, 1) })).code, 'together-count')
  assert.equal((await ask({ answer: 'refuse' })).code, 'body-malformed')
  assert.equal((await ask({ note: 'why not' })).code, 'body-malformed')
  assert.equal((await ask({ impactSeen: undefined })).code, 'body-malformed')
  assert.deepEqual(new Set(statesOf(scene, holds)), new Set(['waiting']))
  const { json } = await alice.releaseTogether(holds)
  const states = json['states'] as Readonly<Record<string, unknown>>
  for (const hold of holds) assert.deepEqual(states[hold], { kind: 'released', by: ['alice'] })
})

test('an auditor is not asked, and another person cannot settle what one was asked', async (t) => {
  const scene = await open(t)
  const { host, alice } = scene
  const bob = await inviteClient(host, alice, { person: 'bob', roles: ['approver'] })
  const ida = await inviteClient(host, alice, { person: 'ida', roles: ['auditor'] })
  const holds = await arrive(scene, 2)
  assert.equal((await ida.releaseTogether(holds)).code, 'may-not-answer')
  for (const hold of holds) await alice.get(`/api/holds/${hold}`)
  const body = { holds, answer: 'release', note: '', impactSeen: holds }
  const { json } = await alice.post('/api/holds/together/challenge', body)
  const { nonce, options } = json as never as Asked
  const stolen = { nonce, response: alice.passkey.assert(options) }
  assert.equal((await ida.post('/api/holds/together/settle', stolen)).code, 'may-not-answer')
  assert.equal((await bob.post('/api/holds/together/settle', stolen)).code, 'challenge-unknown')
  assert.deepEqual(statesOf(scene, holds), ['waiting', 'waiting'])
  const other = await host.world.arrive({ lease: 'lease_two' as LeaseId })
  const mixed = [...holds.slice(0, 1), other.hold]
  assert.equal((await alice.releaseTogether(mixed)).code, 'not-one-plan')
})

test('nothing is released by looking, by a link or by whatever a link says', async (t) => {
  const scene = await open(t)
  const { host, alice } = scene
  const holds = await arrive(scene, 2)
  const size = host.world.ledger.size()
  const [hold] = holds
  const links = [
    `/holds/${hold}`,
    `/holds/${hold}?answer=release&release=true&confirm=1&from=e-mail`,
    `/api/holds/${hold}`,
    `/api/holds/${hold}?answer=release&impactSeen=true&note=`,
    `/api/holds/${hold}/challenge?answer=release&note=&impactSeen=true`,
    `/api/holds/${hold}/settle?nonce=${'A'.repeat(43)}`,
    `/api/holds/${hold}/release`,
    `/api/holds/together/challenge?holds=${holds.join(',')}&answer=release`,
    `/api/holds/together/settle?answer=release`,
    '/api/holds?release=all',
  ]
  for (const path of links) {
    for (const headers of [alice.headers, { host: alice.headers['host'] ?? '' }]) {
      await http(host.port, path, { headers })
      await http(host.port, path, { headers, method: 'HEAD' })
    }
  }
  assert.equal(host.world.ledger.size(), size, 'nothing was written')
  assert.deepEqual(statesOf(scene, holds), ['waiting', 'waiting'])
})

test('time releases nothing: what nobody answers is over, and was never let through', async (t) => {
  const scene = await open(t)
  const { host, alice, clock } = scene
  const arrived = await host.world.arrive({ release: 'two-person' })
  const bob = await inviteClient(host, alice, { person: 'bob', roles: ['approver'] })
  await bob.answer(arrived.hold, 'release')
  for (let minute = 0; minute < 62; minute++) {
    clock.advance(60)
    await host.world.holds.expire()
    const answered = host.world.holds.answerFor(
      ...([arrived.request, arrived.decision, host.world.standing] as const),
    )
    assert.notEqual(answered?.kind, 'released')
  }
  assert.deepEqual(statesOf(scene, [arrived.hold]), ['expired'])
  const kinds = host.world.store.entries(0, 1000).flatMap(({ fact }) => {
    return fact.kind === 'settled' ? [fact.settlement.kind] : []
  })
  assert.deepEqual(kinds, ['expired'])
})
