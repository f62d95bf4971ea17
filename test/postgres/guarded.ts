// An enrolled database and an agent's connection to it, and a statement as the gate runs it.
import { createHash } from 'node:crypto'

import type pg from 'pg'

import type { Measured } from '../../src/domain/trial.ts'
import { enrolmentSql } from '../../src/providers/postgres/protect/enrol.ts'
import type { Enrolment } from '../../src/providers/postgres/protect/enrol.ts'
import { readMeasured, readUndoReport } from '../../src/providers/postgres/protect/results.ts'
import type { UndoReport } from '../../src/providers/postgres/protect/results.ts'
import { startPostgres } from './server.ts'
import type { PostgresServer } from './server.ts'

export const captureKey = '0123456789abcdef'.repeat(4)
export const captureKeyHash = createHash('sha256').update(captureKey).digest('hex')

export type TrialKind = 'rows' | 'drop' | 'image'

export interface Guarded {
  readonly server: PostgresServer
  /** the superuser */
  readonly admin: pg.Client
  /** the agent's role, on a marked session */
  readonly agent: pg.Client
  /** begin_trial, the statement, end_trial, and quarantine for a drop; then COMMIT, or ROLLBACK */
  run(kind: TrialKind, sql: string, options?: RunOptions): Promise<Ran>
  undo(
    action: string,
    options?: Readonly<{ dryRun?: boolean; force?: boolean }>,
  ): Promise<UndoReport>
  stop(): Promise<void>
}

export interface RunOptions {
  /** `public.users` */
  readonly subjects?: readonly string[]
  readonly end?: 'commit' | 'rollback' | 'none'
  readonly client?: pg.Client
  /** the transaction is the client's own, and open already */
  readonly inside?: boolean
}

export interface Ran {
  readonly action: string
  readonly measured: Measured
}

let made = 0

export async function startGuarded(
  enrolment: Partial<Enrolment> = {},
  before = '',
): Promise<Guarded> {
  const server = await startPostgres()
  const admin = await server.connect()
  await admin.query(`CREATE ROLE app LOGIN PASSWORD 'app'; GRANT CREATE ON DATABASE postgres TO app;
    GRANT ALL ON SCHEMA public TO app; CREATE ROLE reader; ${before}`)
  await admin.query(enrolmentSql({ keyHash: captureKeyHash, agentRoles: ['app'], ...enrolment }))
  const agent = await server.connect('postgres', 'app', 'app')
  await agent.query('SELECT holdpoint.mark_session($1)', [captureKey])

  async function run(kind: TrialKind, sql: string, options: RunOptions = {}): Promise<Ran> {
    const { client = agent, end = 'commit', inside = false } = options
    const action = `action_${++made}`
    const subjects = (options.subjects ?? []).map((one) => {
      const [schema = '', name = ''] = one.split('.')
      return { schema, name }
    })
    if (!inside) await client.query('BEGIN')
    try {
      await client.query('SAVEPOINT trial')
      const values = [captureKey, action, kind, JSON.stringify(subjects), sql]
      await client.query('SELECT holdpoint.begin_trial($1, $2, $3, $4, $5)', values)
      await client.query(sql)
      let ended = await one(client, 'SELECT holdpoint.end_trial($1, $2) AS r', [captureKey, action])
      if (kind === 'drop') {
        await client.query('ROLLBACK TO SAVEPOINT trial')
        const given = [captureKey, action, sql, JSON.stringify(ended)]
        ended = await one(client, 'SELECT holdpoint.quarantine($1, $2, $3, $4) AS r', given)
      }
      if (end !== 'none') await client.query(end)
      return { action, measured: readMeasured(ended) }
    } catch (error) {
      if (!inside) await client.query('ROLLBACK')
      throw error
    }
  }

  return {
    ...{ server, admin, agent, run },
    async undo(action, { dryRun = false, force = false } = {}) {
      const sql = 'SELECT holdpoint.undo($1, $2, $3) AS r'
      return readUndoReport(await one(admin, sql, [action, dryRun, force]))
    },
    stop: () => server.stop(),
  }
}

async function one(client: pg.Client, sql: string, values: readonly unknown[]): Promise<unknown> {
  const { rows } = await client.query<{ r: unknown }>(sql, [...values])
  return rows[0]?.r
}

export async function value(client: pg.Client, sql: string): Promise<unknown> {
  const { rows } = await client.query({ text: sql, rowMode: 'array' })
  return (rows[0] as unknown[] | undefined)?.[0]
}
