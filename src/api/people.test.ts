import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { Role } from '../domain/fact.ts'
import type { PasskeyId, PersonName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { createAuthenticator } from '../../test/authenticator.ts'
import type { Authenticator, Misbehaviour } from '../../test/authenticator.ts'
import { openWorld, testSite, worldStart } from '../../test/console/world.ts'
import type { World } from '../../test/console/world.ts'

const alice = { person: 'alice' as PersonName, roles: ['owner'] as readonly Role[] }
const bob = { person: 'bob' as PersonName, roles: ['approver'] as readonly Role[] }
const refuses = (code: string) => ({ name: 'Fault', code })

async function open(t: TestContext): Promise<{ world: World; clock: FakeClock }> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  return { world, clock }
}

function newPasskey(): Authenticator {
  return createAuthenticator({ origin: 'http://localhost:7401', rpId: 'localhost' })
}

async function use(world: World, code: string, wrong: Misbehaviour = {}): Promise<unknown> {
  const { nonce, options } = await world.people.enrolOptions(code)
  return world.people.enrol(code, nonce, newPasskey().register(options, wrong))
}

test('the first person enrols by a code, which is kept nowhere as it is', async (t) => {
  const { world } = await open(t)
  const { code } = await world.people.openEnrolment(alice)
  assert.match(code, /^hpe_[a-z2-9]{16}$/)
  await use(world, code.toUpperCase())
  assert.deepEqual(world.store.person(alice.person)?.roles, ['owner'])
  assert.ok(!JSON.stringify(world.store.entries(0, 100)).includes(code))
})

test('a code is used once, lives ten minutes, and a made-up one opens nothing', async (t) => {
  const { world, clock } = await open(t)
  const late = await world.people.openEnrolment(alice)
  clock.advance(601)
  await assert.rejects(use(world, late.code), refuses('code-unknown'))
  const { code } = await world.people.openEnrolment(alice)
  await use(world, code)
  await assert.rejects(use(world, code), refuses('code-unknown'))
  await assert.rejects(use(world, 'hpe_aaaaaaaaaaaaaaaa'), refuses('code-unknown'))
  await assert.rejects(use(world, ''), refuses('code-unknown'))
})

test('a code may be tried five times', async (t) => {
  const { world } = await open(t)
  const { code } = await world.people.openEnrolment(alice)
  for (let i = 0; i < 5; i++) {
    await assert.rejects(use(world, code, { userVerified: false }), refuses('passkey-refused'))
  }
  await assert.rejects(use(world, code), refuses('code-unknown'))
})

const misbehaviours: Readonly<Record<string, Misbehaviour>> = {
  'another origin': { origin: 'http://localhost:3000' },
  'another relying party': { rpId: 'example.com' },
  'a cross-origin frame': { crossOrigin: true },
  'another challenge': { challenge: 'AAAA' },
  'an assertion instead': { type: 'webauthn.get' },
  'nobody verified': { userVerified: false },
}

for (const [name, wrong] of Object.entries(misbehaviours)) {
  test(`a passkey is not enrolled with ${name}`, async (t) => {
    const { world } = await open(t)
    const { code } = await world.people.openEnrolment(alice)
    await assert.rejects(use(world, code, wrong), refuses('passkey-refused'))
    assert.equal(world.store.people().length, 0)
    await use(world, code)
  })
}

test('two codes of the beginning make one first person, also when used at once', async (t) => {
  const { world } = await open(t)
  const first = await world.people.openEnrolment(alice)
  const second = await world.people.openEnrolment({ ...alice, person: 'mallory' as PersonName })
  const results = await Promise.allSettled([use(world, first.code), use(world, second.code)])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(world.store.people().length, 1)
})

test('once somebody is enrolled, the terminal opens no more enrolments', async (t) => {
  const { world } = await open(t)
  await world.enrol('alice', ['owner'])
  await assert.rejects(world.people.openEnrolment(bob), refuses('enrolment-closed'))
})

