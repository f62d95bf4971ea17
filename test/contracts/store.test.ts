import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openSqliteStore } from '../../src/store/sqlite.ts'
import { describeStore } from './store.ts'

describeStore('the store in SQLite', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-store-'))
  const file = join(folder, 'store.db')
  let open = openSqliteStore(file)
  return {
    store: open,
    reopen() {
      open.close()
      open = openSqliteStore(file)
      return open
    },
    discard() {
      open.close()
      rmSync(folder, { recursive: true })
    },
  }
})
