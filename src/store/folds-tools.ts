import type { DatabaseSync } from 'node:sqlite'

import { conflict } from './fold.ts'
import type { Folds } from './fold.ts'

/** The newest pin of a tool counts. */
export function foldTools(database: DatabaseSync): Pick<Folds, 'tool-pinned'> {
  const same = database.prepare(
    'SELECT 1 FROM tool_pins WHERE upstream = ? AND tool = ? AND definition = ?',
  )
  const pin = database.prepare(
    `INSERT INTO tool_pins(upstream, tool, definition, idx) VALUES(?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET definition = excluded.definition, idx = excluded.idx`,
  )
  return {
    'tool-pinned'({ upstream, tool, definition, by }, { index }) {
      if (by !== null && same.get(upstream, tool, definition) !== undefined) {
        conflict(`\`${tool}\` of \`${upstream}\` is accepted so already`, 'nothing is to be done')
      }
      pin.run(upstream, tool, definition, index)
    },
  }
}
