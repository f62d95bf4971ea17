import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { openWorld, worldStart } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import { Concealed } from '../domain/concealed.ts'
import type { Ask, AskWords, Wants } from '../domain/ask.ts'
import { later } from '../domain/instant.ts'
import type { Standing } from '../domain/mandate.ts'
import type { LeaseId, MandateId, PersonName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import { standingThen } from '../replay/standing.ts'
import { createLeases } from '../credentials/leases.ts'
import { createDeeds } from './deeds.ts'
import type { Deeds } from './deeds.ts'

const refuses = (code: string) => ({ name: 'Fault', code })

const wants: Wants = {
  kind: 'access',
  scopes: [
    { effects: ['write'], environments: ['pocketos/production'], resources: ['railway:service/*'] },
  ],
  egress: ['api.example.com'],
  minutes: 30,
}

const stuck: Wants = { kind: 'help' }

const words: AskWords = {
  reason: 'the password hunter2 in .env does not fit',
  tried: ['reading the docs'],
  intends: null,
}

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly deeds: Deeds
  readonly alice: Person
  /** a lease of the world's mandate, and who stands by it just now */
  readonly standing: () => Standing
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const alice = await world.enrol('alice', ['owner'])
  const { powers, leases, standing } = world
  const issued = await powers.issueLease({
    ...{ agent: standing.agent, mandate: standing.mandate.id, minutes: 240, by: alice.name },
  })
  return {
    ...{ world, clock, alice },
    deeds: createDeeds({ ...world, rpId: 'localhost', clock, random: systemRandom }),
    standing() {
      const value = new Concealed('lease', issued.token.reveal())
      const identity = leases.identify([{ place: 'proxy', value }])
      assert.ok(identity.kind === 'known')
      return identity.standing
    },
  }
}

async function grant({ deeds }: Scene, by: Person, ask: Ask, minutes = 30) {
  const asked = deeds.challenge(by.name, { kind: 'ask-grant', ask: ask.id, minutes })
  return deeds.settle(by.name, asked.nonce, by.passkey.assert(asked.options))
}

test('a yes widens the mandate under the same lease, and only for as long as it says', async (t) => {
  const scene = await open(t)
  const { world, clock } = scene
  const before = scene.standing()
  const ask = await world.asks.open(before, wants, words)
  assert.equal(world.asks.record(ask.id)?.state.kind, 'waiting')
  assert.deepEqual(scene.standing(), before, 'asking alone gives nothing')
  const done = await grant(scene, scene.alice, ask, 20)
  assert.ok(done.kind === 'ask-grant')
  assert.deepEqual(done.mandate.widens, { mandate: before.mandate.id, ask: ask.id })
  const wide = scene.standing()
  assert.deepEqual(wide.mandate.scopes, [...before.mandate.scopes, ...wants.scopes])
  assert.deepEqual(wide.mandate.egress, ['api.example.com'])
  assert.equal(wide.mandate.id, before.mandate.id, 'what is spent is spent of the same budget')
  assert.equal(scene.standing().mandate, wide.mandate, 'verdicts are remembered by the object')
  assert.equal(world.asks.record(ask.id)?.state.kind, 'granted')
  clock.advance(20 * 60)
  assert.deepEqual(scene.standing().mandate, before.mandate)
})

test('a restarted gate knows what was widened, and a replay what had been', async (t) => {
  const scene = await open(t)
  const { world, clock } = scene
  const before = scene.standing()
  const ask = await world.asks.open(before, wants, words)
  await grant(scene, scene.alice, ask)
  const { ledger, store } = world
  const again = createLeases({ ledger, store, clock, random: systemRandom })
  const value = new Concealed(
    'lease',
    (
      await world.leases.issue({
        ...{
          agent: before.agent,
          mandate: before.mandate.id,
          ttlSeconds: 60,
          by: scene.alice.name,
        },
      })
    ).token.reveal(),
  )
  const identity = again.identify([{ place: 'proxy', value }])
  assert.ok(identity.kind === 'known')
  assert.equal(identity.standing.mandate.scopes.length, 2)
  const who = { agent: before.agent, lease: before.lease.id, mandate: before.mandate.id }
  const then = standingThen(store, { ...who, at: clock.now() })
  assert.equal(then?.mandate.scopes.length, 2)
  const late = standingThen(store, { ...who, at: later(clock.now(), 31 * 60) })
  assert.equal(late?.mandate.scopes.length, 1)
})

