import assert from 'node:assert/strict'
import { verify } from 'node:crypto'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { mandateRequest } from '../../test/cli/control.ts'
import { agent, openWorld, worldStart } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import type { SignedDeed } from '../domain/deed.ts'
import { later } from '../domain/instant.ts'
import type { AgentName, Instant, MandateId, PasskeyId } from '../domain/names.ts'
import { decodeCoseKey } from '../holds/cose.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { systemRandom } from '../system/random.ts'
import { canonicalJson } from '../wire/canonical-json.ts'
import type { DeedAsked, DeedDone } from './deed-kinds.ts'
import { createDeeds } from './deeds.ts'
import type { Deeds } from './deeds.ts'

const refuses = (code: string) => ({ name: 'Fault', code })
const mandate = 'mandate_one' as MandateId
const lease: DeedAsked = { kind: 'lease-issue', agent, mandate, minutes: 60 }

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly deeds: Deeds
  readonly alice: Person
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const deeds = createDeeds({ ...world, rpId: 'localhost', clock, random: systemRandom })
  return { world, clock, deeds, alice: await world.enrol('alice', ['owner']) }
}

async function perform({ deeds }: Scene, person: Person, asked: DeedAsked): Promise<DeedDone> {
  const { nonce, options } = deeds.challenge(person.name, asked)
  return deeds.settle(person.name, nonce, person.passkey.assert(options))
}

/** What was kept beside the newest fact of that kind. */
function keptOf({ world }: Scene, kind: string): SignedDeed {
  const entry = world.store.entries(0, 1000).findLast(({ fact }) => fact.kind === kind)
  const kept = world.store.beside(entry?.index ?? -1)
  const value = JSON.parse(Buffer.from(kept?.bytes ?? []).toString()) as
    (SignedDeed & { deed?: undefined }) | { deed: SignedDeed }
  return value.deed ?? value
}

/** docs/formats/release.md, "A deed", with node:crypto alone. */
function verifies({ binding, assertion }: SignedDeed): boolean {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')
  const client = JSON.parse(bytes(assertion.clientDataJSON).toString()) as { challenge: string }
  const digest = Buffer.from(sha256(canonicalJson(binding)), 'hex').toString('base64url')
  const signed = Buffer.concat([
    bytes(assertion.authenticatorData),
    Buffer.from(sha256(bytes(assertion.clientDataJSON)), 'hex'),
  ])
  const { key, hash } = decodeCoseKey(bytes(assertion.publicKey))
  return client.challenge === digest && verify(hash, signed, key, bytes(assertion.signature))
}

test('a mandate is granted exactly as it was signed, and the signature is kept', async (t) => {
  const scene = await open(t)
  const request = mandateRequest()
  const asked = scene.deeds.challenge(scene.alice.name, { kind: 'mandate-grant', request })
  scene.clock.advance(30)
  const done = await scene.deeds.settle(
    scene.alice.name,
    asked.nonce,
    scene.alice.passkey.assert(asked.options),
  )
  assert.ok(done.kind === 'mandate-grant')
  assert.deepEqual(scene.world.store.mandate(done.mandate.id)?.mandate, done.mandate)
  assert.deepEqual(asked.binding.deed, { kind: 'mandate-grant', mandate: done.mandate })
  assert.equal(done.mandate.grantedBy, 'alice')
  const kept = keptOf(scene, 'mandate-granted')
  assert.deepEqual(kept.binding, asked.binding)
  assert.ok(verifies(kept))
  const tampered = structuredClone(kept)
  Object.assign(tampered.binding.deed, { kind: 'resume' })
  assert.ok(!verifies(tampered), 'what was changed since does not verify')
})

test('a lease is issued; its token is nowhere in what is kept, and it can be proved', async (t) => {
  const scene = await open(t)
  const done = await perform(scene, scene.alice, lease)
  assert.ok(done.kind === 'lease-issue')
  assert.equal(done.lease.expiresAt, later(worldStart as Instant, 3600))
  assert.ok(verifies(keptOf(scene, 'lease-issued')))
  const token = done.token.reveal()
  const { store, leases } = scene.world
  const beside = store.besideLease(done.lease.id)
  const everything = JSON.stringify(store.entries(0, 1000)) + String(beside?.bytes)
  assert.ok(!everything.includes(token))
  assert.ok(!JSON.stringify(done).includes(token), 'it prints as its name')
  const presented = [{ place: 'authorization' as const, value: done.token }]
  assert.equal(leases.identify(presented).kind, 'known')
})

test('a stop is lifted and a frozen agent resumed, each by the one that was seen', async (t) => {
  const scene = await open(t)
  const { world, clock, alice } = scene
  const bob = await world.enrol('bob', ['approver'])
  await world.ledger.append({ kind: 'killed', agent, by: alice.name })
  const kill = world.store.killed()[0]
  const stale: DeedAsked = {
    kind: 'kill-lift',
    agent,
    since: '2026-04-24T02:12:00.000Z' as Instant,
  }
  await assert.rejects(perform(scene, bob, stale), refuses('deed-changed'))
  await perform(scene, bob, { kind: 'kill-lift', agent, since: kill?.at ?? stale.since })
  assert.deepEqual(world.store.killed(), [])
  assert.ok(verifies(keptOf(scene, 'kill-lifted')))
  const trip = { kind: 'tripped', agent, reason: 'budget', says: 'too much' } as const
  await world.ledger.append(trip)
  const since = world.store.frozen()[0]?.at ?? stale.since
  const asked = scene.deeds.challenge(bob.name, { kind: 'resume', agent, since })
  await world.ledger.append({ kind: 'resumed', agent, by: alice.name })
  clock.advance(5)
  await world.ledger.append(trip)
  const late = scene.deeds.settle(bob.name, asked.nonce, bob.passkey.assert(asked.options))
  await assert.rejects(late, refuses('deed-changed'))
  const now = world.store.frozen()[0]?.at ?? stale.since
  await perform(scene, bob, { kind: 'resume', agent, since: now })
  assert.deepEqual(world.store.frozen(), [])
})

