import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Fact } from '../../src/domain/fact.ts'
import { openLedgerKey } from '../../src/ledger/key.ts'
import { createLedger } from '../../src/ledger/ledger.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { verifyLedger } from '../../src/ledger/verify.ts'
import type { LedgerReport } from '../../src/ledger/verify.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { createFakeClock } from '../../src/system/clock.ts'
import type { FakeClock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { createFailingStore } from '../contracts/failing-store.ts'
import type { FailingStore } from '../contracts/failing-store.ts'
import { discovering, start } from '../contracts/facts.ts'

/** A ledger in a folder of its own, on a real store whose writes can be made to fail. */
export interface LedgerStage {
  /** holds `store.db`, `ledger.key` and the published `ledger/` */
  readonly folder: string
  readonly published: string
  readonly vkey: string
  readonly store: FailingStore
  readonly ledger: Ledger
  readonly clock: FakeClock
  /** Appends all in one turn. */
  readonly appendAll: (facts: readonly Fact[]) => Promise<void>
  /** Ends this ledger as it would end well, everything published. */
  readonly close: () => Promise<void>
  /** Leaves the ledger as it is and opens the same state again. */
  readonly restart: () => Promise<LedgerStage>
  readonly verify: () => Promise<LedgerReport>
}

export interface StageOptions {
  readonly publishMilliseconds?: number
  readonly bytesMax?: number
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'holdpoint-ledger-'))
}

export function discard(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

export async function openStage(folder: string, options: StageOptions = {}): Promise<LedgerStage> {
  const { bytesMax, publishMilliseconds = 5 } = options
  const file = join(folder, 'store.db')
  const store = createFailingStore(
    openSqliteStore(file, bytesMax === undefined ? {} : { bytesMax }),
  )
  const published = join(folder, 'ledger')
  const signer = openLedgerKey({ file: join(folder, 'ledger.key'), random: systemRandom })
  const clock = createFakeClock(start)
  try {
    const ledger = await createLedger({
      store,
      signer,
      folder: published,
      clock,
      random: systemRandom,
      publishMilliseconds,
    })
    return {
      folder,
      published,
      vkey: signer.vkey,
      store,
      ledger,
      clock,
      async appendAll(facts) {
        await Promise.all(facts.map((fact) => ledger.append(fact)))
      },
      async close() {
        await ledger.close()
        store.close()
      },
      async restart() {
        await ledger.close()
        store.close()
        return openStage(folder, options)
      },
      verify: () => verifyLedger(published, { vkey: signer.vkey }),
    }
  } catch (fault) {
    store.close()
    throw fault
  }
}

/** As many facts as there are asked for, each different, none that changes a fold. */
export function manyFacts(count: number, from = 0): readonly Fact[] {
  return Array.from({ length: count }, (_, i) => discovering(String(from + i)))
}

/** A published log of exactly `size` entries, made in groups of at most a thousand. */
export async function publishLog(folder: string, size: number): Promise<LedgerStage> {
  const stage = await openStage(folder, { publishMilliseconds: 60_000 })
  for (let made = 0; made < size; made += 1000) {
    await stage.appendAll(manyFacts(Math.min(1000, size - made), made))
  }
  await stage.close()
  return stage
}
