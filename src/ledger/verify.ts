import type { LedgerEntry } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { DecisionId, Instant } from '../domain/names.ts'
import { parseStrictEntry } from '../wire/ledger-entry.ts'
import { createChain } from './chain.ts'
import { openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { openLogFiles } from './log-files.ts'
import type { LogFiles } from './log-files.ts'
import { Frontier, equal, hashBytes, hashLeaf } from './merkle.ts'
import { createNoteVerifier } from './note.ts'
import { createProblems } from './problems.ts'
import type { Problem, Problems } from './problems.ts'
import { decodeBundle, levelWidth, parseTilePath, tilePath, tileWidth } from '../wire/tiles.ts'
import type { Tile } from '../wire/tiles.ts'

export interface VerifyOptions {
  /** whose ledger it must be: from somewhere else than the ledger */
  readonly vkey: string
  /** a further judgement of each entry, in order: what is wrong with it */
  readonly checkEntry?: (entry: LedgerEntry) => readonly string[]
}

export interface LedgerReport {
  readonly origin: string
  /** entries that the checkpoint covers */
  readonly size: number
  /** hexadecimal */
  readonly root: string
  readonly firstAt: Instant | null
  readonly lastAt: Instant | null
  readonly facts: Readonly<Record<string, number>>
  /** sent, and no outcome written: not wrong, but not known */
  readonly withoutOutcome: readonly DecisionId[]
  /** files past the checkpoint, which nothing vouches for yet */
  readonly beyond: number
  /** the first of them; none means that all of it is genuine and whole */
  readonly problems: readonly Problem[]
  readonly problemsFound: number
}

/**
 * Derives everything again from the files alone: each bundle's entries to their hashes, these to
 * every tile at every level, whole and partial, these to the root, and that to the signed
 * checkpoint. Each byte that is served is compared with one that was derived; no tile is believed
 * for being there.
 */
export async function verifyLedger(folder: string, options: VerifyOptions): Promise<LedgerReport> {
  const files = openLogFiles(folder)
  const problems = createProblems()
  const verifier = createNoteVerifier(options.vkey)
  const note = (await files.read('checkpoint')) ?? new Uint8Array()
  let checkpoint: Checkpoint
  try {
    checkpoint = openCheckpoint(Buffer.from(note).toString(), verifier)
  } catch (fault) {
    problems.add('checkpoint', fault instanceof Fault ? fault.message : String(fault))
    return emptyReport(verifier.name, problems)
  }
  await checkVkey(files, options.vkey, problems)
  const entries = createEntryCheck(options.checkEntry, problems)
  const root = await deriveTree(files, checkpoint.size, entries.check, problems)
  if (!equal(root, checkpoint.root)) {
    problems.add('checkpoint', 'its root is not the one that the entries lead to')
  }
  const beyond = await checkNames(files, checkpoint.size, problems)
  return {
    ...emptyReport(verifier.name, problems),
    ...entries.summary(),
    size: checkpoint.size,
    root: Buffer.from(checkpoint.root).toString('hex'),
    beyond,
  }
}

function emptyReport(origin: string, problems: Problems): LedgerReport {
  return {
    origin,
    size: 0,
    root: '',
    firstAt: null,
    lastAt: null,
    facts: {},
    withoutOutcome: [],
    beyond: 0,
    problems: problems.first,
    problemsFound: problems.count(),
  }
}

async function checkVkey(files: LogFiles, vkey: string, problems: Problems): Promise<void> {
  const served = await files.read('vkey')
  if (served !== null && Buffer.from(served).toString() !== `${vkey}\n`) {
    problems.add('vkey', 'it is not the key that the ledger was verified with')
  }
}

type EntryCheck = (bytes: Uint8Array, index: number, file: string) => void

interface EntryChecks {
  readonly check: EntryCheck
  summary(): Pick<LedgerReport, 'firstAt' | 'lastAt' | 'facts' | 'withoutOutcome'>
}

function createEntryCheck(
  further: ((entry: LedgerEntry) => readonly string[]) | undefined,
  problems: Problems,
): EntryChecks {
  const chain = createChain()
  const facts = new Map<string, number>()
  let first: Instant | null = null
  let last: Instant | null = null

  function check(bytes: Uint8Array, index: number, file: string): void {
    let entry: LedgerEntry
    try {
      entry = parseStrictEntry(bytes)
    } catch (fault) {
      problems.add(file, fault instanceof Error ? fault.message : String(fault), index)
      return
    }
    if (entry.index !== index) problems.add(file, `it says that it is entry ${entry.index}`, index)
    if (last !== null && entry.at < last)
      problems.add(file, 'it is older than the one before', index)
    first ??= entry.at
    last = entry.at
    facts.set(entry.fact.kind, (facts.get(entry.fact.kind) ?? 0) + 1)
    for (const says of chain.check(entry)) problems.add(file, says, index)
    for (const says of further?.(entry) ?? []) problems.add(file, says, index)
  }

  return {
    check,
    summary: () => ({
      firstAt: first,
      lastAt: last,
      facts: Object.fromEntries(facts),
      withoutOutcome: chain.withoutOutcome(),
    }),
  }
}

/**
 * The root over all entries; on the way, every tile of the tree is compared with what it must hold.
 */
async function deriveTree(
  files: LogFiles,
  size: number,
  check: EntryCheck,
  problems: Problems,
): Promise<Uint8Array> {
  const frontier = new Frontier()
  /** hashes since the last whole tile, by level of tiles */
  const growing: Uint8Array[][] = [[]]
  for (let index = 0; index * tileWidth < size; index++) {
    const width = Math.min(tileWidth, size - index * tileWidth)
    for (const leaf of await checkBundle(
      files,
      { level: 'entries', index, width },
      check,
      problems,
    )) {
      growing[0]?.push(leaf)
      frontier.append(leaf, (level, _, hash) => {
        if (level % 8 === 0) (growing[level / 8] ??= []).push(hash)
      })
    }
    // A level is looked at when it has a whole tile, or at the end.
    for (const [level, hashes] of growing.entries()) {
      if (hashes.length !== tileWidth && frontier.size < size) break
      if (hashes.length === 0) continue
      await checkHashes(files, level, levelWidth(level, frontier.size), hashes, problems)
      growing[level] = []
    }
    if (frontier.size !== Math.min(size, (index + 1) * tileWidth)) break
  }
  return frontier.root()
}

/** The last tile of a level that is `total` wide; `hashes` is what it must hold. */
async function checkHashes(
  files: LogFiles,
  level: number,
  total: number,
  hashes: readonly Uint8Array[],
  problems: Problems,
): Promise<void> {
  const tile = { level, index: Math.ceil(total / tileWidth) - 1, width: hashes.length }
  const ends = hashes.map((_, i) => (i + 1) * hashBytes)
  await checkTile(files, tile, ends, Buffer.concat(hashes), problems)
}

/**
 * The leaf hashes of a bundle, which is checked to be exactly its entries; none when it is missing.
 */
async function checkBundle(
  files: LogFiles,
  tile: Tile,
  check: EntryCheck,
  problems: Problems,
): Promise<readonly Uint8Array[]> {
  const found = await readEither(files, tile)
  if (found === null) {
    problems.add(tilePath(tile), 'it is missing')
    return []
  }
  try {
    const entries = decodeBundle(found.bytes, found.width).slice(0, tile.width)
    for (const [i, entry] of entries.entries()) {
      check(entry, tile.index * tileWidth + i, found.path)
    }
    const ends = entries.map((entry) => entry.byteOffset - found.bytes.byteOffset + entry.length)
    const whole = found.bytes.subarray(0, ends.at(-1) ?? 0)
    await checkTile(files, tile, ends, whole, problems)
    return entries.map(hashLeaf)
  } catch (fault) {
    problems.add(found.path, fault instanceof Error ? fault.message : String(fault))
    return []
  }
}

/** The tile as it must be there, or the whole one in its stead: partial ones go when it is full. */
async function readEither(
  files: LogFiles,
  tile: Tile,
): Promise<{ path: string; bytes: Uint8Array; width: number } | null> {
  for (const width of new Set([tile.width, tileWidth])) {
    const path = tilePath({ ...tile, width })
    const bytes = await files.read(path)
    if (bytes !== null) return { path, bytes, width }
  }
  return null
}

/**
 * Every file of one tile, of whatever width: `content` is what is derived, `ends` where each part
 * ends.
 */
async function checkTile(
  files: LogFiles,
  tile: Tile,
  ends: readonly number[],
  content: Uint8Array,
  problems: Problems,
): Promise<void> {
  if ((await readEither(files, tile)) === null) problems.add(tilePath(tile), 'it is missing')
  const whole = tilePath({ ...tile, width: tileWidth })
  const partial = (await files.names(`${whole}.p`)).map((name) => `${whole}.p/${name}`)
  for (const path of [whole, ...partial]) {
    const named = parseTilePath(path)
    if (named === null) continue // named as a problem when all names are looked at
    const bytes = await files.read(path)
    if (bytes === null) continue
    const covered = Math.min(named.width, tile.width)
    const derived = content.subarray(0, ends[covered - 1] ?? 0)
    const exact = named.width <= tile.width
    const same = exact ? equal(bytes, derived) : startsWith(bytes, derived)
    if (!same) problems.add(path, 'it does not hold what the entries lead to')
  }
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return equal(bytes.subarray(0, beginning.length), beginning)
}

/** Nothing is there that is no tile, and how much lies past the checkpoint. */
async function checkNames(files: LogFiles, size: number, problems: Problems): Promise<number> {
  let beyond = 0
  for await (const path of files.walk('tile')) {
    const tile = parseTilePath(path)
    if (tile === null) problems.add(path, 'it is no tile; nothing else may be there')
    else if (isBeyond(tile, size)) beyond++
  }
  return beyond
}

function isBeyond({ level, index, width }: Tile, size: number): boolean {
  return index * tileWidth + width > levelWidth(level === 'entries' ? 0 : level, size)
}
