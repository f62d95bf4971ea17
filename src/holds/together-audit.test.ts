// An auditor on batches, from the ledger alone: src/holds/audit.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Fact, FactOf } from '../domain/fact.ts'
import type { LeaseId } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import {
  arriveSeveral,
  entriesOf,
  flawsOf,
  look,
  openTogether,
  releaseTogether,
} from '../../test/console/together.ts'
import { createReleaseAudit } from './audit.ts'
import { digestOfBinding, togetherChallengeOf } from './binding.ts'

function without(fact: FactOf<'approved'>, name: 'batch' | 'attention'): FactOf<'approved'> {
  const kept = Object.entries(fact).filter(([member]) => member !== name)
  return Object.fromEntries(kept) as FactOf<'approved'>
}

/** What somebody with the store, but not the passkey, would make of a batch. */
const forgeries: Readonly<Record<string, (fact: FactOf<'approved'>) => FactOf<'approved'>>> = {
  'without its batch': (fact) => without(fact, 'batch'),
  'with one more in its batch': (fact) => ({
    ...fact,
    batch: [...(fact.batch ?? []), sha256('one more')],
  }),
  'with one fewer in its batch': (fact) => ({
    ...fact,
    batch: (fact.batch ?? []).slice(1),
  }),
  'in another order': (fact) => ({ ...fact, batch: (fact.batch ?? []).toReversed() }),
  'not in its own batch': (fact) => ({
    ...fact,
    binding: { ...fact.binding, note: 'slipped in' },
  }),
  'with a batch that is no list': (fact) => ({ ...fact, batch: 'x' as never }),
  'with an empty batch': (fact) => ({ ...fact, batch: [] }),
  'with a batch of numbers': (fact) => ({ ...fact, batch: [1, 2] as never }),
  'never shown': (fact) => ({
    ...fact,
    attention: { milliseconds: null, impactSeen: false, together: 3, marks: ['not-shown'] },
  }),
  'with nothing said of how it was looked at': (fact) => without(fact, 'attention'),
  'with a mark taken away': (fact) => ({
    ...fact,
    attention: { milliseconds: 100, impactSeen: true, together: 3, marks: [] },
  }),
  'as if it were alone': (fact) => ({ ...fact, attention: { ...look, together: 1, marks: [] } }),
}

for (const [name, forge] of Object.entries(forgeries)) {
  test(`an auditor sees an approval of a batch ${name}`, async (t) => {
    const { world, alice } = await openTogether(t)
    const ids = await arriveSeveral(world, 3)
    await releaseTogether(world, ids, alice)
    const last = ids.at(-1)
    const flaws = flawsOf(world, (fact) =>
      fact.kind === 'approved' && fact.hold === last ? forge(fact) : fact,
    )
    assert.ok(flaws.length > 0)
    assert.match(flaws[0] ?? '', /`approved`/)
  })
}

test('an auditor sees a batch over two plans, which this gate would not ask for', async (t) => {
  const { world, alice } = await openTogether(t)
  const one = await world.arrive()
  const two = await world.arrive({ lease: 'lease_two' as LeaseId })
  const bindings = [one, two].map(({ hold }) => {
    const { binding } = world.holds.challenge(hold, alice.name, 'release', '', look)
    return { ...binding, nonce: 'A'.repeat(43) }
  })
  const batch = bindings.map(digestOfBinding)
  const { id, response } = alice.passkey.assert({ challenge: togetherChallengeOf(batch) })
  const passkey = id as FactOf<'approved'>['assertion']['passkey']
  const assertion = { passkey, publicKey: alice.passkey.publicKey, ...response }
  const audit = createReleaseAudit(world.site)
  const entries = entriesOf(world)
  for (const entry of entries) assert.deepEqual(audit.take(entry), [])
  const flaws = bindings.map((binding) => {
    const attention = { ...look, together: 2, marks: [] }
    const fact = { kind: 'approved', hold: binding.hold, binding, assertion, batch, attention }
    const at = entries.at(-1)?.at ?? binding.expiresAt
    return audit.take({ index: entries.length, at, beside: null, fact: fact as Fact })
  })
  assert.deepEqual(flaws[0], [])
  assert.match(flaws[1]?.join() ?? '', /holds of another plan/)
})
