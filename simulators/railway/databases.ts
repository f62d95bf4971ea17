import type { Database } from './postgres.ts'
import { openPostgres } from './postgres.ts'
import type { RowCounts } from './world.ts'

/** What is really inside volumes. Of the scene's, only `pg-data` in production has contents. */
export interface Databases {
  /** how to reach it; null where there is no PostgreSQL */
  readonly connection: string | null
  /** counted now, in the database itself; zeros when it is gone, null where there never was one */
  rows(): Promise<RowCounts | null>
  /** Stops the server and removes its directory, when it lives in this volume instance. */
  destroy(volumeInstanceId: string): Promise<void>
  /** Overwrites what is there. */
  restore(volumeInstanceId: string, rows: RowCounts): Promise<void>
  /** Back to the scene, whatever happened. */
  reset(): Promise<void>
  close(): Promise<void>
}

export const noDatabases: Databases = {
  connection: null,
  rows: () => Promise.resolve(null),
  destroy: () => Promise.resolve(),
  restore: () => Promise.resolve(),
  reset: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

const gone: RowCounts = { customers: 0, bookings: 0, payments: 0 }

export async function createDatabases(
  folder: string,
  volumeInstanceId: string,
  rows: RowCounts,
): Promise<Databases> {
  let database: Database | null = await openPostgres(folder, null)
  const { connection } = database
  await database.fill(rows)

  async function destroy(id: string): Promise<void> {
    if (id !== volumeInstanceId || database === null) return
    const doomed = database
    database = null
    await doomed.destroy()
  }

  return {
    connection,
    destroy,
    rows: () => database?.count() ?? Promise.resolve(gone),
    restore: async (id, wanted) => {
      if (id === volumeInstanceId) await database?.fill(wanted)
    },
    reset: async () => {
      // At the same address, so that connection strings in the scene stay true.
      database ??= await openPostgres(folder, connection)
      await database.fill(rows)
    },
    close: () => destroy(volumeInstanceId),
  }
}
