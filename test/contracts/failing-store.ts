import { Fault } from '../../src/domain/fault.ts'
import type { Store } from '../../src/store/store.ts'

export interface FailingStore extends Store {
  /** The write after the next `after` fails; what it wrote is there all the same, or is not. */
  failNextWrite(how: { readonly stored: boolean; readonly after?: number }): void
}

/**
 * A real store whose writes can fail, in both ways in which a disk fails. All else goes through.
 */
export function createFailingStore(store: Store): FailingStore {
  let failing: { stored: boolean; after: number } | null = null

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
    failNextWrite: ({ stored, after = 0 }) => (failing = { stored, after }),
  }
}

function diskFailed(): Fault {
  return new Fault('disk-failed', 'the disk failed, as it was told to')
}
