import type { DatabaseSync } from 'node:sqlite'

import type { Digest, UpstreamName } from '../domain/names.ts'
import { textOf } from './rows.ts'
import type { StoreReads } from './store.ts'

export function readTools(database: DatabaseSync): Pick<StoreReads, 'toolPins'> {
  const all = database.prepare(
    'SELECT upstream, tool, definition FROM tool_pins WHERE upstream = ? ORDER BY tool',
  )
  return {
    toolPins: (upstream: UpstreamName) =>
      all.all(upstream).map((row) => ({
        tool: textOf(row, 'tool'),
        definition: textOf(row, 'definition') as Digest,
      })),
  }
}
