import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import type { Fact } from '../../src/domain/fact.ts'
import type { HoldId, Instant, LeaseId } from '../../src/domain/names.ts'
import { sha256 } from '../../src/system/hash.ts'
import * as facts from './facts.ts'
import { mustPut, put } from './under-test.ts'
import type { Refuses, StoreUnderTest } from './under-test.ts'

export function describeHolds(under: () => StoreUnderTest, refuses: Refuses): void {
  const one = facts.hold('one')
  const people = [
    ...facts.enrolled(facts.alice),
    ...facts.enrolled(facts.bob, ['approver']),
    ...facts.enrolled(facts.carol, ['auditor']),
  ]
  const waiting: readonly Fact[] = [
    ...facts.staged,
    ...people,
    facts.decided('one', facts.toHold),
    facts.held('one'),
  ]
  const letGo: readonly Fact[] = [
    ...waiting,
    facts.approved(facts.bob, one),
    facts.released(one, facts.bob),
  ]
  const again = facts.decided('again', facts.toHold)
  const spent: readonly Fact[] = [...letGo, again, facts.claimed(one, 'again')]
  const afterExpiry = '2026-01-01T01:00:00.000Z' as Instant
  const twoPerson = { release: 'two-person', grantedBy: facts.alice } as const
  const two = facts.hold('one', twoPerson)
  const waitingForTwo = [
    ...facts.staged,
    ...people,
    facts.decided('one', facts.toHold),
    facts.held('one', twoPerson),
  ]
  const lease: Fact = { kind: 'lease-revoked', lease: one.lease, by: facts.alice }
  const tripped: Fact = { kind: 'tripped', agent: facts.fixer, reason: 'budget', says: 'too much' }

  /** A row: the facts, and what the hold has come to. */
  function comesTo(what: string, all: readonly Fact[], state: object, at?: Instant): void {
    test(what, () => {
      mustPut(under().store, all.slice(0, -1))
      mustPut(under().store, all.slice(-1), at)
      const record = under().reopen().hold(one.id)
      assert.deepEqual(record?.state, state)
      assert.equal(record.decision.id, 'one')
    })
  }

  describe('holds', () => {
    test('count once as a denial, and as what they do only when a release is spent', () => {
      const { store } = under()
      const counts = (): unknown => {
        const { requests, destroys, denials } = store.spent(one.mandate)
        return { requests, destroys, denials }
      }
      mustPut(store, letGo)
      assert.deepEqual(counts(), { requests: 1, destroys: 0, denials: 1 })
      mustPut(store, [again])
      assert.deepEqual(counts(), { requests: 2, destroys: 0, denials: 1 })
      mustPut(store, [facts.claimed(one, 'again')])
      assert.deepEqual(counts(), { requests: 2, destroys: 1, denials: 1 })
    })

    comesTo('wait', waiting, { kind: 'waiting', approvals: [] })
    comesTo('wait with an approval', [...waiting, facts.approved(facts.bob, one)], {
      kind: 'waiting',
      approvals: ['bob'],
    })
    comesTo('are released', letGo, { kind: 'released', by: ['bob'] })
    comesTo('are refused', [...waiting, facts.refused(one, facts.bob)], {
      kind: 'refused',
      by: 'bob',
      note: 'not today',
    })
    comesTo('expire', [...waiting, facts.expired(one)], { kind: 'expired' }, afterExpiry)
    comesTo(
      'expire with a release unspent',
      [...letGo, facts.expired(one)],
      { kind: 'expired' },
      afterExpiry,
    )
    comesTo('are withdrawn', [...waiting, facts.withdrawn(one)], {
      kind: 'withdrawn',
      why: 'lease revoked',
    })
    comesTo('are withdrawn with a release unspent', [...letGo, facts.withdrawn(one)], {
      kind: 'withdrawn',
      why: 'lease revoked',
    })
    comesTo('are spent', spent, { kind: 'spent', decision: 'again' })
    comesTo('are spent by the decision that was held', [...letGo, facts.claimed(one, 'one')], {
      kind: 'spent',
      decision: 'one',
    })

    test('let exactly the claiming decision be sent, once', () => {
      const { store } = under()
      mustPut(store, [...spent, facts.sent('again'), facts.ended('again')])
      const [refusal] = put(store, [facts.sent('one')])
      assert.match(refusal ?? '', /held/)
      assert.deepEqual(
        store.decision(one.decision)?.history.map(({ fact }) => fact.kind),
        ['decided', 'held', 'approved', 'settled', 'claimed'],
      )
    })

    test('are listed by state and agent, and found by request and lease', () => {
      const { store } = under()
      mustPut(store, [...letGo, facts.decided('two', facts.toHold), facts.held('two')])
      const ids = (found: readonly { hold: { id: HoldId } }[]): string[] =>
        found.map(({ hold }) => hold.id)
      assert.deepEqual(ids(store.holds()), ['hold_one', 'hold_two'])
      assert.deepEqual(ids(store.holds({ state: 'waiting' })), ['hold_two'])
      assert.deepEqual(ids(store.holds({ state: 'released', agent: facts.fixer })), ['hold_one'])
      assert.deepEqual(ids(store.holds({ agent: 'other' as typeof facts.fixer })), [])
      assert.equal(store.holdFor(one.request, one.lease)?.hold.id, 'hold_two', 'the newest')
      assert.equal(store.holdFor(sha256('another'), one.lease), null)
      assert.equal(store.holdFor(one.request, 'other' as LeaseId), null)
    })

    test('need two people where the rule says so', () => {
      const { store } = under()
      const more = [...facts.enrolled('dora' as typeof facts.bob), facts.approved(facts.bob, two)]
      mustPut(store, [...waitingForTwo, ...more])
      assert.match(put(store, [facts.released(two, facts.bob)])[0] ?? '', /wants more than/)
      assert.match(
        put(store, [facts.released(two, facts.bob, facts.bob)])[0] ?? '',
        /wants more than/,
      )
      mustPut(store, [facts.approved('dora' as typeof facts.bob, two)])
      mustPut(store, [facts.released(two, facts.bob, 'dora' as typeof facts.bob)])
    })

    test('raise the counter of the passkey that answers them', () => {
      mustPut(under().store, letGo)
      assert.equal(under().store.passkey(facts.passkeyOf(facts.bob).id)?.passkey.signCount, 7)
    })

    refuses(
      'a hold on an allowed decision',
      [...facts.staged, facts.decided('one')],
      facts.held('one'),
      /not to hold/,
    )
    refuses('a hold on no decision', facts.staged, facts.held('one'), /no decision/)
    refuses(
      'a second hold on a decision',
      waiting,
      facts.held('one', { id: 'h2' as HoldId }),
      /already/,
    )
    refuses(
      'a hold for another request',
      waiting.slice(0, -1),
      facts.held('one', { request: sha256('x') }),
      /not on what/,
    )
    refuses(
      'a hold for another lease',
      waiting.slice(0, -1),
      facts.held('one', { lease: 'x' as LeaseId }),
      /not on what/,
    )
    refuses(
      'an approval twice by one person',
      [...waiting, facts.approved(facts.bob, one)],
      facts.approved(facts.bob, one),
      /already/,
    )
    refuses(
      'an approval by nobody enrolled',
      waiting,
      facts.approved('eve' as typeof facts.bob, one),
      /not one of theirs/,
    )
    refuses(
      'an approval by an auditor',
      waiting,
      facts.approved(facts.carol, one),
      /no owner or approver/,
    )
    const revoked: Fact = {
      kind: 'passkey-revoked',
      passkey: facts.passkeyOf(facts.bob).id,
      by: facts.alice,
    }
    refuses(
      'an approval with a revoked passkey',
      [...waiting, revoked],
      facts.approved(facts.bob, one),
      /revoked/,
    )
    const stolen = { ...facts.approved(facts.bob, one), assertion: facts.assertionBy(facts.alice) }
    refuses("an approval with another's passkey", waiting, stolen, /not one of theirs/)
    const swapped = {
      ...facts.approved(facts.bob, one),
      binding: facts.bindingBy(facts.bob, one, 'refuse'),
    }
    refuses('a refusal as an approval', waiting, swapped, /not a release/)
    refuses(
      'an approval after the expiry',
      waiting,
      facts.approved(facts.bob, one),
      /expired/,
      afterExpiry,
    )
    refuses(
      'an approval of what is settled',
      letGo,
      facts.approved(facts.alice, one),
      /released already/,
    )
    refuses('a release by nobody', waiting, facts.released(one), /wants more than nobody/)
    refuses(
      'a release without the approval',
      waiting,
      facts.released(one, facts.bob),
      /has not approved/,
    )
    refuses('a release twice', letGo, facts.released(one, facts.bob), /released already/)
    refuses(
      'a refusal of what is released',
      letGo,
      facts.refused(one, facts.bob),
      /released already/,
    )
    refuses(
      'a release after the expiry',
      [...waiting, facts.approved(facts.bob, one)],
      facts.released(one, facts.bob),
      /expired/,
      afterExpiry,
    )
    refuses('an expiry too soon', waiting, facts.expired(one), /lasts until/)
    refuses('a withdrawal of what is spent', spent, facts.withdrawn(one), /spent already/)
    const ownGrant = [
      ...waitingForTwo,
      facts.approved(facts.alice, two),
      facts.approved(facts.bob, two),
    ]
    refuses(
      'the granter as one of two',
      ownGrant,
      facts.released(two, facts.alice, facts.bob),
      /wants more than/,
    )
    refuses('settling no hold', facts.staged, facts.expired(one), /no hold/)
    refuses(
      'spending what is not released',
      [...waiting, again],
      facts.claimed(one, 'again'),
      /waiting, not released/,
    )
    refuses(
      'spending twice',
      [...spent, facts.decided('third', facts.toHold)],
      facts.claimed(one, 'third'),
      /spent, not released/,
    )
    refuses(
      'spending after the expiry',
      [...letGo, again],
      facts.claimed(one, 'again'),
      /expired/,
      afterExpiry,
    )
    refuses(
      'spending on an allowed decision',
      [...letGo, facts.decided('a')],
      facts.claimed(one, 'a'),
      /not to hold/,
    )
    refuses(
      'spending on a denial',
      [...letGo, facts.decided('a', facts.deny)],
      facts.claimed(one, 'a'),
      /not to hold/,
    )
    refuses('spending on no decision', letGo, facts.claimed(one, 'none'), /no decision/)
    const changed = (changes: Parameters<typeof facts.decided>[2]): Fact =>
      facts.decided('again', facts.toHold, changes)
    const request = { ...facts.decision('again', facts.toHold).request, digest: sha256('other') }
    refuses(
      'spending on another request',
      [...letGo, changed({ request })],
      facts.claimed(one, 'again'),
      /not on what/,
    )
    refuses(
      'spending under another lease',
      [...letGo, changed({ lease: 'other' as LeaseId })],
      facts.claimed(one, 'again'),
      /not on what/,
    )
    refuses(
      'spending under new policies',
      [...letGo, changed({ policies: sha256('new') })],
      facts.claimed(one, 'again'),
      /not on what/,
    )
    refuses(
      'spending after the lease was revoked',
      [...letGo, again, lease],
      facts.claimed(one, 'again'),
      /lease has ended/,
    )
    refuses(
      'spending while frozen',
      [...letGo, again, tripped],
      facts.claimed(one, 'again'),
      /frozen/,
    )
    refuses(
      'spending while killed',
      [...letGo, again, { kind: 'killed', agent: null, by: facts.alice }],
      facts.claimed(one, 'again'),
      /stopped/,
    )
  })
}
