// Reads long texts, away from where others wait. It is ended from outside when it takes too long.
import { parentPort } from 'node:worker_threads'

import { createSqlParser, isSqlBroken, loadSql } from '../languages/sql/parse.ts'
import { heavyLimits } from '../languages/sql/scan.ts'
import { readSqlShaped } from '../providers/postgres/index.ts'
import type { Catalogue } from '../providers/postgres/index.ts'
import { createParserCache } from './parser-cache.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

await loadSql()
const parser = createParserCache(createSqlParser(heavyLimits))
const catalogues = new Map<string, Catalogue | null>()

function answer(message: FromWorker): void {
  parentPort?.postMessage(message)
}

parentPort?.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'catalogue':
      catalogues.set(message.key, message.catalogue)
      return
    case 'forget':
      catalogues.delete(message.key)
      return
    case 'read': {
      const { id, key, place, text } = message
      const catalogue = catalogues.get(key) ?? null
      const read = readSqlShaped(parser.parse(text), { parser, catalogue, place })
      answer({ kind: 'read', id, read, fault: isSqlBroken() })
    }
  }
})

answer({ kind: 'ready' })
