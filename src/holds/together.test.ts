import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Fact } from '../domain/fact.ts'
import type { AgentName, HoldId, LeaseId, MandateId } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { answerHold } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import {
  approvalsOf,
  arriveSeveral,
  look,
  looked,
  openTogether,
  releaseTogether,
} from '../../test/console/together.ts'
import type { Scene } from '../../test/console/together.ts'
import { challengeOf, digestOfBinding, togetherChallengeOf } from './binding.ts'
import { verifyStoredRelease } from './stored.ts'

function statesOf({ holds }: World, ids: readonly HoldId[]): readonly (string | undefined)[] {
  return ids.map((id) => holds.state(id)?.kind)
}

const refuses = (code: string) => ({ name: 'Fault', code })

test('one press releases several holds of one plan, each with its own binding', async (t) => {
  const { world, alice } = await openTogether(t)
  const ids = await arriveSeveral(world, 3)
  const states = await releaseTogether(world, ids, alice)
  assert.deepEqual(Object.keys(states).sort(), [...ids].sort())
  for (const id of ids) assert.deepEqual(states[id], { kind: 'released', by: ['alice'] })
  const approvals = approvalsOf(world)
  const batch = approvals.map(({ binding }) => digestOfBinding(binding))
  for (const approved of approvals) {
    assert.deepEqual(approved.batch, batch)
    assert.deepEqual(approved.attention, { ...look, together: 3, marks: [] })
    const { passkey, publicKey } = approved.assertion
    const stored = verifyStoredRelease(approved, { id: passkey, publicKey }, world.site)
    assert.equal(stored.kind, 'valid')
  }
  assert.equal(new Set(approvals.map(({ assertion }) => assertion.signature)).size, 1)
})

test('each release of a batch is spent by its own request, once, also after a restart', async (t) => {
  const { world, alice } = await openTogether(t)
  const first = await world.arrive()
  const second = await world.arrive({ query: 'mutation { b }' })
  await releaseTogether(world, [first.hold, second.hold], alice)
  const again = world.holdsAgain()
  for (const { request, decision, hold } of [first, second]) {
    const answer = again.answerFor(request, decision, world.standing)
    assert.ok(answer?.kind === 'released')
    assert.equal(answer.hold.id, hold)
  }
  const claiming = await world.arrive()
  const claim = { kind: 'claimed', hold: first.hold, decision: claiming.decision.id } as const
  await world.ledger.append(claim)
  await assert.rejects(world.ledger.append(claim), refuses('conflict'))
  assert.equal(world.holds.state(second.hold)?.kind, 'released')
})

test('twenty are released together; one, none, twenty-one or one twice are not', async (t) => {
  const { world, alice, clock } = await openTogether(t)
  const ids = await arriveSeveral(world, 20)
  const ask = (holds: readonly HoldId[]) => (): unknown =>
    world.holds.challengeTogether(looked(holds), alice.name)
  const many = [...ids, ...ids.slice(0, 1).map((id) => id.replace(/.$/, '0') as HoldId)]
  for (const wrong of [[], ids.slice(0, 1), many, [...ids.slice(0, 2), ...ids.slice(0, 1)]]) {
    assert.throws(ask(wrong), refuses('together-count'))
  }
  clock.advance(60)
  await releaseTogether(world, ids, alice)
  assert.deepEqual(new Set(statesOf(world, ids)), new Set(['released']))
})

test('what was not shown, or whose impact was not seen, is not released with others', async (t) => {
  const { world, alice } = await openTogether(t)
  const [one, two] = await arriveSeveral(world, 2)
  assert.ok(one !== undefined && two !== undefined)
  const ask = (changed: object) => (): unknown =>
    world.holds.challengeTogether(
      [
        { hold: one, ...look },
        { hold: two, ...look, ...changed },
      ],
      alice.name,
    )
  assert.throws(ask({ milliseconds: null }), refuses('not-shown'))
  assert.throws(ask({ impactSeen: false }), refuses('impact-unseen'))
  assert.doesNotThrow(ask({}), 'the harmless twin may be asked for')
  assert.doesNotThrow(ask({ milliseconds: 500 }), 'haste is marked, not refused')
})

