import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { FactOf } from '../domain/fact.ts'
import type { LeaseId, MandateId, PersonName, UpstreamName } from '../domain/names.ts'
import { createFakeClock } from '../system/clock.ts'
import type { FakeClock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { agent, answerHold, openWorld, volumeImpact, worldStart } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import { createReleaseAudit } from './audit.ts'

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly alice: Person
  readonly bob: Person
}

/** alice granted the mandate and owns; bob may approve. */
async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  const alice = await world.enrol('alice', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  t.after(async () => {
    assert.deepEqual(auditOf(world), [], 'an auditor finds the ledger in order')
    await world.close()
  })
  return { world, clock, alice, bob }
}

function auditOf(world: World): readonly string[] {
  const audit = createReleaseAudit(world.site)
  return world.store.entries(0, 10_000).flatMap((entry) => audit.take(entry))
}

function kinds(world: World): readonly string[] {
  return world.store.entries(0, 10_000).map(({ fact }) => fact.kind)
}

const refuses = (code: string) => ({ name: 'Fault', code })

test('a held request, released by a person, finds its release when it is sent again', async (t) => {
  const { world, alice } = await open(t)
  const first = await world.arrive()
  assert.equal(first.answer, null)
  const state = await answerHold(world, first.hold, alice)
  assert.deepEqual(state, { kind: 'released', by: ['alice'] })
  assert.deepEqual(kinds(world).slice(-4), ['decided', 'held', 'approved', 'settled'])
  const again = await world.arrive()
  assert.ok(again.answer?.kind === 'released')
  assert.equal(again.answer.hold.id, first.hold)
  assert.equal(again.answer.decision.id, first.decision.id)
})

test('a release is spent once', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  await answerHold(world, hold, alice)
  const again = await world.arrive()
  await world.ledger.append({ kind: 'claimed', hold, decision: again.decision.id })
  const third = await world.arrive()
  assert.equal(third.answer, null)
  assert.notEqual(third.hold, hold)
})

test('a request that waits is not held twice, and what people see is one hold', async (t) => {
  const { world } = await open(t)
  const first = await world.arrive()
  const second = await world.arrive()
  assert.equal(second.answer?.kind, 'waiting')
  assert.equal(second.hold, first.hold)
  const atOnce = await Promise.all([1, 2, 3].map(() => world.arrive({ query: 'mutation { b }' })))
  assert.equal(new Set(atOnce.map(({ hold }) => hold)).size, 1)
})

test('a refusal reaches the agent with its note, and stays for the life of the hold', async (t) => {
  const { world, clock, bob } = await open(t)
  const { hold } = await world.arrive()
  await answerHold(world, hold, bob, 'refuse', { note: 'rotate the password instead' })
  const again = await world.arrive()
  assert.deepEqual(again.answer, {
    ...{ kind: 'refused', hold, by: 'bob', note: 'rotate the password instead' },
  })
  const changed = await world.arrive({ impacts: [volumeImpact('volume pg-data', 5)] })
  assert.equal(changed.answer?.kind, 'refused', 'not even when the world has changed')
  clock.advance(3601)
  assert.equal((await world.arrive()).answer, null)
})

const changes = {
  'another impact': { impacts: [volumeImpact('volume pg-data', 5)] },
  'a resource renamed': { impacts: [volumeImpact('volume scratch')] },
  'other policies': { policies: 'reloaded' },
  'other safeguards': { safeguards: [] },
  'a milder rule of release': { release: 'other-person' as const },
  'another lease': { lease: 'lease_two' as LeaseId },
  'another request': { query: 'mutation { volumeDelete(volumeId: "other") }' },
}

for (const [name, change] of Object.entries(changes)) {
  test(`a release is void for ${name}`, async (t) => {
    const { world, alice } = await open(t)
    const { hold } = await world.arrive()
    await answerHold(world, hold, alice)
    const again = await world.arrive(change)
    assert.equal(again.answer, null)
    assert.notEqual(again.hold, hold)
  })
}

test('what has changed while it waited is asked anew, the old hold withdrawn', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  const changed = await world.arrive({ impacts: [volumeImpact('volume pg-data', 5)] })
  assert.equal(changed.answer, null)
  assert.equal(world.holds.state(hold)?.kind, 'withdrawn')
  await assert.rejects(answerHold(world, hold, alice), refuses('hold-over'))
})

