// The gate's own connections to a test server, without the upstreams: for what is kept in
// databases.
import assert from 'node:assert/strict'

import type { Clearance } from '../../src/clearance.ts'
import type { AdminClient, Administer } from '../../src/keeping/administer.ts'
import type { PostgresServer } from './server.ts'

export function administerAt(at: PostgresServer): Administer {
  return async (name, database, work, clearance: Clearance) => {
    assert.deepEqual([clearance.purpose, clearance.upstream], ['administer', name])
    clearance.spend()
    const client = await at.connect(database)
    const admin: AdminClient = {
      async query(text) {
        const types = { getTypeParser: () => String }
        const answer = await client.query<(string | null)[]>({ text, rowMode: 'array', types })
        const last: typeof answer | undefined = Array.isArray(answer)
          ? (answer as (typeof answer)[]).at(-1)
          : answer
        return last?.rows ?? []
      },
    }
    try {
      return await work(admin)
    } finally {
      await client.end()
    }
  }
}
