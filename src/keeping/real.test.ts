// The keeper with the real schema `holdpoint`, as an administrator meets it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { clearToAdminister } from '../clearance.ts'
import { Concealed } from '../domain/concealed.ts'
import type { DecisionId, PersonName, SecretName, UpstreamName } from '../domain/names.ts'
import {
  enrolmentSql,
  enrolmentVersion,
  unenrolmentSql,
} from '../providers/postgres/protect/enrol.ts'
import { sha256 } from '../system/hash.ts'
import {
  expiredDatabasesSql,
  purgeDatabaseSql,
  restoreDatabaseSql,
} from '../providers/postgres/protect/databases.ts'
import { systemRandom } from '../system/random.ts'
import * as facts from '../../test/contracts/facts.ts'
import { administerAt } from '../../test/postgres/administer.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import type { PostgresServer } from '../../test/postgres/server.ts'
import { openLedger } from '../../test/receipts.ts'
import { createDatabaseKeeper } from './keeper.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
  const admin = await server.connect()
  await admin.query("CREATE ROLE app LOGIN PASSWORD 'app'")
  await admin.query('CREATE DATABASE shop OWNER app')
})
after(() => server.stop())

const upstream = 'shop-db' as UpstreamName
const by = 'alice' as PersonName

test('enrolled, changed, undone, expired and removed', async (t) => {
  const { ledger, store } = await openLedger(t)
  const vault = new Map<SecretName, Concealed>()
  const keeper = createDatabaseKeeper({
    databases: [
      {
        ...{ name: upstream, host: server.host, port: server.port, role: 'app', database: 'shop' },
        credential: 'shop-db' as SecretName,
        ...{ environment: 'shop/production', databases: new Map(), tls: 'off', certificate: null },
        ...{ allowPrivate: true, retentionDays: 7, mask: [] },
        captureKey: 'shop-db-capture' as SecretName,
        admin: { role: 'postgres', credential: 'shop-db-admin' as SecretName },
      },
    ],
    administer: administerAt(server),
    clear: clearToAdminister,
    ledger,
    store,
    keys: () => ({
      put: (name, value) => void vault.set(name, value),
      list: () => [...vault.keys()],
      open: (name) => vault.get(name) ?? new Concealed(name, ''),
    }),
    protection: {
      ...{ version: enrolmentVersion, enrolmentSql, unenrolmentSql },
      ...{ restoreDatabaseSql, purgeDatabaseSql, expiredDatabasesSql },
    },
    random: systemRandom,
    report: (fault) => assert.fail(String(fault)),
  })
  const agent = await server.connect('shop', 'app', 'app')
  await agent.query('CREATE TABLE t(id int PRIMARY KEY, v text)')
  await agent.query("INSERT INTO t VALUES(1, 'a'), (2, 'b')")
  const enrolled = await keeper.enrol({ upstream, database: null, by })
  assert.deepEqual([enrolled.before, enrolled.missing], [null, []])
  assert.deepEqual((await keeper.enrol({ upstream, database: null, by })).captureKey, 'there')

  for (const fact of facts.staged) await ledger.append(fact)
  const resource = { provider: 'postgres', type: 'table', id: 'public.t', within: {} }
  const effect = { kind: 'destroy', resource, extent: 'whole', undo: 'from-safeguard' } as const
  const payload = new TextEncoder().encode('{"kind":"sql","upstream":"shop-db","database":"shop"}')
  const impacts = [facts.impactOf(effect)]
  await ledger.append(facts.decided('one', facts.allow, { impacts }), payload)
  await ledger.append(facts.sent('one'))
  const key = vault.get('shop-db-capture' as SecretName)?.reveal() ?? ''
  const subjects = '[{"schema":"public","name":"t"}]'
  await agent.query('BEGIN')
  await agent.query('SELECT holdpoint.begin_trial($1, $2, $3, $4)', [
    ...[key, 'request_one', 'rows', subjects],
  ])
  await agent.query('DELETE FROM t')
  await agent.query('SELECT holdpoint.end_trial($1, $2)', [key, 'request_one'])
  await agent.query('COMMIT')

  const decision = 'one' as DecisionId
  const { kept, faults } = await keeper.trash(by)
  assert.deepEqual(faults, [])
  assert.deepEqual(kept[0]?.tables, [{ schema: 'public', name: 't', rows: 2 }])
  assert.equal(kept.length, 1)
  const warden = await server.connect('shop')
  // Enrolled when it was 30 days, 7 now; and the other way round: the longer one counts.
  for (const [at, expires] of [
    [10, 20],
    [3, -1],
  ] as const) {
    await warden.query(
      `UPDATE holdpoint.actions SET at = now() - interval '${at} days',
         expires_at = now() + interval '${expires} days'`,
    )
    await keeper.expire()
    assert.equal((await keeper.trash(by)).kept.length, 1)
  }
  await warden.query(`UPDATE holdpoint.actions SET expires_at = now() + interval '4 days'`)
  await assert.rejects(keeper.unenrol({ upstream, database: null, by }), { code: 'still-kept' })
  await warden.end()
  const dry = await keeper.undo({ decision, dryRun: true, force: false, by })
  assert.deepEqual([dry.conflicts, dry.because], [[], []])
  assert.equal((await agent.query('SELECT * FROM t')).rows.length, 0)
  const undone = await keeper.undo({ decision, dryRun: false, force: false, by })
  assert.deepEqual([undone.done, undone.equal, undone.because], [true, true, []])
  assert.equal((await agent.query('SELECT * FROM t')).rows.length, 2)
  const again = await keeper.undo({ decision, dryRun: false, force: false, by })
  assert.deepEqual([again.done, again.because.length], [false, 1])
  const [item] = (await keeper.trash(by)).kept
  assert.ok(item !== undefined)
  const signed = new TextEncoder().encode('{"what":"a person signed"}')
  const purge = await keeper.purge({ item, by, request: sha256('what was signed'), signed })
  assert.deepEqual([purge.purged, purge.because], [true, []])
  const last = store.head().size - 1
  const [entry] = store.entries(last, 1)
  assert.deepEqual(entry?.fact, {
    ...{ kind: 'administering', upstream, work: 'purge', by, request: sha256('what was signed') },
  })
  assert.deepEqual(Buffer.from(store.beside(last)?.bytes ?? []), Buffer.from(signed))
  assert.deepEqual((await keeper.trash(by)).kept, [])

  // A whole database, dropped, taken back, dropped again and purged.
  const admin = await server.connect('shop')
  await admin.query('CREATE DATABASE extra')
  await ledger.append(facts.decided('two', facts.allow, { impacts }), payload)
  await ledger.append(facts.sent('two'))
  const drop = (action: string): Promise<unknown> =>
    admin.query('SELECT holdpoint.quarantine_database($1, $2, $3, false, $4)', [
      ...[key, action, 'extra', 'DROP DATABASE extra'],
    ])
  const there = async (): Promise<number> =>
    (await admin.query("SELECT FROM pg_database WHERE datname = 'extra'")).rows.length
  await drop('request_two')
  const two = 'two' as DecisionId
  const try2 = await keeper.undo({ decision: two, dryRun: true, force: false, by })
  assert.deepEqual([try2.restored, await there()], [[{ schema: '', name: 'extra', rows: null }], 0])
  const back = await keeper.undo({ decision: two, dryRun: false, force: false, by })
  assert.deepEqual([back.done, await there()], [true, 1])
  await drop('request_three')
  const lost = (await keeper.trash(by)).kept.find(({ action }) => action === 'request_three')
  assert.ok(lost !== undefined)
  const gone = await keeper.purge({ item: lost, by, request: sha256('x'), signed })
  assert.equal(gone.purged, true)
  const left = await admin.query("SELECT FROM pg_database WHERE datname LIKE 'holdpoint_trash%'")
  assert.deepEqual(left.rows, [])
  await keeper.expire()
  const [status] = await keeper.status(by)
  assert.deepEqual([status?.enrolment?.kept, status?.server?.rolePower], [0, []])
  await keeper.unenrol({ upstream, database: null, by })
  assert.equal((await keeper.status(by))[0]?.enrolment, null)
})