test('silence means no: expired holds take no answer, expired releases pass nothing', async (t) => {
  const { world, clock, alice } = await open(t)
  const silent = await world.arrive()
  const released = await world.arrive({ query: 'mutation { b }' })
  await answerHold(world, released.hold, alice)
  const asked = world.holds.challenge(silent.hold, alice.name, 'release', '')
  clock.advance(3600)
  assert.equal(world.holds.state(silent.hold)?.kind, 'expired')
  assert.equal((await world.arrive({ query: 'mutation { b }' })).answer, null)
  const late = alice.passkey.assert(asked.options)
  await assert.rejects(
    world.holds.settle(silent.hold, alice.name, asked.binding.nonce, late),
    refuses('challenge-unknown'),
  )
  await assert.rejects(answerHold(world, silent.hold, alice), refuses('hold-over'))
  await world.holds.expire()
  assert.deepEqual(world.store.hold(silent.hold)?.state, { kind: 'expired' })
})

test('an answer that is on its way when the hold expires comes too late', async (t) => {
  const { world, clock, alice } = await open(t)
  const { hold } = await world.arrive()
  clock.advance(3590)
  const asked = world.holds.challenge(hold, alice.name, 'release', '')
  clock.advance(20)
  const late = alice.passkey.assert(asked.options)
  const settling = world.holds.settle(hold, alice.name, asked.binding.nonce, late)
  await assert.rejects(settling, refuses('hold-over'))
})

test('a hold lasts no longer than the lease under which it could be spent', async (t) => {
  const { world, clock } = await open(t)
  clock.advance(4 * 3600 - 600)
  const { hold } = await world.arrive()
  assert.equal(world.store.hold(hold)?.hold.expiresAt, world.standing.lease.expiresAt)
})

test('waiting resolves when a person answers and when time is over', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  const { signal } = new AbortController()
  assert.equal((await world.holds.wait(hold, 10, signal)).kind, 'waiting')
  const waiting = world.holds.wait(hold, 60_000, signal)
  await answerHold(world, hold, alice)
  assert.equal((await waiting).kind, 'released')
  await assert.rejects(
    world.holds.wait('hold_none' as typeof hold, 1, signal),
    refuses('unknown-hold'),
  )
  const aborting = new AbortController()
  const other = await world.arrive({ query: 'mutation { b }' })
  const given = world.holds.wait(other.hold, 60_000, aborting.signal)
  aborting.abort()
  assert.equal((await given).kind, 'waiting')
})

test('an agent cannot tire people: at most twenty of its requests wait', async (t) => {
  const { world, alice } = await open(t)
  for (let i = 0; i < 20; i++) {
    assert.equal(world.holds.mayOpen(agent), true)
    await world.arrive({ query: `mutation { a${i} }` })
  }
  assert.equal(world.holds.mayOpen(agent), false)
  const [oldest] = world.store.holds({ state: 'waiting' })
  assert.ok(oldest)
  await answerHold(world, oldest.hold.id, alice, 'refuse')
  assert.equal(world.holds.mayOpen(agent), true)
})

test('the limit counts what is opened in one turn, before any of it is written', async (t) => {
  const { world } = await open(t)
  const { request, decision } = await world.arrive()
  let opened = 1
  for (; world.holds.mayOpen(agent) && opened < 100; opened++) {
    world.holds.open(request, decision, world.standing)
  }
  assert.equal(opened, 20)
})

const ends: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  'its lease is revoked': ({ ledger, standing }) =>
    ledger.append({ kind: 'lease-revoked', lease: standing.lease.id, by: 'alice' as PersonName }),
  'its mandate is revoked': ({ ledger }) =>
    ledger.append({
      kind: 'mandate-revoked',
      mandate: 'mandate_one' as MandateId,
      by: 'alice' as PersonName,
    }),
  'the agent is frozen': ({ ledger }) =>
    ledger.append({ kind: 'tripped', agent, reason: 'budget', says: 'too many' }),
  'the agent is killed': ({ ledger }) =>
    ledger.append({ kind: 'killed', agent, by: 'alice' as PersonName }),
  'all are killed': ({ ledger }) =>
    ledger.append({ kind: 'killed', agent: null, by: 'alice' as PersonName }),
}

for (const [name, end] of Object.entries(ends)) {
  test(`holds end when ${name}, and may be refused but not released`, async (t) => {
    const { world, alice } = await open(t)
    const waiting = await world.arrive()
    const released = await world.arrive({ query: 'mutation { b }' })
    await answerHold(world, released.hold, alice)
    await end(world)
    await assert.rejects(answerHold(world, waiting.hold, alice), refuses('agent-over'))
    await world.holds.expire()
    for (const { hold } of [waiting, released]) {
      assert.equal(world.holds.state(hold)?.kind, 'withdrawn')
    }
  })
}