test('only holds of one plan: not of another lease, mandate or agent', async (t) => {
  const { world, alice } = await openTogether(t)
  const { hold } = await world.arrive()
  const { standing } = world
  const agent = 'windsurf' as AgentName
  const mandate = { ...standing.mandate, id: 'mandate_two' as MandateId }
  const others = { ...mandate, id: 'mandate_three' as MandateId, agent }
  await world.ledger.append({ kind: 'agent-added', agent, owner: standing.owner })
  for (const granted of [mandate, others]) {
    await world.ledger.append({ kind: 'mandate-granted', mandate: granted })
    const lease = {
      ...{ id: `lease_of_${granted.id}` as LeaseId, agent: granted.agent, mandate: granted.id },
      ...{ tokenHash: sha256(granted.id), issuedAt: granted.grantedAt },
      expiresAt: standing.lease.expiresAt,
    }
    await world.ledger.append({ kind: 'lease-issued', lease, by: standing.owner })
  }
  const leaseOf = (id: string): typeof standing.lease => ({
    ...{ id: `lease_of_${id}` as LeaseId, expiresAt: standing.lease.expiresAt },
  })
  const strangers = [
    { lease: 'lease_two' as LeaseId },
    { standing: { ...standing, mandate, lease: leaseOf(mandate.id) } },
    { standing: { ...standing, agent, mandate: others, lease: leaseOf(others.id) } },
  ]
  for (const asked of strangers) {
    const other = await world.arrive(asked)
    const ask = (): unknown => world.holds.challengeTogether(looked([hold, other.hold]), alice.name)
    assert.throws(ask, refuses('not-one-plan'))
    assert.equal((await answerHold(world, other.hold, alice)).kind, 'released', 'alone it may be')
  }
})

test('two people release together what wants two, each with one press', async (t) => {
  const { world, bob, carol, alice } = await openTogether(t)
  const single = await world.arrive({ release: 'other-person' })
  const double = await world.arrive({ release: 'two-person', query: 'mutation { b }' })
  const ids = [single.hold, double.hold]
  const granter = (): unknown => world.holds.challengeTogether(looked(ids), alice.name)
  assert.throws(granter, refuses('may-not-answer'), 'whoever granted the mandate may release none')
  const states = await releaseTogether(world, ids, bob)
  assert.equal(states[single.hold]?.kind, 'released')
  assert.deepEqual(states[double.hold], { kind: 'waiting', approvals: ['bob'] })
  const again = await world.arrive({ release: 'two-person', query: 'mutation { c }' })
  const twice = (): unknown =>
    world.holds.challengeTogether(looked([double.hold, again.hold]), bob.name)
  assert.throws(twice, refuses('approved-already'))
  const second = await releaseTogether(world, [double.hold, again.hold], carol)
  assert.deepEqual(second[double.hold], { kind: 'released', by: ['bob', 'carol'] })
  assert.deepEqual(second[again.hold], { kind: 'waiting', approvals: ['carol'] })
})

test('an auditor, a stranger and the agent release nothing together', async (t) => {
  const { world, dora } = await openTogether(t)
  const ids = await arriveSeveral(world, 2)
  for (const name of [dora.name, 'nobody', 'cursor'] as Person['name'][]) {
    const ask = (): unknown => world.holds.challengeTogether(looked(ids), name)
    assert.throws(ask, refuses('may-not-answer'), name)
  }
})

