import assert from 'node:assert/strict'

import type { Fact } from '../../src/domain/fact.ts'
import type { Instant } from '../../src/domain/names.ts'
import type { Store } from '../../src/store/store.ts'
import { sha256 } from '../../src/system/hash.ts'
import { canonicalJson } from '../../src/wire/canonical-json.ts'
import { entryText } from '../../src/wire/ledger-entry.ts'
import * as facts from './facts.ts'

/** A store, and the same state opened again after a stop. */
export interface StoreUnderTest {
  readonly store: Store
  reopen(): Store
  discard(): void
}

/** Puts facts in one transaction; gives what each was refused for, or null. */
export function put(
  store: Store,
  all: readonly Fact[],
  at = facts.start,
): readonly (string | null)[] {
  const refusals: (string | null)[] = []
  store.write((group) => {
    for (const fact of all) {
      const index = group.next
      const leaf = Buffer.from(entryText(index, at, canonicalJson(fact), null))
      const hash = Buffer.from(sha256(leaf), 'hex')
      try {
        group.put(fact, { index, at, leaf, hash, beside: null })
        refusals.push(null)
      } catch (fault) {
        assert.ok(
          fault instanceof Error && 'code' in fault && fault.code === 'conflict',
          String(fault),
        )
        refusals.push(fault.message)
      }
    }
  })
  return refusals
}

export function mustPut(store: Store, all: readonly Fact[], at?: Instant): void {
  assert.deepEqual(
    put(store, all, at).filter((why) => why !== null),
    [],
  )
}

/** A row: what was before, what is refused, and a word of why. */
export type Refuses = (
  what: string,
  before: readonly Fact[],
  fact: Fact,
  why: RegExp,
  at?: Instant,
) => void
