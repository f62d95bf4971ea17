import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { openWorld, worldStart } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import type { Misbehaviour } from '../../test/authenticator.ts'
import { Fault } from '../domain/fault.ts'
import type { DecisionId, Instant, PersonName, UpstreamName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { systemRandom } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { PurgeAsked, PurgeBinding, TrashItem } from './keeper.ts'
import { createPurges } from './purges.ts'
import type { AskedPurge, Purges } from './purges.ts'

const item: TrashItem = {
  upstream: 'shop-db' as UpstreamName,
  database: 'shop',
  action: 'req_0001',
  decision: 'dec_0001' as DecisionId,
  at: '2026-01-01T00:00:01.000Z',
  kind: 'rows',
  statement: 'DELETE FROM users',
  tables: [{ schema: 'public', name: 'users', rows: 9 }],
  bytes: 2048,
  expiresAt: '2026-01-08T00:00:01.000Z' as Instant,
  undoneAt: null,
}
const asker = 'operator' as PersonName

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly purges: Purges
  readonly purged: PurgeAsked[]
  readonly owner: Person
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const owner = await world.enrol('alice', ['owner'])
  const purged: PurgeAsked[] = []
  const { store, passkeys, site } = world
  const purges = createPurges({
    ...{ store, passkeys, rpId: site.rpId, minutes: 60, clock, random: systemRandom },
    keeper: {
      purge(asked) {
        purged.push(asked)
        return Promise.resolve({ purged: true, bytes: 2048, because: [] })
      },
    },
  })
  return { world, clock, purges, purged, owner }
}

function refuses(code: string): (fault: unknown) => boolean {
  return (fault) => fault instanceof Fault && fault.code === code && /; /.test(fault.message)
}

function answer(
  { purges, owner }: Scene,
  kind: PurgeBinding['answer'],
  wrong: Misbehaviour = {},
): { asked: AskedPurge; settle: () => ReturnType<Purges['settle']> } {
  const { id } = purges.ask(item, asker)
  const asked = purges.challenge(id, owner.name, kind)
  const response = owner.passkey.assert(asked.options, wrong)
  return { asked, settle: () => purges.settle(owner.name, asked.nonce, response) }
}

test('asking purges nothing; a passkey that signs exactly that does, once', async (t) => {
  const scene = await open(t)
  const { asked, settle } = answer(scene, 'release')
  assert.equal(scene.purged.length, 0)
  const outcome = await settle()
  assert.equal(outcome.kind, 'purged')
  const [done] = scene.purged
  assert.ok(done !== undefined)
  assert.deepEqual([done.item, done.by], [item, 'alice'])
  // What stands in the ledger is what was signed: anyone who is shown the rest can check it.
  assert.equal(done.request, sha256(canonicalJson(asked.binding)))
  const challenge = Buffer.from(done.request, 'hex').toString('base64url')
  const signed = JSON.parse(Buffer.from(done.signed).toString()) as {
    assertion: { clientDataJSON: string }
  }
  const seen = Buffer.from(signed.assertion.clientDataJSON, 'base64url').toString()
  assert.equal((JSON.parse(seen) as { challenge: string }).challenge, challenge)
  await assert.rejects(settle(), refuses('challenge-unknown'))
  assert.deepEqual(scene.purges.waiting(), [])
  assert.equal(scene.purged.length, 1)
})

test('a no is a no, and silence is one', async (t) => {
  const scene = await open(t)
  assert.deepEqual(await answer(scene, 'refuse').settle(), { kind: 'refused' })
  const { id } = scene.purges.ask(item, asker)
  assert.equal(scene.purges.ask(item, asker).id, id, 'asking again is the same one')
  scene.clock.advance(61 * 60)
  assert.deepEqual(scene.purges.waiting(), [])
  const late = (): unknown => scene.purges.challenge(id, scene.owner.name, 'release')
  assert.throws(late, refuses('purge-over'))
  assert.deepEqual(scene.purged, [])
})

test('an answer that was begun in time does not count when it comes too late', async (t) => {
  const scene = await open(t)
  const { id } = scene.purges.ask(item, asker)
  scene.clock.advance(58 * 60)
  const asked = scene.purges.challenge(id, scene.owner.name, 'release')
  scene.clock.advance(3 * 60)
  const response = scene.owner.passkey.assert(asked.options)
  const settling = scene.purges.settle(scene.owner.name, asked.nonce, response)
  await assert.rejects(settling, refuses('purge-over'))
  assert.deepEqual(scene.purged, [])
})

test('two answers at once purge once', async (t) => {
  const scene = await open(t)
  const settles = [answer(scene, 'release'), answer(scene, 'release')].map(({ settle }) => settle())
  const results = await Promise.allSettled(settles)
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(scene.purged.length, 1)
})

const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  'another origin': { origin: 'http://localhost:3000' },
  'another relying party': { rpId: 'example.com' },
  'another challenge': { challenge: 'AAAA' },
  'nobody verified': { userVerified: false },
}

for (const [name, wrong] of Object.entries(misbehaviours)) {
  test(`nothing is purged with ${name}`, async (t) => {
    const scene = await open(t)
    await assert.rejects(answer(scene, 'release', wrong).settle(), refuses('assertion-refused'))
    assert.deepEqual(scene.purged, [])
    assert.equal(scene.purges.waiting().length, 1)
  })
}

test('neither an auditor, an agent, nor a stranger purges, nor one with another passkey', async (t) => {
  const scene = await open(t)
  const bob = await scene.world.enrol('bob', ['auditor'])
  const { id } = scene.purges.ask(item, asker)
  for (const name of [bob.name, 'cursor' as PersonName, asker]) {
    const asking = (): unknown => scene.purges.challenge(id, name, 'release')
    assert.throws(asking, refuses('may-not-answer'))
  }
  const asked = scene.purges.challenge(id, scene.owner.name, 'release')
  const forged = bob.passkey.assert(asked.options)
  const settling = scene.purges.settle(scene.owner.name, asked.nonce, forged)
  await assert.rejects(settling, refuses('assertion-refused'))
  const again = scene.purges.challenge(id, scene.owner.name, 'release')
  const signed = scene.owner.passkey.assert(again.options)
  const other = scene.purges.settle(bob.name, again.nonce, signed)
  await assert.rejects(other, refuses('challenge-unknown'))
  assert.deepEqual(scene.purged, [])
})

test('a yes to one is no yes to another', async (t) => {
  const scene = await open(t)
  const one = answer(scene, 'refuse')
  const other = scene.purges.ask({ ...item, action: 'req_0002' }, asker)
  const asked = scene.purges.challenge(other.id, scene.owner.name, 'release')
  const response = scene.owner.passkey.assert(one.asked.options)
  const settling = scene.purges.settle(scene.owner.name, asked.nonce, response)
  await assert.rejects(settling, refuses('assertion-refused'))
  assert.deepEqual(scene.purged, [])
})

test('more than a hundred do not pile up', async (t) => {
  const { purges } = await open(t)
  for (let n = 0; n < 100; n++) purges.ask({ ...item, action: `req_${n}` }, asker)
  assert.throws(() => purges.ask(item, asker), refuses('purges-full'))
})
