import assert from 'node:assert/strict'
import { describe, test } from 'node:test'

import type { MandateId, SafeguardName } from '../../src/domain/names.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { sha256 } from '../../src/system/hash.ts'
import * as facts from './facts.ts'
import { mustPut } from './under-test.ts'
import type { Refuses, StoreUnderTest } from './under-test.ts'

export function describeDecisions(under: () => StoreUnderTest, refuses: Refuses): void {
  const guards: Verdict = {
    kind: 'allow',
    because: facts.because,
    safeguards: ['independent-backup' as SafeguardName],
  }

  describe('decisions', () => {
    test('have their history, and an outcome or none yet', () => {
      const { store } = under()
      const all = [facts.decided('one'), facts.sent('one'), facts.decided('two'), facts.sent('two')]
      mustPut(store, [...facts.staged, ...all, facts.ended('one')])
      const again = under().reopen()
      assert.deepEqual(again.decisionsWithoutOutcome(), ['two'])
      const one = again.decision(facts.decision('one', facts.allow).id)
      assert.deepEqual(
        one?.history.map(({ fact }) => fact.kind),
        ['decided', 'sent', 'ended'],
      )
      assert.equal(one.index, 3)
      assert.deepEqual(one.decision, facts.decision('one', facts.allow))
      assert.equal(again.decision(facts.decision('none', facts.allow).id), null)
    })

    test('remember what was repeated under them, and that they were undone', () => {
      const { store } = under()
      mustPut(store, [...facts.staged, facts.decided('one'), facts.sent('one')])
      mustPut(store, [facts.repeated('one'), facts.ended('one'), facts.repeated('one')])
      mustPut(store, [facts.undone('one'), facts.decided('two')])
      const one = under().reopen().decision(facts.decision('one', facts.allow).id)
      assert.deepEqual(
        one?.history.map(({ fact }) => fact.kind),
        ['decided', 'sent', 'repeated', 'ended', 'repeated', 'undone'],
      )
    })

    test('are sent once their safeguards are proven', () => {
      const { store } = under()
      mustPut(store, [...facts.staged, facts.decided('one', guards)])
      mustPut(store, [
        facts.guarded('one', 'independent-backup'),
        facts.sent('one'),
        facts.ended('one'),
      ])
      const record = store.decision(facts.decision('one', guards).id)
      assert.deepEqual(
        record?.history.map(({ fact }) => fact.kind),
        ['decided', 'guarded', 'sent', 'ended'],
      )
    })

    test('are counted for their mandate and those above it', () => {
      const { store } = under()
      const child = facts.mandateGranted({
        id: 'child' as MandateId,
        parent: 'mandate_one' as MandateId,
      })
      const below = { mandate: 'child' as MandateId }
      const two = {
        ...below,
        impacts: [facts.impactOf(facts.destroy('a')), facts.impactOf(facts.destroy('b'))],
      }
      mustPut(store, [
        ...facts.staged,
        child,
        facts.decided('r1'),
        facts.decided('r2', facts.allow, below),
      ])
      mustPut(store, [facts.decided('d1', facts.allow, two), facts.decided('d2', facts.deny, two)])
      const again = under().reopen()
      mustPut(again, [facts.decided('r3', facts.allow, below)])
      const { resources, ...counts } = again.spent('child' as MandateId)
      assert.deepEqual(counts, { requests: 4, writes: 1, destroys: 2, denials: 1 })
      assert.deepEqual([...resources].sort(), [
        'railway:service/web',
        'railway:volume/a',
        'railway:volume/b',
      ])
      assert.equal(again.spent('mandate_one' as MandateId).requests, 5)
      assert.equal(again.spent('none' as MandateId).requests, 0)
    })

    test('of a stranger count for nobody', () => {
      const { store } = under()
      mustPut(store, [
        facts.decided('x', facts.deny, { agent: null, lease: null, mandate: null, impacts: [] }),
      ])
      assert.equal(store.head().size, 1)
    })

    const allowed = [...facts.staged, facts.decided('one')]
    refuses('a decision twice', allowed, facts.decided('one'), /already/)
    refuses('a decision under no mandate', [], facts.decided('one'), /no mandate/)
    refuses('sending what was not decided', facts.staged, facts.sent('one'), /no decision/)
    refuses(
      'sending what was denied',
      [...facts.staged, facts.decided('one', facts.deny)],
      facts.sent('one'),
      /denial/,
    )
    refuses(
      'sending what is held',
      [...facts.staged, facts.decided('one', facts.toHold)],
      facts.sent('one'),
      /held/,
    )
    refuses(
      'sending another request',
      allowed,
      facts.sent('one', sha256('another')),
      /another request/,
    )
    refuses('sending twice', [...allowed, facts.sent('one')], facts.sent('one'), /sent already/)
    refuses(
      'sending again after the outcome',
      [...allowed, facts.sent('one'), facts.ended('one')],
      facts.sent('one'),
      /sent already/,
    )
    refuses(
      'sending unguarded',
      [...facts.staged, facts.decided('one', guards)],
      facts.sent('one'),
      /lacks independent-backup/,
    )
    const failed = [
      ...facts.staged,
      facts.decided('one', guards),
      facts.guarded('one', 'independent-backup', false),
    ]
    refuses('sending after a safeguard failed', failed, facts.sent('one'), /lacks/)
    const other = [...facts.staged, facts.decided('one', guards), facts.guarded('one', 'another')]
    refuses('sending after another safeguard', other, facts.sent('one'), /lacks/)
    refuses(
      'guarding what was sent',
      [...allowed, facts.sent('one')],
      facts.guarded('one', 'x'),
      /sent already/,
    )
    refuses(
      'guarding a denial',
      [...facts.staged, facts.decided('one', facts.deny)],
      facts.guarded('one', 'x'),
      /denial/,
    )
    refuses('repeating what was not sent', allowed, facts.repeated('one'), /never sent/)
    refuses('undoing what was not sent', allowed, facts.undone('one'), /never sent/)
    refuses('undoing what was not decided', facts.staged, facts.undone('one'), /no decision/)
    refuses('an outcome of what was not sent', allowed, facts.ended('one'), /never sent/)
    refuses(
      'an outcome twice',
      [...allowed, facts.sent('one'), facts.ended('one')],
      facts.ended('one'),
      /already/,
    )
  })
}