const spoilers: Readonly<Record<string, (scene: Scene, hold: HoldId) => unknown>> = {
  'was refused': ({ world, bob }, hold) => answerHold(world, hold, bob, 'refuse'),
  'was released alone': ({ world, bob }, hold) => answerHold(world, hold, bob),
  'was withdrawn': ({ world }, hold) =>
    world.ledger.append({
      ...{ kind: 'settled', hold },
      settlement: { kind: 'withdrawn', why: 'it changed' },
    }),
  'has lost its safeguard': ({ world }) => world.provable('the runner is gone'),
  'is of an agent that was stopped': ({ world, alice }) =>
    world.ledger.append({ kind: 'killed', agent: null, by: alice.name }),
}

for (const [name, spoil] of Object.entries(spoilers)) {
  test(`nothing is released when one of them ${name} meanwhile`, async (t) => {
    const scene = await openTogether(t)
    const { world, alice } = scene
    const ids = await arriveSeveral(world, 3)
    const [, middle] = ids
    assert.ok(middle !== undefined)
    const asked = world.holds.challengeTogether(looked(ids), alice.name)
    await spoil(scene, middle)
    const before = approvalsOf(world).length
    const given = alice.passkey.assert(asked.options)
    await assert.rejects(world.holds.settleTogether(alice.name, asked.nonce, given))
    assert.equal(approvalsOf(world).length, before)
    for (const id of ids) if (id !== middle) assert.equal(world.holds.state(id)?.kind, 'waiting')
  })
}

test('nothing is released when one of them has expired meanwhile', async (t) => {
  const { world, clock, alice } = await openTogether(t)
  const early = await world.arrive()
  clock.advance(600)
  const late = await world.arrive({ query: 'mutation { b }' })
  clock.advance(2990)
  const ids = [early.hold, late.hold]
  const asked = world.holds.challengeTogether(looked(ids), alice.name)
  clock.advance(20)
  const given = alice.passkey.assert(asked.options)
  const settling = world.holds.settleTogether(alice.name, asked.nonce, given)
  await assert.rejects(settling, refuses('hold-over'))
  assert.deepEqual(statesOf(world, ids), ['expired', 'waiting'])
  const ask = (): unknown => world.holds.challengeTogether(looked(ids), alice.name)
  assert.throws(ask, refuses('hold-over'), 'nor may it be asked for')
})

test('what ends in the very turn in which all are written takes all with it', async (t) => {
  const { world, alice } = await openTogether(t)
  const ids = await arriveSeveral(world, 3)
  const [, middle] = ids
  assert.ok(middle !== undefined)
  const asked = world.holds.challengeTogether(looked(ids), alice.name)
  const together = world.ledger.appendTogether.bind(world.ledger)
  // Somebody was a moment faster: their word is in the same turn, before ours.
  t.mock.method(world.ledger, 'appendTogether', (facts: readonly Fact[]) => {
    const settlement = { kind: 'withdrawn', why: 'the lease ended' } as const
    void world.ledger.append({ kind: 'settled', hold: middle, settlement })
    return together(facts)
  })
  const given = alice.passkey.assert(asked.options)
  const settling = world.holds.settleTogether(alice.name, asked.nonce, given)
  await assert.rejects(settling, refuses('conflict'))
  assert.deepEqual(statesOf(world, ids), ['waiting', 'withdrawn', 'waiting'])
  assert.equal(approvalsOf(world).length, 0)
})

