import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'

import type { Fact } from '../../src/domain/fact.ts'
import type { Instant, MandateId } from '../../src/domain/names.ts'
import type { Store } from '../../src/store/store.ts'
import { canonicalJson } from '../../src/wire/canonical-json.ts'
import { entryText } from '../../src/wire/ledger-entry.ts'
import * as facts from './facts.ts'
import { describeAgents } from './store-agents.ts'
import { describeDecisions } from './store-decisions.ts'
import { describeHolds } from './store-holds.ts'
import { describePeople } from './store-people.ts'
import { mustPut, put } from './under-test.ts'
import type { StoreUnderTest } from './under-test.ts'

/** What every store promises, whatever it is made of. */
export function describeStore(name: string, make: () => StoreUnderTest): void {
  let under: StoreUnderTest
  let store: Store

  function refuses(
    what: string,
    before: readonly Fact[],
    fact: Fact,
    why: RegExp,
    at?: Instant,
  ): void {
    test(`refuses ${what}`, () => {
      mustPut(store, before)
      const entries = store.head().size
      const [refusal] = put(store, [fact], at)
      assert.match(refusal ?? 'it was taken', why)
      assert.match(refusal ?? '', /; /, 'it says what to do next')
      assert.equal(store.head().size, entries, 'and keeps nothing of it')
    })
  }

  describe(name, () => {
    beforeEach(() => {
      under = make()
      store = under.store
    })
    afterEach(() => under.discard())

    describe('facts', () => {
      test('are kept in order, and over a restart', () => {
        mustPut(store, [facts.agentAdded(), facts.discovering('a')])
        mustPut(store, [facts.discovering('b')], facts.muchLater)
        const again = under.reopen()
        assert.deepEqual(again.head(), { size: 3, at: facts.muchLater })
        assert.deepEqual(
          again.entries(0, 10).map(({ index, fact }) => [index, fact.kind]),
          [
            [0, 'agent-added'],
            [1, 'discovering'],
            [2, 'discovering'],
          ],
        )
        assert.deepEqual(
          again.entries(1, 1).map(({ index }) => index),
          [1],
        )
        assert.equal(again.hashes(0, 3).length, 96)
        assert.equal(again.leaves(2, 5).length, 1)
      })

      test('of one group that cannot be true are left out, the others kept', () => {
        const refusals = put(store, [facts.agentAdded(), facts.agentAdded(), facts.discovering()])
        assert.deepEqual(
          refusals.map((why) => why === null),
          [true, false, true],
        )
        assert.equal(store.head().size, 2)
      })

      test('are all gone when the group fails', () => {
        mustPut(store, [facts.agentAdded()])
        assert.throws(() =>
          store.write((group) => {
            const leaf = Buffer.from(
              entryText(1, facts.start, canonicalJson(facts.discovering()), null),
            )
            group.put(facts.mandateGranted(), {
              index: 1,
              at: facts.start,
              leaf,
              hash: leaf,
              beside: null,
            })
            throw new Error('the work failed')
          }),
        )
        assert.equal(store.head().size, 1)
        assert.equal(store.mandate('mandate_one' as MandateId), null)
        assert.equal(under.reopen().head().size, 1)
      })

      test('have what is beside them, and only those that do', () => {
        store.write((group) => {
          const row = { index: 0, at: facts.start, leaf: Buffer.from('{}'), hash: Buffer.alloc(32) }
          const beside = { salt: Buffer.from('salt'), bytes: Buffer.from('payload') }
          group.put(facts.discovering(), { ...row, beside })
          group.put(facts.discovering(), { ...row, index: 1, beside: null })
        })
        assert.deepEqual(Buffer.from(store.beside(0)?.bytes ?? []).toString(), 'payload')
        assert.equal(store.beside(1), null)
        assert.equal(store.beside(2), null)
      })

      test('decided since an instant are found among many', () => {
        mustPut(store, facts.staged)
        for (let minute = 10; minute < 40; minute++) {
          const at = `2026-01-01T00:${minute}:00.000Z` as Instant
          mustPut(store, [facts.decided(`d${minute}`), facts.sent(`d${minute}`)], at)
        }
        const ids = (since: string): string[] =>
          [...store.recent(since as Instant)].map(({ fact }) => fact.decision.id)
        assert.equal(ids('2026-01-01T00:37:00.000Z').join(), 'd37,d38,d39')
        assert.equal(ids('2026-01-01T00:37:00.001Z').join(), 'd38,d39')
        assert.equal(ids('2025-01-01T00:00:00.000Z').length, 30)
        assert.equal(ids('2027-01-01T00:00:00.000Z').length, 0)
      })
    })

    describe('checkpoints', () => {
      const root = Buffer.alloc(32, 1)
      test('are kept with their nodes', () => {
        mustPut(store, [facts.discovering('a'), facts.discovering('b')])
        assert.equal(store.checkpoint(), null)
        store.saveCheckpoint({ size: 2, root }, [{ level: 1, index: 0, hash: root }])
        const again = under.reopen()
        assert.equal(again.checkpoint()?.size, 2)
        assert.deepEqual(Buffer.from(again.nodes(1, 0, 5)), root)
        assert.equal(again.nodes(2, 0, 5).length, 0)
      })

      test('never go back, never fork, never run ahead', () => {
        mustPut(store, [facts.discovering('a'), facts.discovering('b')])
        store.saveCheckpoint({ size: 1, root }, [])
        store.saveCheckpoint({ size: 1, root }, [])
        assert.throws(() => store.saveCheckpoint({ size: 0, root }, []), /never covers less/)
        assert.throws(
          () => store.saveCheckpoint({ size: 1, root: Buffer.alloc(32) }, []),
          /one root/,
        )
        assert.throws(() => store.saveCheckpoint({ size: 3, root }, []), /that are there/)
        assert.deepEqual(store.checkpoint()?.size, 1)
      })
    })

    describeAgents(() => under, refuses)
    describeDecisions(() => under, refuses)
    describeHolds(() => under, refuses)
    describePeople(() => under, refuses)
  })
}
