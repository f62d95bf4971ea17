// One process at a time writes to a shadow repository. The lock is SQLite's own, on a file of its
// own: the system lets go of it when its holder dies, however it dies.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'

import { Fault } from '../domain/fault.ts'

export interface Lock {
  /** Runs alone among all processes that have this lock; in turn among its own. */
  alone<T>(work: () => Promise<T>): Promise<T>
}

const tryEveryMilliseconds = 10

export function createLock(file: string, waitSecondsMax: number): Lock {
  let turn: Promise<unknown> = Promise.resolve()

  async function take(): Promise<DatabaseSync> {
    const tries = (waitSecondsMax * 1000) / tryEveryMilliseconds
    for (let tried = 0; ; tried++) {
      const database = tryOnce(file)
      if (database !== null) return database
      if (tried >= tries) {
        throw new Fault(
          'snapshot-busy',
          `another process has been at the snapshots for ${waitSecondsMax} s: try again later`,
        )
      }
      await setTimeout(tryEveryMilliseconds)
    }
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    const database = await take()
    try {
      return await work()
    } finally {
      database.close()
    }
  }

  return {
    alone(work) {
      const result = turn.then(() => run(work))
      turn = result.catch(() => undefined)
      return result
    },
  }
}

function tryOnce(file: string): DatabaseSync | null {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (/locked|busy/i.test(error instanceof Error ? error.message : '')) return null
    throw error
  }
}