test('what widens ends when it is revoked, with what it widens, and cuts what is open', async (t) => {
  const scene = await open(t)
  const { world } = scene
  const ask = await world.asks.open(scene.standing(), wants, words)
  const done = await grant(scene, scene.alice, ask)
  assert.ok(done.kind === 'ask-grant')
  const cut: (LeaseId | 'all')[] = []
  world.leases.onEnd((lease) => cut.push(lease))
  await world.powers.revokeMandate(done.mandate.id, scene.alice.name)
  assert.equal(scene.standing().mandate.scopes.length, 1)
  assert.ok(cut.includes(scene.standing().lease.id), 'a tunnel that it allowed is not left open')

  const second = await world.asks.open(scene.standing(), wants, words)
  const again = await grant(scene, scene.alice, second)
  assert.ok(again.kind === 'ask-grant')
  await world.powers.revokeMandate(scene.standing().mandate.id, scene.alice.name)
  assert.notEqual(world.store.mandate(again.mandate.id)?.endedAt, null)
})

test('its end by time cuts what is open too', async (t) => {
  const scene = await open(t)
  const ask = await scene.world.asks.open(scene.standing(), wants, words)
  await grant(scene, scene.alice, ask, 1)
  const cut = new Set<LeaseId | 'all'>()
  scene.world.leases.onEnd((lease) => cut.add(lease))
  scene.world.leases.sweep()
  assert.equal(cut.size, 0)
  scene.clock.advance(60)
  scene.world.leases.sweep()
  assert.ok(cut.has(scene.standing().lease.id))
})

test('no lease is issued for a mandate that only widens, and it is not the one that is meant', async (t) => {
  const scene = await open(t)
  const { powers, standing, asks } = scene.world
  const done = await grant(scene, scene.alice, await asks.open(scene.standing(), wants, words))
  assert.ok(done.kind === 'ask-grant')
  const wanted = { agent: standing.agent, minutes: 5, by: scene.alice.name }
  await assert.rejects(
    powers.issueLease({ ...wanted, mandate: done.mandate.id }),
    refuses('mandate-widens'),
  )
  const issued = await powers.issueLease({ ...wanted, mandate: null })
  assert.equal(issued.lease.mandate, standing.mandate.id)
})

test('an approver may refuse and not grant; a yes is never longer than was asked', async (t) => {
  const scene = await open(t)
  const bob = await scene.world.enrol('bob', ['approver'])
  const ask = await scene.world.asks.open(scene.standing(), wants, words)
  assert.throws(
    () => scene.deeds.challenge(bob.name, { kind: 'ask-grant', ask: ask.id, minutes: 5 }),
    refuses('may-not-answer'),
  )
  const draft = scene.world.asks.draft(ask.id, scene.alice.name, 480)
  assert.equal(draft.expiresAt, later(scene.clock.now(), 30 * 60))
  const record = await scene.world.asks.answer(ask.id, 'refused', bob.name, 'use staging')
  assert.deepEqual(record.state, { kind: 'refused', by: 'bob', note: 'use staging' })
  await assert.rejects(grant(scene, scene.alice, ask), refuses('already-answered'))
})

test('what is granted while the passkey is reached for is granted once', async (t) => {
  const scene = await open(t)
  const ask = await scene.world.asks.open(scene.standing(), wants, words)
  const asked = { kind: 'ask-grant', ask: ask.id, minutes: 5 } as const
  const first = scene.deeds.challenge(scene.alice.name, asked)
  const second = scene.deeds.challenge(scene.alice.name, asked)
  const { name, passkey } = scene.alice
  await scene.deeds.settle(name, first.nonce, passkey.assert(first.options))
  await assert.rejects(
    scene.deeds.settle(name, second.nonce, passkey.assert(second.options)),
    refuses('conflict'),
  )
  assert.equal(scene.standing().mandate.scopes.length, 2)
})