test('withdrawing ends what waits and what was released, of one lease alone', async (t) => {
  const { world, alice } = await open(t)
  const waiting = await world.arrive()
  const released = await world.arrive({ query: 'mutation { b }' })
  const other = await world.arrive({ lease: 'lease_two' as LeaseId })
  await answerHold(world, released.hold, alice)
  await world.holds.withdraw({ lease: world.standing.lease.id }, 'the lease was revoked')
  assert.equal(world.holds.state(waiting.hold)?.kind, 'withdrawn')
  assert.equal(world.holds.state(released.hold)?.kind, 'withdrawn')
  assert.equal(world.holds.state(other.hold)?.kind, 'waiting')
  await world.holds.withdraw({ agent: null }, 'everyone was stopped')
  assert.equal(world.holds.state(other.hold)?.kind, 'withdrawn')
  await world.holds.withdraw({ agent: null }, 'again')
})

test('no safeguard that can be proven, no release; a refusal is always possible', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  world.provable('nothing here can make an independent backup; configure one')
  assert.throws(
    () => world.holds.challenge(hold, alice.name, 'release', ''),
    refuses('safeguard-missing'),
  )
  assert.equal((await answerHold(world, hold, alice, 'refuse')).kind, 'refused')
})

test('a safeguard that is lost between question and answer stops the release', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  const asked = world.holds.challenge(hold, alice.name, 'release', '')
  world.provable('the runner is gone')
  const response = alice.passkey.assert(asked.options)
  const settling = world.holds.settle(hold, alice.name, asked.binding.nonce, response)
  await assert.rejects(settling, refuses('safeguard-missing'))
  assert.equal(world.holds.state(hold)?.kind, 'waiting')
})

test('after a restart a release still counts, by its stored bytes', async (t) => {
  const { world, alice } = await open(t)
  const { hold, request, decision } = await world.arrive()
  await answerHold(world, hold, alice)
  const answer = world.holdsAgain().answerFor(request, decision, world.standing)
  assert.equal(answer?.kind, 'released')
  const elsewhere = { rpId: 'localhost', origins: ['http://localhost:1'] }
  const moved = world
    .holdsAgain({ webauthn: elsewhere })
    .answerFor(request, decision, world.standing)
  assert.equal(moved, null, 'given at another origin, it does not count')
})

test('a passkey that is revoked takes its unspent releases with it', async (t) => {
  const { world, alice, bob } = await open(t)
  const { hold, request, decision } = await world.arrive()
  await answerHold(world, hold, bob)
  assert.equal(world.holds.answerFor(request, decision, world.standing)?.kind, 'released')
  const passkey = bob.passkey.id as FactOf<'passkey-revoked'>['passkey']
  await world.ledger.append({ kind: 'passkey-revoked', passkey, by: alice.name })
  assert.equal(world.holds.answerFor(request, decision, world.standing), null)
})

test('the auditor sees a release that nobody gave', async (t) => {
  const { world, alice } = await open(t)
  const { hold } = await world.arrive()
  await answerHold(world, hold, alice)
  const audit = createReleaseAudit(world.site)
  const flaws = world.store.entries(0, 10_000).flatMap((entry) => {
    return entry.fact.kind === 'approved' ? [] : audit.take(entry)
  })
  assert.match(flaws.join(), /released without the approvals/)
  const forged = createReleaseAudit(world.site)
  const altered = world.store.entries(0, 10_000).flatMap((entry) => {
    if (entry.fact.kind !== 'approved') return forged.take(entry)
    const binding = { ...entry.fact.binding, note: 'something else' }
    return forged.take({ ...entry, fact: { ...entry.fact, binding } })
  })
  assert.match(altered.join(), /signed something else/)
})

test('the auditor sees a purge that nobody signed, or nobody who may', async (t) => {
  const { world, alice } = await open(t)
  const about = { upstream: 'shop-db' as UpstreamName, request: sha256('what was signed') }
  const fact = { kind: 'administering', work: 'purge', by: alice.name, ...about } as const
  await world.ledger.append(fact, new TextEncoder().encode('{"what":"was signed"}'))
  const audit = createReleaseAudit(world.site)
  const [last] = world.store
    .entries(0, 10_000)
    .filter((entry) => (assert.deepEqual(audit.take(entry), []), entry.fact.kind === fact.kind))
  assert.ok(last !== undefined)
  const nobody = /it purges for nobody who may answer/
  assert.match(audit.take({ ...last, fact: { ...fact, by: null } }).join(), nobody)
  const stranger = 'stranger' as PersonName
  assert.match(audit.take({ ...last, fact: { ...fact, by: stranger } }).join(), nobody)
  assert.match(audit.take({ ...last, beside: null }).join(), /nothing that was signed is beside/)
})
