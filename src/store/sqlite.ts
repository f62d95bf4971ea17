import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

import type { Fact } from '../domain/fact.ts'
import { assert, Fault } from '../domain/fault.ts'
import { parseEntry } from '../wire/ledger-entry.ts'
import { openDatabase } from './database.ts'
import type { DatabaseOptions } from './database.ts'
import type { Folds } from './fold.ts'
import { foldAgents } from './folds-agents.ts'
import { foldApprovals } from './folds-approvals.ts'
import { foldDecisions } from './folds-decisions.ts'
import { foldHolds } from './folds-holds.ts'
import { foldMandates } from './folds-mandates.ts'
import { foldPeople } from './folds-people.ts'
import { foldAsks } from './folds-asks.ts'
import { foldPush } from './folds-push.ts'
import { foldTools } from './folds-tools.ts'
import { openJournal, readJournal } from './journal.ts'
import { readAgents } from './read-agents.ts'
import { readDecisions } from './read-decisions.ts'
import { readFacts } from './read-facts.ts'
import { readPeople } from './read-people.ts'
import { readAsks } from './read-asks.ts'
import { readPush } from './read-push.ts'
import { readSearch } from './read-search.ts'
import { readTools } from './read-tools.ts'
import { createSpending } from './spending.ts'
import type { Spending } from './spending.ts'
import type { FactRow, Group, SavedCheckpoint, Store, TreeNode } from './store.ts'

/** One database, one process; see Store for what it promises. */
export function openSqliteStore(file: string, options: DatabaseOptions = {}): Store {
  const database = openDatabase(file, options)
  try {
    return openOn(database, `${file}.facts`)
  } catch (fault) {
    database.close()
    throw fault
  }
}

function openOn(database: DatabaseSync, journalFile: string): Store {
  const reads = {
    ...readFacts(database),
    ...readAgents(database),
    ...readPeople(database),
    ...readDecisions(database),
    ...readPush(database),
    ...readAsks(database),
    ...readSearch(database),
    ...readTools(database),
  }
  const facts = createWrites(database, reads.head().size)
  replay(journalFile, reads.head().size, facts)
  facts.settle()
  // All of it is on the disk before the journal is emptied.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const journal = openJournal(journalFile)
  database.exec('PRAGMA synchronous = NORMAL')

  function write(work: (group: Group) => void): void {
    for (const row of facts.write(work)) journal.add(row)
  }

  function saveCheckpoint(checkpoint: SavedCheckpoint, nodes: readonly TreeNode[]): void {
    // The level cannot change within a transaction; the commit after it makes all before it durable
    // too.
    facts.settle()
    database.exec('PRAGMA synchronous = FULL')
    try {
      facts.saveCheckpoint(checkpoint, nodes)
    } finally {
      facts.settle()
      database.exec('PRAGMA synchronous = NORMAL')
    }
    journal.trim()
  }

  function close(): void {
    journal.close()
    try {
      facts.settle()
    } finally {
      database.close()
    }
  }

  return { ...reads, write, saveCheckpoint, sync: () => journal.sync(), close }
}

/** Puts again what was confirmed, and what a power loss took from SQLite. */
function replay(file: string, size: number, facts: FactWrites): void {
  if (!existsSync(file)) return
  const missing = readJournal(file)
    .map((frame) => ({ ...frame, entry: parseEntry(Buffer.from(frame.leaf).toString()) }))
    .filter(({ entry }) => entry.index >= size)
  if (missing.length === 0) return
  facts.write((group) => {
    for (const { entry, leaf, beside } of missing) {
      if (entry.index !== group.next) {
        throw new Fault(
          'store-damaged',
          `\`${file}\` goes on at entry ${entry.index}, and the store ends at ${group.next}; ` +
            'restore both from one backup',
        )
      }
      const hash = leafHash(leaf)
      group.put(entry.fact, { index: entry.index, at: entry.at, leaf, hash, beside })
    }
  })
}

/** RFC 6962: a zero byte goes before what is hashed. */
function leafHash(leaf: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([Buffer.of(0), leaf]), 'buffer')
}

interface FactWrites {
  /** Gives the rows that were put. */
  write(work: (group: Group) => void): readonly FactRow[]
  saveCheckpoint: Store['saveCheckpoint']
  /** Commits what is open. */
  settle(): void
}

