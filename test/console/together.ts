// Several holds of one plan in one world, and people who release them together.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'

import type { Fact, FactOf, LedgerEntry } from '../../src/domain/fact.ts'
import type { HoldId } from '../../src/domain/names.ts'
import { createReleaseAudit } from '../../src/holds/audit.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import type { FakeClock } from '../../src/system/clock.ts'
import { openWorld, worldStart } from './world.ts'
import type { Person, World } from './world.ts'

export interface Scene {
  readonly world: World
  readonly clock: FakeClock
  readonly alice: Person
  readonly bob: Person
  readonly carol: Person
  readonly dora: Person
}

/** alice granted the mandate; bob and carol may approve; dora audits. */
export async function openTogether(t: TestContext): Promise<Scene> {
  const clock = createFakeClock(worldStart)
  const world = await openWorld(clock)
  t.after(async () => {
    assert.deepEqual(flawsOf(world), [], 'an auditor finds the ledger in order')
    await world.close()
  })
  const alice = await world.enrol('alice', ['owner'])
  const bob = await world.enrol('bob', ['approver'])
  const carol = await world.enrol('carol', ['approver'])
  const dora = await world.enrol('dora', ['auditor'])
  return { world, clock, alice, bob, carol, dora }
}

export function entriesOf(world: World): readonly LedgerEntry[] {
  return world.store.entries(0, 10_000)
}

/** What an auditor says of the ledger, as it stands or as somebody would have it. */
export function flawsOf(
  world: World,
  alter: (fact: Fact) => Fact = (fact) => fact,
): readonly string[] {
  const audit = createReleaseAudit(world.site)
  return entriesOf(world).flatMap((entry) => audit.take({ ...entry, fact: alter(entry.fact) }))
}

export function approvalsOf(world: World): readonly FactOf<'approved'>[] {
  return entriesOf(world).flatMap(({ fact }) => (fact.kind === 'approved' ? [fact] : []))
}

export async function arriveSeveral(world: World, count: number): Promise<readonly HoldId[]> {
  const holds: HoldId[] = []
  for (let i = 0; i < count; i++) {
    holds.push((await world.arrive({ query: `mutation { volumeDelete(volumeId: "${i}") }` })).hold)
  }
  return holds
}

export const look = { milliseconds: 8000, impactSeen: true }

export function looked(
  holds: readonly HoldId[],
): Parameters<World['holds']['challengeTogether']>[0] {
  return holds.map((hold) => ({ hold, ...look }))
}

export async function releaseTogether(
  { holds }: World,
  ids: readonly HoldId[],
  person: Person,
): ReturnType<World['holds']['settleTogether']> {
  const asked = holds.challengeTogether(looked(ids), person.name)
  return holds.settleTogether(person.name, asked.nonce, person.passkey.assert(asked.options))
}
