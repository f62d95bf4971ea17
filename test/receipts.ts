import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { openLedgerKey } from '../src/ledger/key.ts'
import { createLedger } from '../src/ledger/ledger.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { createFakeClock } from '../src/system/clock.ts'
import type { FakeClock } from '../src/system/clock.ts'
import { systemRandom } from '../src/system/random.ts'

export interface OpenLedger {
  readonly folder: string
  readonly store: Store
  readonly ledger: Ledger
  readonly clock: FakeClock
}

export const ledgerStart = '2026-01-01T00:00:00.000Z'

export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A real ledger on a real store, in a folder of its own, empty. */
export async function openLedger(
  t: Pick<TestContext, 'after'>,
  wrap: (store: Store) => Store = (store) => store,
): Promise<OpenLedger> {
  const folder = temporaryFolder(t)
  const clock = createFakeClock(ledgerStart)
  const random = systemRandom
  const store = wrap(openSqliteStore(join(folder, 'store.sqlite')))
  const signer = openLedgerKey({ file: join(folder, 'ledger.key'), random })
  const published = join(folder, 'ledger')
  const ledger = await createLedger({ store, signer, folder: published, clock, random })
  t.after(async () => {
    await ledger.close()
    store.close()
  })
  return { folder, store, ledger, clock }
}

/**
 * Takes every fact, also such as cannot be true after those before it: nothing but its place is
 * kept.
 */
export function takesEverything(store: Store): Store {
  return {
    ...store,
    write: (work) =>
      store.write((group) =>
        work({
          get next() {
            return group.next
          },
          put: (_fact, row) => group.put({ kind: 'policies-rejected', why: 'a stand-in' }, row),
          together: (puts) => group.together(puts),
        }),
      ),
  }
}
