import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { agent, answerHold, openWorld, volumeImpact } from '../../../../test/console/world.ts'
import type { Arrived, Person, World } from '../../../../test/console/world.ts'
import { worldStart } from '../../../../test/console/world.ts'
import type { Decision } from '../../../domain/decision.ts'
import type {
  AgentName,
  DecisionId,
  HoldId,
  LeaseId,
  SafeguardName,
} from '../../../domain/names.ts'
import { createFakeClock } from '../../../system/clock.ts'
import type { FakeClock } from '../../../system/clock.ts'
import { sha256 } from '../../../system/hash.ts'
import type { Preview } from '../../../wire/recorded-request.ts'
import { beforeShownMax } from './around.ts'
import { createPastHolds } from './past.ts'
import { createLastProofs } from './proofs.ts'
import type { HoldView } from './shapes.ts'
import { viewHold } from './views.ts'

interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly alice: Person
  readonly view: (hold: HoldId) => HoldView
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(() => world.close())
  const { store, ledger, canProve } = world
  const alice = await world.enrol('alice', ['owner'])
  const parts = {
    ...{ store, canProve },
    past: createPastHolds(ledger, store),
    proofs: createLastProofs(ledger, store),
  }
  const view = (hold: HoldId): HoldView => {
    const record = store.hold(hold)
    assert.ok(record !== null)
    return viewHold(parts, record, alice.name, clock.now())
  }
  return { world, clock, alice, view }
}

const dropped: Decision['impacts'] = [
  {
    ...volumeImpact(),
    action: { ...volumeImpact().action, verb: 'environmentDelete' },
  },
]

test('the plan: what else waits under the same lease, oldest first', async (t) => {
  const { world, alice, clock, view } = await open(t)
  const first = await world.arrive({ query: 'mutation { a }' })
  clock.advance(1)
  const second = await world.arrive({ query: 'mutation { b }' })
  const third = await world.arrive({ query: 'mutation { c }' })
  const answered = await world.arrive({ query: 'mutation { d }' })
  const elsewhere = await world.arrive({ lease: 'lease_two' as LeaseId })
  await answerHold(world, answered.hold, alice, 'refuse')
  const ids = (hold: HoldId): readonly HoldId[] => view(hold).plan.map(({ id }) => id)
  assert.deepEqual(ids(second.hold), [first.hold, third.hold])
  assert.deepEqual(ids(elsewhere.hold), [])
  clock.advance(3600 - 1)
  assert.deepEqual(ids(third.hold), [second.hold], 'what nobody answered waits no more')
})

/** A decision that was let through, of this agent, now. */
async function allow(
  { world, clock }: Scene,
  like: Arrived,
  by: AgentName = agent,
): Promise<DecisionId> {
  const id = `dec_${String(world.ledger.size()).padStart(16, '0')}` as DecisionId
  const because = [{ code: 'within-mandate', says: 'it may' }] as const
  const verdict = { kind: 'allow', because, safeguards: [] } as const
  const decision = { ...like.decision, id, verdict, agent: by, at: clock.now() }
  await world.ledger.append({ kind: 'decided', decision })
  return id
}

test('before: what the agent asked for in the fifteen minutes before, newest first', async (t) => {
  const scene = await open(t)
  const { world, clock, view } = scene
  const other = 'windsurf' as AgentName
  await world.ledger.append({ kind: 'agent-added', agent: other, owner: world.standing.owner })
  const old = await world.arrive({ query: 'mutation { old }' })
  clock.advance(901)
  const sent = await allow(scene, old)
  const request = old.request.digest
  await world.ledger.append({ kind: 'sent', decision: sent, request, upstream: 'railway' })
  const outcome = { kind: 'succeeded', status: 200 } as const
  await world.ledger.append({ kind: 'ended', decision: sent, outcome })
  const late = await allow(scene, old)
  const { hold, decision } = await world.arrive({ query: 'mutation { now }' })
  await allow(scene, old)
  const { before } = view(hold)
  assert.deepEqual(
    before.map((action) => [action.decision, action.outcome]),
    [
      [late, null],
      [sent, 'succeeded'],
    ],
  )
  assert.ok(!before.some((action) => action.decision === decision.id), 'not the hold itself')
  assert.equal(view(old.hold).before.length, 0)
})

test('before: only of this agent, and so many at the most', async (t) => {
  const scene = await open(t)
  const { world, clock, view } = scene
  const other = 'cursor-two' as AgentName
  const { standing } = world
  await world.ledger.append({ kind: 'agent-added', agent: other, owner: standing.owner })
  const mandate = { ...standing.mandate, id: 'mandate_two' as typeof standing.mandate.id }
  const theirs = { ...mandate, agent: other }
  await world.ledger.append({ kind: 'mandate-granted', mandate: theirs })
  const lease = {
    ...{ id: 'lease_theirs' as LeaseId, agent: other, mandate: theirs.id },
    ...{ tokenHash: sha256('theirs'), issuedAt: clock.now() },
    expiresAt: standing.lease.expiresAt,
  }
  await world.ledger.append({ kind: 'lease-issued', lease, by: standing.owner })
  const as = { standing: { ...standing, agent: other, mandate: theirs, lease } }
  // A name inside an agent's own text is not the agent's name.
  const told = await world.arrive({ ...as, impacts: [volumeImpact('"agent":"cursor"')] })
  for (let i = 0; i < beforeShownMax + 10; i++) await allow(scene, told, other)
  const mine = await world.arrive({ query: 'mutation { mine }' })
  assert.equal(view(mine.hold).before.length, 0)
  const next = await world.arrive({ ...as, query: 'mutation { next }' })
  const { before } = view(next.hold)
  assert.equal(before.length, beforeShownMax)
  assert.ok(before.every((action) => action.agent === other))
})

