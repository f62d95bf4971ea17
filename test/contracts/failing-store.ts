import { Fault } from '../../src/domain/fault.ts'
import type { Store } from '../../src/store/store.ts'

export interface FailingStore extends Store {
  /** The write after the next `after` fails; what it wrote is there all the same, or is not. */
  failNextWrite(how: { readonly stored: boolean; readonly after?: number }): void
  /** From the next one on, nothing is confirmed to be durable any more. */
  failSyncs(): void
  /** So does keeping the next checkpoint. */
  failNextCheckpoint(how: { readonly stored: boolean }): void
}

/**
 * A real store whose writes can fail, in both ways in which a disk fails. All else goes through.
 */
export function createFailingStore(store: Store): FailingStore {
  let syncsFail = false
  let failing: { stored: boolean; after: number } | null = null
  let failingCheckpoint: { stored: boolean } | null = null

  function fails(): { stored: boolean } | null {
    if (failing === null || failing.after-- > 0) return null
    const now = failing
    failing = null
    return now
  }

  return {
    ...store,
    write(work) {
      const failure = fails()
      if (failure === null) {
        store.write(work)
        return
      }
      if (failure.stored) {
        store.write(work)
        throw diskFailed()
      }
      store.write((group) => {
        work(group)
        throw diskFailed()
      })
    },
    saveCheckpoint(checkpoint, nodes) {
      const failure = failingCheckpoint
      failingCheckpoint = null
      if (failure === null || failure.stored) store.saveCheckpoint(checkpoint, nodes)
      if (failure !== null) throw diskFailed()
    },
    failNextCheckpoint: (how) => (failingCheckpoint = how),
    sync: () => (syncsFail ? Promise.reject(diskFailed()) : store.sync()),
    failSyncs: () => (syncsFail = true),
    failNextWrite: ({ stored, after = 0 }) => (failing = { stored, after }),
  }
}

function diskFailed(): Fault {
  return new Fault('disk-failed', 'the disk failed, as it was told to')
}