test('the first person is an owner, roles are known ones, an auditor has no other', async (t) => {
  const { world } = await open(t)
  const opened = (person: string, roles: readonly string[]) =>
    world.people.openEnrolment({ person: person as PersonName, roles: roles as readonly Role[] })
  await assert.rejects(opened('alice', ['approver']), refuses('enrolment-roles'))
  await assert.rejects(opened('alice', ['owner', 'king']), refuses('enrolment-roles'))
  await assert.rejects(opened('alice', ['owner', 'owner']), refuses('enrolment-roles'))
  await assert.rejects(opened('alice', ['owner', 'auditor']), refuses('enrolment-roles'))
  await assert.rejects(opened('Alice\u202e', ['owner']), refuses('name-invalid'))
})

test("an owner's passkey invites exactly one person, once", async (t) => {
  const { world } = await open(t)
  const owner = await world.enrol('alice', ['owner'])
  const asked = world.people.inviteOptions(owner.name, bob)
  const response = owner.passkey.assert(asked.options)
  const { code } = await world.people.invite(owner.name, asked.nonce, response)
  const again = world.people.invite(owner.name, asked.nonce, response)
  await assert.rejects(again, refuses('challenge-unknown'))
  await use(world, code)
  assert.deepEqual(world.store.person(bob.person)?.roles, ['approver'])
})

test('approvers and strangers invite nobody, and nobody invites for an owner', async (t) => {
  const { world } = await open(t)
  const owner = await world.enrol('alice', ['owner'])
  const approver = await world.enrol('bob', ['approver'])
  const invited = { ...bob, person: 'eve' as PersonName }
  for (const name of ['bob', 'cursor', 'nobody']) {
    const asking = () => world.people.inviteOptions(name as PersonName, invited)
    assert.throws(asking, refuses('may-not-invite'))
  }
  const asked = world.people.inviteOptions(owner.name, invited)
  const forged = approver.passkey.assert(asked.options)
  const inviting = world.people.invite(owner.name, asked.nonce, forged)
  await assert.rejects(inviting, refuses('assertion-refused'))
})

test('a code that an owner gave ends with the passkey of that owner', async (t) => {
  const { world } = await open(t)
  const owner = await world.enrol('alice', ['owner'])
  await world.enrol('bob', ['owner'])
  const asked = world.people.inviteOptions(owner.name, { ...bob, person: 'eve' as PersonName })
  const { code } = await world.people.invite(
    owner.name,
    asked.nonce,
    owner.passkey.assert(asked.options),
  )
  const passkey = owner.passkey.id as PasskeyId
  await world.ledger.append({ kind: 'passkey-revoked', passkey, by: bob.person })
  await assert.rejects(use(world, code), refuses('code-unknown'))
})

test('nobody enrols a passkey in the name of another, nor in other roles', async (t) => {
  const { world } = await open(t)
  const owner = await world.enrol('alice', ['owner'])
  await world.enrol('bob', ['approver'])
  assert.throws(() => world.people.inviteOptions(owner.name, bob), refuses('name-taken'))
  const other = { ...alice, roles: ['approver'] as readonly Role[] }
  assert.throws(() => world.people.inviteOptions(owner.name, other), refuses('name-taken'))
  const asked = world.people.inviteOptions(owner.name, alice)
  const { code } = await world.people.invite(
    owner.name,
    asked.nonce,
    owner.passkey.assert(asked.options),
  )
  await use(world, code)
  assert.equal(world.store.person(alice.person)?.passkeys.length, 2)
})

test('a person signs in with a passkey, an answer once', async (t) => {
  const { world } = await open(t)
  const owner = await world.enrol('alice', ['owner'])
  const { nonce, options } = world.people.signInOptions()
  const response = owner.passkey.assert(options)
  assert.deepEqual(await world.people.signIn(nonce, response), {
    person: 'alice',
    passkey: owner.passkey.id,
  })
  await assert.rejects(world.people.signIn(nonce, response), refuses('challenge-unknown'))
  const next = world.people.signInOptions()
  const replayed = world.people.signIn(next.nonce, response)
  await assert.rejects(replayed, refuses('assertion-refused'))
  assert.equal(testSite().rpId, options.rpId)
})
