import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import type { Fact } from '../../src/domain/fact.ts'
import type { Instant, LeaseId, MandateId } from '../../src/domain/names.ts'
import { sha256 } from '../../src/system/hash.ts'
import * as facts from './facts.ts'
import { mustPut } from './under-test.ts'
import type { Refuses, StoreUnderTest } from './under-test.ts'

export function describeAgents(under: () => StoreUnderTest, refuses: Refuses): void {
  const child = {
    id: 'mandate_child' as MandateId,
    agent: 'helper' as typeof facts.fixer,
    parent: 'mandate_one' as MandateId,
  }
  const family: readonly Fact[] = [
    ...facts.staged,
    facts.agentAdded(child.agent),
    facts.mandateGranted(child),
    facts.leaseIssued({ id: 'lease_child' as LeaseId, agent: child.agent, mandate: child.id }),
  ]
  const revoked: Fact = {
    kind: 'mandate-revoked',
    mandate: 'mandate_one' as MandateId,
    by: facts.alice,
  }
  const tripped: Fact = { kind: 'tripped', agent: facts.fixer, reason: 'budget', says: 'too much' }
  const resumed: Fact = { kind: 'resumed', agent: facts.fixer, by: facts.alice }

  describe('agents, mandates and leases', () => {
    test('are there when they were added', () => {
      const { store } = under()
      mustPut(store, family)
      assert.deepEqual(
        store.agents().map(({ name }) => name),
        ['fixer', 'helper'],
      )
      assert.equal(store.agent(facts.fixer)?.owner, facts.alice)
      assert.equal(store.agent('nobody' as typeof facts.fixer), null)
      assert.deepEqual(
        store.mandates().map(({ mandate }) => mandate.id),
        ['mandate_one', 'mandate_child'],
      )
      assert.deepEqual(
        store.leases().map(({ lease }) => lease.id),
        ['lease_one', 'lease_child'],
      )
      assert.equal(store.leaseByTokenHash(sha256('lease_one'))?.lease.id, 'lease_one')
      assert.equal(store.leaseByTokenHash(sha256('another')), null)
    })

    test('revoking a mandate ends what was narrowed from it, and no other', () => {
      const { store } = under()
      const other = { id: 'mandate_other' as MandateId }
      mustPut(store, [...family, facts.mandateGranted(other)])
      mustPut(store, [revoked])
      const ended = under().reopen()
      assert.deepEqual(
        ended.mandates().map(({ mandate, endedAt }) => [mandate.id, endedAt !== null]),
        [
          ['mandate_one', true],
          ['mandate_child', true],
          ['mandate_other', false],
        ],
      )
      assert.ok(ended.leases().every(({ endedAt }) => endedAt === facts.start))
    })

    test('a lease is revoked alone, and twice is no mistake', () => {
      const { store } = under()
      const once: Fact = { kind: 'lease-revoked', lease: 'lease_one' as LeaseId, by: facts.alice }
      mustPut(store, [...family, once])
      mustPut(store, [once], facts.muchLater)
      assert.equal(store.lease('lease_one' as LeaseId)?.endedAt, facts.start)
      assert.equal(store.lease('lease_child' as LeaseId)?.endedAt, null)
    })

    test('a trip freezes until a person resumes; a second trip changes nothing', () => {
      const { store } = under()
      mustPut(store, [...facts.staged, tripped, { ...tripped, says: 'again' }])
      assert.deepEqual(
        store.frozen().map(({ says }) => says),
        ['too much'],
      )
      assert.equal(under().reopen().agent(facts.fixer)?.frozen?.reason, 'budget')
    })

    test('a resumed agent is not frozen', () => {
      const { store } = under()
      mustPut(store, [...facts.staged, tripped, resumed])
      assert.deepEqual(store.frozen(), [])
      assert.equal(store.agent(facts.fixer)?.frozen, null)
    })

    test('a kill lasts until it is lifted, over a restart, for one and for all', () => {
      const { store } = under()
      const one: Fact = { kind: 'killed', agent: facts.fixer, by: facts.alice }
      const all: Fact = { kind: 'killed', agent: null, by: facts.bob }
      mustPut(store, [...facts.staged, one, all, all])
      const again = under().reopen()
      assert.deepEqual(
        again.killed().map(({ agent, by }) => [agent, by]),
        [
          ['fixer', 'alice'],
          [null, 'bob'],
        ],
      )
      assert.equal(again.agent(facts.fixer)?.killed, true)
      mustPut(again, [{ kind: 'kill-lifted', agent: null, by: facts.alice }])
      assert.deepEqual(
        again.killed().map(({ agent }) => agent),
        ['fixer'],
      )
      mustPut(again, [{ kind: 'kill-lifted', agent: facts.fixer, by: facts.alice }])
      assert.equal(again.agent(facts.fixer)?.killed, false)
    })

    refuses('an agent twice', facts.staged, facts.agentAdded(), /already/)
    refuses('a mandate for nobody', [], facts.mandateGranted(), /no agent/)
    refuses('a mandate twice', facts.staged, facts.mandateGranted(), /already/)
    const under404 = facts.mandateGranted({
      ...child,
      agent: facts.fixer,
      parent: 'none' as MandateId,
    })
    refuses('a mandate under none', facts.staged, under404, /no mandate/)
    const longer = facts.mandateGranted({
      ...child,
      agent: facts.fixer,
      expiresAt: '2030-01-01T00:00:00.000Z' as Instant,
    })
    refuses('a mandate that outlasts its parent', facts.staged, longer, /ends at/)
    const narrower = facts.mandateGranted({ ...child, agent: facts.fixer })
    refuses('a mandate under a revoked one', [...facts.staged, revoked], narrower, /has ended/)
    refuses(
      'a lease under a revoked mandate',
      [...facts.staged, revoked],
      facts.leaseIssued({ id: 'l2' as LeaseId }),
      /has ended/,
    )
    refuses(
      'a lease under an expired mandate',
      facts.staged,
      facts.leaseIssued({ id: 'l2' as LeaseId }),
      /has ended/,
      facts.muchLater,
    )
    refuses(
      "a lease under someone else's mandate",
      family,
      facts.leaseIssued({ id: 'l2' as LeaseId, agent: child.agent }),
      /not one of/,
    )
    refuses(
      'a lease under no mandate',
      facts.staged,
      facts.leaseIssued({ id: 'l2' as LeaseId, mandate: 'none' as MandateId }),
      /no mandate/,
    )
    refuses(
      'a lease that outlasts its mandate',
      facts.staged,
      facts.leaseIssued({ id: 'l2' as LeaseId, expiresAt: '2030-01-01T00:00:00.000Z' as Instant }),
      /ends at/,
    )
    refuses(
      'a lease with the token of another',
      facts.staged,
      facts.leaseIssued({ id: 'l2' as LeaseId, tokenHash: sha256('lease_one') }),
      /token/,
    )
    refuses(
      'revoking no lease',
      facts.staged,
      { kind: 'lease-revoked', lease: 'none' as LeaseId, by: facts.alice },
      /no lease/,
    )
    refuses(
      'revoking no mandate',
      facts.staged,
      { ...revoked, mandate: 'none' as MandateId },
      /no mandate/,
    )
    refuses('a trip of nobody', [], tripped, /no agent/)
    refuses(
      'a kill of nobody',
      [],
      { kind: 'killed', agent: facts.fixer, by: facts.alice },
      /no agent/,
    )
    refuses('resuming who is not frozen', facts.staged, resumed, /not frozen/)
    refuses(
      'lifting no kill',
      facts.staged,
      { kind: 'kill-lifted', agent: null, by: facts.alice },
      /in force/,
    )
  })
}