test('silence is no: what nobody answered in an hour can be granted no more', async (t) => {
  const scene = await open(t)
  const ask = await scene.world.asks.open(scene.standing(), wants, words)
  scene.clock.advance(3600)
  assert.equal(scene.world.asks.record(ask.id)?.state.kind, 'expired')
  await assert.rejects(grant(scene, scene.alice, ask), refuses('already-answered'))
  await assert.rejects(
    scene.world.asks.answer(ask.id, 'told', scene.alice.name, 'too late'),
    refuses('already-answered'),
  )
})

test('a flood of questions ends at five, and goes on when they are answered', async (t) => {
  const scene = await open(t)
  const { asks } = scene.world
  const standing = scene.standing()
  const asked: Ask[] = []
  for (let i = 0; i < 5; i++) asked.push(await asks.open(standing, stuck, words))
  await assert.rejects(asks.open(standing, wants, words), refuses('conflict'))
  const [first] = asked
  assert.ok(first !== undefined)
  await asks.answer(first.id, 'told', scene.alice.name, 'the password is in the vault')
  await asks.open(standing, stuck, words)
})

test('a plea for help grants nothing, whoever would grant it', async (t) => {
  const scene = await open(t)
  const ask = await scene.world.asks.open(scene.standing(), stuck, words)
  await assert.rejects(grant(scene, scene.alice, ask), refuses('ask-help'))
})

test('a lease that has ended asks for nothing', async (t) => {
  const scene = await open(t)
  const standing = scene.standing()
  await scene.world.powers.revokeLease(standing.lease.id, scene.alice.name)
  await assert.rejects(scene.world.asks.open(standing, wants, words), refuses('conflict'))
})

test('a sub-agent gets nothing that its parent mandate does not have', async (t) => {
  const scene = await open(t)
  const { powers, asks, standing, leases } = scene.world
  const parent = standing.mandate.id
  const child = await powers.grantMandate({
    ...scene.standing().mandate,
    id: 'mandate_child' as MandateId,
    parent,
  })
  const { lease } = await leases.issue({
    ...{ agent: standing.agent, mandate: child.id, ttlSeconds: 600, by: 'alice' as PersonName },
  })
  const under: Standing = {
    ...{ agent: standing.agent, owner: standing.owner, mandate: child },
    ...{ lease: { id: lease.id, expiresAt: lease.expiresAt }, ancestors: [standing.mandate] },
  }
  const ask = await asks.open(under, wants, words)
  await assert.rejects(grant(scene, scene.alice, ask), refuses('mandate-wider'))
})

test('a wait ends with the answer, and when the agent hangs up', async (t) => {
  const scene = await open(t)
  const { asks } = scene.world
  const ask = await asks.open(scene.standing(), stuck, words)
  const waiting = asks.wait(ask.id, 60_000, new AbortController().signal)
  const gone = new AbortController()
  const left = asks.wait(ask.id, 60_000, gone.signal)
  gone.abort()
  assert.equal((await left)?.kind, 'waiting')
  await asks.answer(ask.id, 'told', scene.alice.name, 'wait for the new password')
  assert.deepEqual(await waiting, { kind: 'told', by: 'alice', note: 'wait for the new password' })
})

test('what the agent wrote is beside the ledger, and nowhere in it', async (t) => {
  const scene = await open(t)
  const ask = await scene.world.asks.open(scene.standing(), stuck, words)
  assert.deepEqual(scene.world.asks.record(ask.id)?.words, words)
  const entries = scene.world.store.entries(0, 1000)
  assert.ok(!JSON.stringify(entries).includes('hunter2'))
  const asked = entries.find(({ fact }) => fact.kind === 'asked')
  assert.notEqual(asked?.beside, null)
})
