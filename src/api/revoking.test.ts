import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { createAuthenticator } from '../../test/authenticator.ts'
import type { Authenticator } from '../../test/authenticator.ts'
import { answerHold, openWorld, worldStart } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import type { Role } from '../domain/fact.ts'
import type { PasskeyId, PersonName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import { createDeeds } from './deeds.ts'
import { approvedWith } from './revoking.ts'

const refuses = (code: string) => ({ name: 'Fault', code })

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  revoke(by: Person, of: Person, with_?: Authenticator): Promise<void>
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const deeds = createDeeds({ ...world, rpId: 'localhost', clock, random: systemRandom })
  return {
    ...{ world, clock },
    async revoke(by, of, with_ = by.passkey) {
      const passkey = of.passkey.id as PasskeyId
      const deed = { kind: 'passkey-revoke', passkey, person: of.name } as const
      const asked = deeds.challenge(by.name, deed)
      await deeds.settle(by.name, asked.nonce, with_.assert(asked.options))
    },
  }
}

/** Another passkey of theirs, signed for with the one that they have. */
async function addOwn({ world }: Scene, { name, passkey }: Person): Promise<Person> {
  const roles = world.store.person(name)?.roles ?? []
  const asked = world.people.inviteOptions(name, { person: name, roles })
  const { code } = await world.people.invite(name, asked.nonce, passkey.assert(asked.options))
  const added = createAuthenticator({ origin: 'http://localhost:7401', rpId: 'localhost' })
  const { nonce, options } = await world.people.enrolOptions(code)
  await world.people.enrol(code, nonce, added.register(options))
  return { name, passkey: added }
}

function live({ world }: Scene, name: string): number {
  const passkeys = world.store.person(name as PersonName)?.passkeys ?? []
  return passkeys.filter(({ revokedAt }) => revokedAt === null).length
}

for (const role of ['owner', 'approver', 'auditor'] as const) {
  test(`whoever is enrolled adds a passkey of their own: ${role}`, async (t) => {
    const scene = await open(t)
    if (role !== 'owner') await scene.world.enrol('first', ['owner'])
    const person = await scene.world.enrol('person', [role])
    await addOwn(scene, person)
    assert.equal(live(scene, 'person'), 2)
    assert.deepEqual(scene.world.store.person(person.name)?.roles, [role])
  })
}