function createWrites(database: DatabaseSync, sizeAtStart: number): FactWrites {
  const spending = createSpending(database)
  const folds = createFolds(database, spending)
  const putCheckpoint = database.prepare(
    'INSERT INTO checkpoint VALUES(1, ?1, ?2) ON CONFLICT DO UPDATE SET size = ?1, root = ?2',
  )
  const savedCheckpoint = database.prepare('SELECT size, root FROM checkpoint')
  const putNode = database.prepare('INSERT INTO nodes(level, idx, hash) VALUES(?, ?, ?)')
  const insert = database.prepare(
    'INSERT INTO facts(idx, at, kind, hash, leaf, salt, beside) VALUES(?, ?, ?, ?, ?, ?, ?)',
  )
  const transactions = createTransactions(database)
  let size = sizeAtStart
  let rows: FactRow[] = []

  function put(fact: Fact, row: FactRow): void {
    const { index, at, leaf, hash, beside } = row
    assert(index === size, 'the log has no gaps')
    // Each row of the table takes the kind that it stands under.
    folds[fact.kind]?.(fact as never, { index, at })
    insert.run(index, at, fact.kind, hash, leaf, beside?.salt ?? null, beside?.bytes ?? null)
    rows.push(row)
    size++
  }

  function together<T>(work: () => T): T {
    // Counted for those before it, which stay.
    spending.settle()
    const before = { size, rows: rows.length }
    try {
      return transactions.together(work)
    } catch (fault) {
      spending.forget()
      size = before.size
      rows.length = before.rows
      throw fault
    }
  }

  // Made once: an object with a getter of its own, made for every write, outlives it by far.
  const group: Group = {
    get next() {
      return size
    },
    put,
    together,
  }

  function write(work: (group: Group) => void): readonly FactRow[] {
    const before = size
    rows = []
    try {
      transactions.run(() => {
        work(group)
        spending.settle()
      })
    } catch (fault) {
      spending.forget()
      size = before
      throw fault
    }
    return rows
  }

  function saveCheckpoint(checkpoint: SavedCheckpoint, nodes: readonly TreeNode[]): void {
    transactions.run(() => {
      const saved = savedCheckpoint.get()
      if (saved !== undefined) checkExtends(checkpoint, saved)
      assert(checkpoint.size <= size, 'a checkpoint is over entries that are there')
      putCheckpoint.run(checkpoint.size, checkpoint.root)
      for (const { level, index, hash } of nodes) putNode.run(level, index, hash)
    })
  }

  return { write, saveCheckpoint, settle: () => transactions.settle() }
}

/** Signing a smaller tree, or another one of the same size, is what a log must never do. */
function checkExtends(
  { size, root }: SavedCheckpoint,
  saved: Readonly<Record<string, unknown>>,
): void {
  const savedSize = saved['size']
  const savedRoot = saved['root']
  assert(typeof savedSize === 'number' && savedRoot instanceof Uint8Array, 'a checkpoint was kept')
  assert(size >= savedSize, 'a checkpoint never covers less than the one before it')
  assert(size > savedSize || Buffer.compare(root, savedRoot) === 0, 'one size has one root')
}

function createFolds(database: DatabaseSync, spending: Spending): Folds {
  return {
    started: null,
    'policies-loaded': null,
    'policies-rejected': null,
    'secret-put': null,
    'secret-removed': null,
    advised: null,
    discovering: null,
    measuring: null,
    administering: null,
    'signing-in': null,
    'signed-in': null,
    notifying: null,
    notified: null,
    'evidence-exported': null,
    ...foldAgents(database),
    ...foldMandates(database),
    ...foldPeople(database),
    ...foldPush(database),
    ...foldTools(database),
    ...foldAsks(database),
    ...foldHolds(database, spending),
    ...foldApprovals(database),
    ...foldDecisions(database, spending),
  }
}

/** how many writes share a transaction at the most */
const writesPerTransaction = 256

interface Transactions {
  /**
   * Runs `work` whole or not at all; what it wrote can be read, and is committed with what follows.
   */
  run(work: () => void): void
  /** The same for a part of such work: the rest of it stands when this throws. */
  together<T>(work: () => T): T
  /** Commits what is open. */
  settle(): void
}

/**
 * A transaction stays open over many writes, each a savepoint in it: a page that many of them touch
 * is written once. What is not committed when the process ends is in the journal.
 */
function createTransactions(database: DatabaseSync): Transactions {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const savepoint = database.prepare('SAVEPOINT one')
  const release = database.prepare('RELEASE one')
  let writes = 0

  function settle(): void {
    writes = 0
    if (database.isTransaction) commit.run()
  }

  function undo(): void {
    try {
      database.exec('ROLLBACK TO one; RELEASE one')
    } catch {
      // SQLite has rolled back all of it already, or the file is gone: the journal has what was
      // confirmed.
    }
  }

  function run(work: () => void): void {
    // Before the work, so that a commit that fails takes nothing new with it.
    if (writes >= writesPerTransaction) settle()
    if (!database.isTransaction) begin.run()
    savepoint.run()
    try {
      work()
      release.run()
    } catch (fault) {
      undo()
      throw fault
    }
    writes++
  }

  function together<T>(work: () => T): T {
    database.exec('SAVEPOINT several')
    try {
      const done = work()
      database.exec('RELEASE several')
      return done
    } catch (fault) {
      database.exec('ROLLBACK TO several; RELEASE several')
      throw fault
    }
  }

  return { run, together, settle }
}
