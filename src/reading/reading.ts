// SQL to what it would do, remembered: short texts are read here, long ones by a worker, against
// the clock. What takes too long, or comes when too much is waiting, is `unknown`, and says so.
import type { Evidence } from '../domain/action.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Action } from '../domain/action.ts'
import { createSqlParser, loadSql } from '../languages/sql/parse.ts'
import type { SqlParser } from '../languages/sql/parse.ts'
import { lightLimits } from '../languages/sql/scan.ts'
import { readSqlShaped } from '../providers/postgres/index.ts'
import type { Catalogue, SqlPlace, SqlRead } from '../providers/postgres/index.ts'
import { sha256 } from '../system/hash.ts'
import { createMemory } from './memory.ts'
import type { Memory } from './memory.ts'
import { createParserCache } from './parser-cache.ts'
import { createReadingWorker } from './reading-worker.ts'
import type { ReadingWorkerOptions } from './reading-worker.ts'
import { skeletonOf } from './skeleton.ts'

export interface SqlReading {
  /** What is known at once: remembered, or short enough to be read here. null: ask `read`. */
  readNow(text: string, catalogue: Catalogue | null, place: SqlPlace): SqlRead | null
  /** Never rejects, and takes no longer than the deadlines of what waits before it. */
  read(text: string, catalogue: Catalogue | null, place: SqlPlace): Promise<SqlRead>
  /** Ends the worker; what waits is answered as `unknown`. */
  close(): Promise<void>
}

/** Loads the parser; call once. `shape` of what is read is a digest, of the catalogue too. */
export async function createSqlReading(options: ReadingWorkerOptions = {}): Promise<SqlReading> {
  await loadSql()
  const watched = watch(createSqlParser(lightLimits))
  const parser = createParserCache(watched.parser)
  const memory = createMemory()
  const worker = createReadingWorker(options)

  function readNow(text: string, catalogue: Catalogue | null, place: SqlPlace): SqlRead | null {
    const known = remembered(memory, text, catalogue, place)
    if (known !== null) return known
    watched.start()
    const read = readSqlShaped(parser.parse(text), { parser, catalogue, place })
    return watched.isHeavy() ? null : remember(memory, read, text, catalogue, place)
  }

  return {
    readNow,
    async read(text, catalogue, place) {
      const now = readNow(text, catalogue, place)
      if (now !== null) return now
      const answer = await worker.read(text, catalogue, place)
      if (answer.kind === 'read') return remember(memory, answer.read, text, catalogue, place)
      return { actions: [unread(text, answer.why)], shape: null }
    },
    close: () => worker.close(),
  }
}

/** Knows whether something was refused only because it is too heavy to be parsed here. */
function watch(parser: SqlParser): { parser: SqlParser; start(): void; isHeavy(): boolean } {
  let heavy = false
  const noted = <T extends ReturnType<SqlParser['parse'] | SqlParser['parseBody']>>(
    parsed: T,
  ): T => {
    if (parsed.kind === 'refused' && parsed.heavy) heavy = true
    return parsed
  }
  return {
    parser: {
      parse: (text) => noted(parser.parse(text)),
      parseBody: (text) => noted(parser.parseBody(text)),
    },
    start: () => {
      heavy = false
    },
    isHeavy: () => heavy,
  }
}

function remembered(
  memory: Memory,
  text: string,
  catalogue: Catalogue | null,
  place: SqlPlace,
): SqlRead | null {
  const exact = memory.get(catalogue, place, text)
  if (exact !== null) return exact
  const skeleton = skeletonOf(text)
  if (skeleton === null) return null
  const alike = memory.get(catalogue, place, skeletonKey(skeleton))
  return alike === null ? null : { ...alike, actions: withEvidence(alike.actions, text) }
}

/** No text starts so: a NUL is refused before it is read. */
function skeletonKey(skeleton: string): string {
  return `\0${skeleton}`
}

function remember(
  memory: Memory,
  read: SqlRead,
  text: string,
  catalogue: Catalogue | null,
  place: SqlPlace,
): SqlRead {
  const version = catalogue?.version ?? ''
  const shape =
    read.shape === null
      ? null
      : sha256(`${version}\0${Object.values(place).join('\0')}\0${read.shape}`)
  const kept = { ...read, shape }
  memory.set(catalogue, place, text, kept)
  const skeleton = shape === null ? null : skeletonOf(text)
  if (skeleton !== null) memory.set(catalogue, place, skeletonKey(skeleton), kept)
  return kept
}

const excerptCharactersMax = 200

/** The same reading of another text of the same form: one statement, and nothing before it. */
function withEvidence(actions: NonEmpty<Action>, text: string): NonEmpty<Action> {
  const end = text.replace(/[\s;]+$/, '').length
  const evidence: Evidence = {
    reader: 'postgres',
    excerpt: text.slice(0, Math.min(end, excerptCharactersMax)),
    span: [0, end],
  }
  return mapNonEmpty(actions, (action) => ({ ...action, evidence }))
}

function unread(text: string, why: string): Action {
  const excerpt = text.slice(0, excerptCharactersMax).toWellFormed()
  return {
    verb: 'SQL',
    effects: [{ kind: 'unknown', why, legible: true }],
    evidence: { reader: 'postgres', excerpt, span: [0, excerpt.length] },
  }
}