test('nobody adds one in other roles, for another, or with the passkey of another', async (t) => {
  const { world } = await open(t)
  await world.enrol('alice', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  const eve = await world.enrol('eve', ['auditor'])
  const ask = (by: Person, person: string, roles: readonly Role[]) =>
    world.people.inviteOptions(by.name, { person: person as PersonName, roles })
  assert.throws(() => ask(bob, 'bob', ['owner']), refuses('name-taken'))
  assert.throws(() => ask(bob, 'eve', ['auditor']), refuses('may-not-invite'))
  assert.throws(() => ask(bob, 'new', ['approver']), refuses('may-not-invite'))
  const asked = ask(bob, 'bob', ['approver'])
  const forged = world.people.invite(bob.name, asked.nonce, eve.passkey.assert(asked.options))
  await assert.rejects(forged, refuses('assertion-refused'))
})

test('what an invitation was signed with is kept beside it', async (t) => {
  const scene = await open(t)
  const alice = await scene.world.enrol('alice', ['owner'])
  await addOwn(scene, alice)
  const entries = scene.world.store.entries(0, 100)
  const opened = entries.filter(({ fact }) => fact.kind === 'enrolment-opened')
  const [first, own] = opened.map(({ index }) => scene.world.store.beside(index))
  assert.equal(first, null, 'the code of the terminal was signed by nobody')
  const kept = JSON.parse(Buffer.from(own?.bytes ?? []).toString()) as {
    binding: { profile: string; by: string; person: string }
    assertion: { passkey: string }
  }
  assert.equal(kept.binding.profile, 'holdpoint/invite/1')
  assert.deepEqual([kept.binding.by, kept.binding.person], ['alice', 'alice'])
  assert.equal(kept.assertion.passkey, alice.passkey.id)
})

test('an owner revokes any, everyone their own, and nobody else', async (t) => {
  const scene = await open(t)
  const { world } = scene
  const alice = await world.enrol('alice', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  const eve = await world.enrol('eve', ['auditor'])
  await assert.rejects(scene.revoke(bob, eve), refuses('may-not-revoke'))
  await assert.rejects(scene.revoke(eve, alice), refuses('may-not-revoke'))
  await assert.rejects(scene.revoke(alice, bob, eve.passkey), refuses('assertion-refused'))
  const second = await addOwn(scene, bob)
  await scene.revoke(bob, second)
  assert.equal(live(scene, 'bob'), 1)
  await scene.revoke(alice, bob)
  await scene.revoke(eve, eve)
  assert.deepEqual([live(scene, 'bob'), live(scene, 'eve')], [0, 0])
  await assert.rejects(scene.revoke(alice, bob), refuses('already-ended'))
  const entry = world.store.entries(0, 200).find(({ fact }) => fact.kind === 'passkey-revoked')
  const kept = Buffer.from(world.store.beside(entry?.index ?? -1)?.bytes ?? []).toString()
  assert.match(kept, /"kind":"passkey-revoke"/)
  assert.match(kept, /"signature"/)
})

test('the last passkey of the last owner stays, also when two try at once', async (t) => {
  const scene = await open(t)
  const alice = await scene.world.enrol('alice', ['owner'])
  await assert.rejects(scene.revoke(alice, alice), refuses('last-owner'))
  const bob = await scene.world.enrol('bob', ['owner'])
  const both = await Promise.allSettled([scene.revoke(alice, bob), scene.revoke(bob, alice)])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(live(scene, 'alice') + live(scene, 'bob'), 1)
})

test('it can be told which approvals a revocation will void, and it does', async (t) => {
  const scene = await open(t)
  const { world } = scene
  const owner = await world.enrol('olga', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  const carol = await world.enrol('carol', ['approver'])
  const dave = await world.enrol('dave', ['approver'])
  const { hold } = await world.arrive({ release: 'two-person' })
  await answerHold(world, hold, bob)
  const passkey = bob.passkey.id as PasskeyId
  assert.deepEqual(approvedWith(world.store, passkey), [hold])
  assert.deepEqual(approvedWith(world.store, carol.passkey.id as PasskeyId), [])
  await scene.revoke(owner, bob)
  assert.equal((await answerHold(world, hold, carol)).kind, 'waiting', 'bob counts no more')
  assert.equal((await answerHold(world, hold, dave)).kind, 'released')
})

test('who has lost every passkey comes back by an owner, under their name, in their roles', async (t) => {
  const scene = await open(t)
  const { world } = scene
  const alice = await world.enrol('alice', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  const again = (roles: readonly Role[]) =>
    world.people.inviteOptions(alice.name, { person: bob.name, roles })
  assert.throws(() => again(['approver']), refuses('name-taken'), 'bob has one still')
  await scene.revoke(alice, bob)
  assert.throws(() => again(['owner']), refuses('name-taken'))
  const own = () => world.people.inviteOptions(bob.name, { person: bob.name, roles: ['approver'] })
  assert.throws(own, refuses('may-not-invite'), 'not by himself')
  const asked = again(['approver'])
  const response = alice.passkey.assert(asked.options)
  const { code } = await world.people.invite(alice.name, asked.nonce, response)
  const added = createAuthenticator({ origin: 'http://localhost:7401', rpId: 'localhost' })
  const { nonce, options } = await world.people.enrolOptions(code)
  await world.people.enrol(code, nonce, added.register(options))
  assert.equal(live(scene, 'bob'), 1)
})

test('signing in is written down, with the passkey', async (t) => {
  const { world } = await open(t)
  const alice = await world.enrol('alice', ['owner'])
  const { nonce, options } = world.people.signInOptions()
  await world.people.signIn(nonce, alice.passkey.assert(options))
  const { fact } = world.store.entries(0, 100).at(-1) ?? {}
  const how = { kind: 'passkey', passkey: alice.passkey.id }
  assert.deepEqual(fact, { kind: 'signed-in', person: 'alice', how })
})