test('nobody but an owner grants or issues; an auditor does nothing', async (t) => {
  const scene = await open(t)
  const { world, deeds } = scene
  await world.enrol('bob', ['approver'])
  await world.enrol('audrey', ['auditor'])
  const grant: DeedAsked = { kind: 'mandate-grant', request: mandateRequest() }
  await world.ledger.append({ kind: 'killed', agent: null, by: scene.alice.name })
  const since = world.store.killed()[0]?.at ?? ('' as Instant)
  const lift: DeedAsked = { kind: 'kill-lift', agent: null, since }
  for (const [person, asked] of [
    ['bob', grant],
    ['bob', lease],
    ['audrey', grant],
    ['audrey', lease],
    ['audrey', lift],
    ['cursor', lift],
    ['nobody', grant],
  ] as const) {
    const asking = (): unknown => deeds.challenge(person as Person['name'], asked)
    assert.throws(asking, refuses('may-not-answer'), `${person} ${asked.kind}`)
  }
})

test('an answer is for one deed, one person, five minutes and one try', async (t) => {
  const scene = await open(t)
  const { world, deeds, alice, clock } = scene
  const bob = await world.enrol('bob', ['owner'])
  const before = world.ledger.size()
  const first = deeds.challenge(alice.name, lease)
  const other = deeds.challenge(alice.name, { kind: 'mandate-grant', request: mandateRequest() })
  const settle = (person: Person, nonce: string, response: unknown) =>
    deeds.settle(person.name, nonce, response)
  // signed for another deed
  const crossed = alice.passkey.assert(first.options)
  await assert.rejects(settle(alice, other.nonce, crossed), refuses('assertion-refused'))
  await assert.rejects(settle(alice, other.nonce, crossed), refuses('challenge-unknown'))
  // another person's question, and another person's passkey
  const theirs = alice.passkey.assert(first.options)
  await assert.rejects(settle(bob, first.nonce, theirs), refuses('challenge-unknown'))
  const asked = deeds.challenge(alice.name, lease)
  const forged = bob.passkey.assert(asked.options)
  await assert.rejects(settle(alice, asked.nonce, forged), refuses('assertion-refused'))
  // an answer that signed in, or that released a hold, is none to a deed
  const signIn = world.people.signInOptions()
  const again = deeds.challenge(alice.name, lease)
  const crossKind = alice.passkey.assert(signIn.options)
  await assert.rejects(settle(alice, again.nonce, crossKind), refuses('assertion-refused'))
  // too late
  const slow = deeds.challenge(alice.name, lease)
  clock.advance(301)
  const response = alice.passkey.assert(slow.options)
  await assert.rejects(settle(alice, slow.nonce, response), refuses('challenge-unknown'))
  assert.equal(world.ledger.size(), before, 'none of it left a fact')
  // replayed
  const good = deeds.challenge(alice.name, lease)
  const answer = alice.passkey.assert(good.options)
  await settle(alice, good.nonce, answer)
  await assert.rejects(settle(alice, good.nonce, answer), refuses('challenge-unknown'))
  const fresh = deeds.challenge(alice.name, lease)
  await assert.rejects(settle(alice, fresh.nonce, answer), refuses('assertion-refused'))
  assert.equal(world.ledger.size(), before + 1)
})

test('what changed while the person reached for the passkey is checked again', async (t) => {
  const scene = await open(t)
  const { world, deeds, alice, clock } = scene
  const bob = await world.enrol('bob', ['owner'])
  const parent = mandateRequest({ parent: mandate })
  const child = deeds.challenge(alice.name, { kind: 'mandate-grant', request: parent })
  const leased = deeds.challenge(alice.name, lease)
  const short = mandateRequest({ expiresInMinutes: 1 })
  const over = deeds.challenge(alice.name, { kind: 'mandate-grant', request: short })
  await world.ledger.append({ kind: 'mandate-revoked', mandate, by: bob.name })
  clock.advance(61)
  const settle = ({ nonce, options }: typeof child) =>
    deeds.settle(alice.name, nonce, alice.passkey.assert(options))
  await assert.rejects(settle(child), refuses('mandate-ended'))
  await assert.rejects(settle(leased), refuses('mandate-ended'))
  await assert.rejects(settle(over), refuses('mandate-expiry'))
  const gone = deeds.challenge(alice.name, { kind: 'mandate-grant', request: mandateRequest() })
  const passkey = alice.passkey.id as PasskeyId
  await world.ledger.append({ kind: 'passkey-revoked', passkey, by: bob.name })
  await assert.rejects(settle(gone), refuses('assertion-refused'))
})

test('a deed cannot be wider than its parent, nor for another agent', async (t) => {
  const scene = await open(t)
  const { deeds, alice } = scene
  const wide = mandateRequest({
    parent: mandate,
    authorization_details: [
      { type: 'holdpoint', actions: ['destroy'], locations: ['pocketos/staging'] },
    ],
  })
  const grant = (): unknown => deeds.challenge(alice.name, { kind: 'mandate-grant', request: wide })
  assert.throws(grant, refuses('mandate-wider'))
  const stranger = { ...lease, agent: 'codex' as AgentName }
  assert.throws(() => deeds.challenge(alice.name, stranger), refuses('not-found'))
  await scene.world.ledger.append({ kind: 'agent-added', agent: stranger.agent, owner: alice.name })
  assert.throws(() => deeds.challenge(alice.name, stranger), refuses('wrong-agent'))
})
