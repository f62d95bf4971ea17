// What it costs to have a change measured and kept before it takes effect, beside the same change
// made plainly: in a database that knows nothing of Holdpoint, and past the gate in one that does.
import pg from 'pg'

import type { PostgresServer } from '../../test/postgres/server.ts'
import { median } from '../median.ts'
import type { DatabaseTarget } from './targets.ts'

export interface GuardedCost {
  readonly change: string
  /** medians in milliseconds */
  readonly plain: number
  readonly enrolled: number
  readonly guarded: number
  readonly times: number
}

interface Change {
  readonly name: string
  readonly times: number
  /** makes what is changed, for as many changes as are wanted, numbered from 1 */
  prepare(count: number): string
  text(number: number): string
  values(number: number): readonly unknown[]
}

const changes: readonly Change[] = [
  deletion(1, 40),
  deletion(100, 20),
  deletion(10_000, 7),
  {
    name: 'UPDATE of 1 row by its key',
    times: 40,
    prepare: () => 'SELECT 1',
    text: () => 'UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = $1',
    values: (number) => [number],
  },
  {
    name: 'DROP TABLE of 1,000 rows',
    times: 15,
    prepare: (count) =>
      Array.from(
        { length: count },
        (_, i) =>
          `CREATE TABLE dropped_${i + 1} AS SELECT i AS id, 'x' AS x FROM generate_series(1, 1000) i;`,
      ).join('\n'),
    text: (number) => `DROP TABLE dropped_${number}`,
    values: () => [],
  },
]

function deletion(rows: number, times: number): Change {
  const table = `deleted_${rows}`
  return {
    name: `DELETE of ${rows.toLocaleString('en')} row${rows === 1 ? '' : 's'}`,
    times,
    prepare: (count) => `
      CREATE TABLE ${table} (id int PRIMARY KEY, batch int, note text, price numeric(10, 2));
      INSERT INTO ${table} SELECT i, (i - 1) / ${rows} + 1, 'note ' || i, i
        FROM generate_series(1, ${rows * count}) AS i;
      CREATE INDEX ON ${table} (batch); ANALYZE ${table};`,
    text: () => `DELETE FROM ${table} WHERE batch = $1`,
    values: (number) => [number],
  }
}

const warmUps = 2

export async function measureChanges(
  server: PostgresServer,
  { direct, gate }: Readonly<{ direct: DatabaseTarget; gate: DatabaseTarget }>,
  quick: boolean,
): Promise<readonly GuardedCost[]> {
  const costs: GuardedCost[] = []
  for (const change of changes) {
    const times = quick ? 3 : change.times
    // In the enrolled database two take turns: one has the odd numbers, the other the even ones.
    const count = 2 * (times + warmUps)
    for (const database of ['plain', 'bench']) {
      const app = await server.connect(database, direct.user, direct.password)
      await app.query(change.prepare(count))
      await app.end()
    }
    const open = (target: DatabaseTarget, database: string): Promise<pg.Client> =>
      connectTo(target, database)
    const ways = [
      { client: await open(direct, 'plain'), taken: [] as number[], offset: 0 },
      { client: await open(direct, 'bench'), taken: [] as number[], offset: 0 },
      { client: await open(gate, 'bench'), taken: [] as number[], offset: -1 },
    ]
    for (let i = 1; i <= times + warmUps; i++) {
      for (const { client, taken, offset } of ways) {
        const number = 2 * i + offset
        const start = performance.now()
        await client.query(change.text(number), [...change.values(number)])
        if (i > warmUps) taken.push(performance.now() - start)
      }
    }
    const [plain = NaN, enrolled = NaN, guarded = NaN] = ways.map(({ taken }) => median(taken))
    costs.push({ change: change.name, plain, enrolled, guarded, times })
    await Promise.all(ways.map(({ client }) => client.end()))
  }
  return costs
}

export async function connectTo(
  { port, user, password }: DatabaseTarget,
  database: string,
): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database })
  // The gate ends sessions when it stops: nothing here waits for that.
  client.on('error', () => undefined)
  await client.connect()
  return client
}