test('a nonce is for its own question: alone or together, its person, once', async (t) => {
  const { world, alice, bob } = await openTogether(t)
  const ids = await arriveSeveral(world, 3)
  const [first] = ids
  assert.ok(first !== undefined)
  const over = refuses('challenge-unknown')
  const batch = world.holds.challengeTogether(looked(ids), alice.name)
  const given = alice.passkey.assert(batch.options)
  await assert.rejects(world.holds.settle(first, alice.name, batch.nonce, given), over)
  await assert.rejects(world.holds.settleTogether(bob.name, batch.nonce, given), over)
  await assert.rejects(
    world.holds.settleTogether(alice.name, batch.nonce, given),
    over,
    'another person has used it up',
  )
  const single = world.holds.challenge(first, alice.name, 'release', '', look)
  const one = alice.passkey.assert(single.options)
  const { nonce } = single.binding
  await assert.rejects(world.holds.settleTogether(alice.name, nonce, one), over)
  assert.equal((await world.holds.settle(first, alice.name, nonce, one)).kind, 'released')
  const rest = ids.slice(1)
  const fresh = world.holds.challengeTogether(looked(rest), alice.name)
  const good = alice.passkey.assert(fresh.options)
  await world.holds.settleTogether(alice.name, fresh.nonce, good)
  await assert.rejects(world.holds.settleTogether(alice.name, fresh.nonce, good), over)
})

test('what was signed for a batch answers no single hold, nor another batch', async (t) => {
  const { world, alice } = await openTogether(t)
  const ids = await arriveSeveral(world, 4)
  const [first] = ids
  assert.ok(first !== undefined)
  const batch = world.holds.challengeTogether(looked(ids.slice(0, 2)), alice.name)
  const signed = alice.passkey.assert(batch.options)
  const single = world.holds.challenge(first, alice.name, 'release', '', look)
  const refused = refuses('assertion-refused')
  const { nonce } = single.binding
  await assert.rejects(world.holds.settle(first, alice.name, nonce, signed), refused)
  const more = world.holds.challengeTogether(looked(ids), alice.name)
  await assert.rejects(world.holds.settleTogether(alice.name, more.nonce, signed), refused)
  const alone = world.holds.challenge(first, alice.name, 'release', '', look)
  const one = alice.passkey.assert(alone.options)
  const again = world.holds.challengeTogether(looked(ids.slice(0, 2)), alice.name)
  await assert.rejects(world.holds.settleTogether(alice.name, again.nonce, one), refused)
  assert.deepEqual(new Set(statesOf(world, ids)), new Set(['waiting']))
})

test('an altered answer to a batch releases nothing, and uses its challenge up', async (t) => {
  const { world, alice, bob } = await openTogether(t)
  const ids = await arriveSeveral(world, 2)
  const wrong = [
    (challenge: string) => alice.passkey.assert({ challenge }, { origin: 'http://localhost:3000' }),
    (challenge: string) => alice.passkey.assert({ challenge }, { userVerified: false }),
    (challenge: string) => bob.passkey.assert({ challenge }),
    () => ({}),
  ]
  for (const answer of wrong) {
    const asked = world.holds.challengeTogether(looked(ids), alice.name)
    const settling = world.holds.settleTogether(
      ...([alice.name, asked.nonce, answer(asked.options.challenge)] as const),
    )
    await assert.rejects(settling, refuses('assertion-refused'))
    const late = alice.passkey.assert(asked.options)
    const again = world.holds.settleTogether(alice.name, asked.nonce, late)
    await assert.rejects(again, refuses('challenge-unknown'))
  }
  assert.deepEqual(statesOf(world, ids), ['waiting', 'waiting'])
})

test('two people press for overlapping batches at once: one wins, whole', async (t) => {
  const { world, bob, carol } = await openTogether(t)
  const [a, b, c] = await arriveSeveral(world, 3)
  assert.ok(a !== undefined && b !== undefined && c !== undefined)
  const pressed = await Promise.allSettled([
    releaseTogether(world, [a, b], bob),
    releaseTogether(world, [c, b], carol),
  ])
  assert.deepEqual(pressed.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.deepEqual(statesOf(world, [a, b, c]).filter((kind) => kind === 'released').length, 2)
})

test('the challenge of one is never that of a batch', async (t) => {
  const { world, alice } = await openTogether(t)
  const { hold } = await world.arrive()
  const { binding } = world.holds.challenge(hold, alice.name, 'release', '')
  assert.notEqual(challengeOf(binding), togetherChallengeOf([digestOfBinding(binding)]))
})