test('similar: how the like was answered, never the same hold, nor what waits', async (t) => {
  const { world, clock, alice, view } = await open(t)
  const refused = await world.arrive({ query: 'mutation { a }' })
  await answerHold(world, refused.hold, alice, 'refuse', { note: 'no' })
  clock.advance(60)
  const unlike = await world.arrive({ query: 'mutation { other }', impacts: dropped })
  await answerHold(world, unlike.hold, alice)
  const released = await world.arrive({ query: 'mutation { b }' })
  const asked = world.holds.challenge(released.hold, alice.name, 'release', '', {
    ...{ milliseconds: 900, impactSeen: true },
  })
  const given = alice.passkey.assert(asked.options)
  await world.holds.settle(released.hold, alice.name, asked.binding.nonce, given)
  const waits = await world.arrive({ query: 'mutation { c }' })
  const { hold } = await world.arrive({ query: 'mutation { d }' })
  const told = view(hold).similar.map(({ id, at, state, by, attention }) => ({
    ...{ id, at, state: state.kind, by, marks: attention?.marks },
  }))
  assert.deepEqual(told, [
    {
      ...{ id: released.hold, at: '2026-04-24T02:14:00.000Z', state: 'released' },
      ...{ by: ['alice'], marks: ['hasty'] },
    },
    { id: refused.hold, at: worldStart, state: 'refused', by: ['alice'], marks: [] },
  ])
  assert.ok(!view(waits.hold).similar.some(({ id }) => id === waits.hold || id === hold))
  assert.ok(!view(refused.hold).similar.some(({ id }) => id === refused.hold))
  const another = await world.arrive({ query: 'mutation { e }', impacts: dropped })
  const alike = view(another.hold).similar
  assert.deepEqual(
    alike.map(({ id }) => id),
    [unlike.hold],
  )
})

test('similar: ten at the most, the same after a restart', async (t) => {
  const { world, alice, view } = await open(t)
  for (let i = 0; i < 12; i++) {
    const { hold } = await world.arrive({ query: `mutation { m${i} }` })
    await answerHold(world, hold, alice, 'refuse')
  }
  const { hold, decision } = await world.arrive({ query: 'mutation { now }' })
  const { similar } = view(hold)
  assert.equal(similar.length, 10)
  const again = createPastHolds(world.ledger, world.store).alike(decision)
  assert.deepEqual(
    similar.map(({ id }) => id),
    again.slice(1, 11),
  )
})

test('a safeguard says when it last succeeded here; failures are no proof', async (t) => {
  const { world, clock, view } = await open(t)
  const { hold, decision } = await world.arrive()
  const [first] = view(hold).safeguards
  assert.equal(first?.proven, null)
  const safeguard = 'independent-backup' as SafeguardName
  const guarded = { kind: 'guarded', decision: decision.id, safeguard } as const
  const proof = {
    ...({ kind: 'proven', says: 'a copy\u001b[2J elsewhere', artefact: 's3://x' } as const),
    ...{ bytes: 1, sha256: sha256('a copy') },
  }
  await world.ledger.append({ ...guarded, proof })
  const at = clock.now()
  clock.advance(60)
  await world.ledger.append({ ...guarded, proof: { kind: 'failed', why: 'no room' } })
  const [proven] = view(hold).safeguards
  assert.equal(proven?.proven?.at, at)
  assert.match(proven.proven.says, /a copy⟨U\+001B⟩\[2J elsewhere/)
  const after = createLastProofs(world.ledger, world.store).of(safeguard)
  assert.deepEqual(after, proven.proven)
})

const preview: Preview = {
  tables: [{ schema: 'public', name: 'users', inserted: 0, updated: 0, deleted: 12, total: 12 }],
  dropped: [],
  because: [],
  samples: [{ table: 'public.users', columns: ['id'], rows: [['1'], [null]] }],
}

test('what a trial found is shown, while it is what was written', async (t) => {
  const { world, view } = await open(t)
  const { hold, decision } = await world.arrive({ preview })
  const shown = view(hold)
  assert.deepEqual(shown.preview, preview)
  assert.equal(view((await world.arrive({ query: 'mutation { b }' })).hold).preview, null)
  const index = world.store.decision(decision.id)?.index
  const beside = world.store.beside.bind(world.store)
  t.mock.method(world.store, 'beside', (at: number) => {
    const kept = beside(at)
    if (at !== index || kept === null) return kept
    const swapped = Buffer.from(kept.bytes).toString().replace('"deleted":12', '"deleted":1')
    return { ...kept, bytes: Buffer.from(swapped) }
  })
  const swapped = view(hold)
  assert.deepEqual([swapped.preview, swapped.request], [null, null])
  assert.match(swapped.requestFlaw ?? '', /not what was judged/)
})

test('each answer is shown with how it was given', async (t) => {
  const { world, view } = await open(t)
  const bob = await world.enrol('bob', ['approver'])
  const carol = await world.enrol('carol', ['approver'])
  const { hold } = await world.arrive({ release: 'two-person' })
  await answerHold(world, hold, bob)
  await answerHold(world, hold, carol, 'refuse')
  const answers = view(hold).answers.map(({ person, answer, attention }) => [
    ...[person, answer, attention?.marks],
  ])
  assert.deepEqual(answers, [
    ['bob', 'release', ['not-shown']],
    ['carol', 'refuse', []],
  ])
})
