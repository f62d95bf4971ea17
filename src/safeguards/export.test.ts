// The safeguard as the gate runs it: by a clearance, over the gate's own connections.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'

import { openWorld } from '../../test/console/world.ts'
import { drop, fill, leftOn, scratch, shop } from '../../test/postgres/backups.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import type { PostgresServer } from '../../test/postgres/server.ts'
import { openLedger, takesEverything, temporaryFolder } from '../../test/receipts.ts'
import type { ExportKeeper } from '../api/exports.ts'
import { clearToGuard } from '../clearance.ts'
import type { DatabaseSettings } from '../configuration/databases.ts'
import { createVault } from '../credentials/vault.ts'
import type { Vault } from '../credentials/vault.ts'
import { Concealed } from '../domain/concealed.ts'
import type { Decision } from '../domain/decision.ts'
import type { Hit } from '../domain/impact.ts'
import type {
  DecisionId,
  PersonName,
  SafeguardName,
  SecretName,
  UpstreamName,
} from '../domain/names.ts'
import { joinBackups, joinExports } from '../main/backups.ts'
import type { BackupsJoined } from '../main/backups.ts'
import { readMeasured } from '../providers/postgres/protect/results.ts'
import { createClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import { createDatabases } from '../upstreams/postgres/databases.ts'
import { verifyExport } from './postgres/backup.ts'
import { createSafeguards } from './safeguards.ts'
import type { ExportSafeguard, Safeguards } from './safeguards.ts'

const name = 'independent-backup' as SafeguardName
let source: PostgresServer
let target: PostgresServer
before(async () => {
  ;[source, target] = await Promise.all([startPostgres(), startPostgres()])
  await fill(source, 'shop', 'CREATE TABLE orders AS SELECT * FROM generate_series(1, 1000) id')
})
after(() => Promise.all([source.stop(), target.stop()]))

function settingsOf(upstream: UpstreamName, server: PostgresServer): DatabaseSettings {
  const credential = upstream as string as SecretName
  return {
    ...{ name: upstream, host: '127.0.0.1', port: server.port, tls: 'off', allowPrivate: true },
    ...{ role: 'postgres', credential, admin: { role: 'postgres', credential } },
    ...{ database: 'postgres', environment: 'shop/production', databases: new Map() },
    ...{ certificate: null, retentionDays: 7, mask: [] },
    captureKey: `${upstream}-capture` as SecretName,
  }
}

interface Scene {
  readonly folder: string
  readonly vault: Vault
  readonly facts: () => readonly string[]
  readonly safeguards: (change?: Partial<ExportSafeguard>) => Safeguards
  readonly exports: ExportKeeper
  readonly works: () => readonly (readonly [work: string, by: string | null])[]
  readonly backups: NonNullable<ReturnType<typeof joinBackups>>
}

async function stage(t: TestContext): Promise<Scene> {
  const folder = temporaryFolder(t)
  const vaultKey = new Concealed('key', `hpk_${Buffer.alloc(32, 3).toString('base64url')}`)
  const vault = createVault({
    file: join(folder, 'vault'),
    key: { kind: 'key', text: vaultKey },
    random: systemRandom,
  })
  const { ledger } = await openLedger(t, takesEverything)
  vault.put(shop as string as SecretName, new Concealed('a', source.password))
  vault.put(scratch as string as SecretName, new Concealed('b', target.password))
  const databases = [settingsOf(shop, source), settingsOf(scratch, target)]
  const servers = createDatabases({ configs: databases, vault, readMeasured })
  t.after(() => servers.close())
  const facts: string[] = []
  const works: (readonly [string, string | null])[] = []
  const joined: BackupsJoined = {
    ...{ databases, exporting: (...asked) => servers.exporting(...asked), vault: () => vault },
    ledger: {
      append: (fact, beside) => {
        facts.push(fact.kind)
        if (fact.kind === 'administering') works.push([fact.work, fact.by])
        return ledger.append(fact, beside)
      },
    },
    ...{ clock: createClock(null), random: systemRandom },
  }
  const backups = joinBackups(joined)
  assert.ok(backups !== null)
  const configured: ExportSafeguard = {
    ...{ kind: 'export', name, volumes: new Map([['3d2c-42fb', shop]]), database: null, scratch },
    ...{ folder: join(folder, 'backups'), minutesMax: 5 },
  }
  return {
    ...{ folder, vault, backups, exports: joinExports(joined), works: () => works },
    facts: () => facts,
    safeguards: (change = {}) =>
      createSafeguards({
        configured: [{ ...configured, ...change }],
        ...{ environment: {}, concealed: [], backups },
        run: () => Promise.reject(new Error('no command is run')),
      }),
  }
}

async function allowedOn(t: TestContext, volume: string) {
  const world = await openWorld()
  t.after(() => world.close())
  const { decision: held } = await world.arrive()
  const because = [{ code: 'test', says: 'it is allowed' }] as const
  const resource = { provider: 'railway', type: 'volume', id: volume, within: {} }
  const effect = { kind: 'destroy', resource, extent: 'whole', undo: 'never' } as const
  const evidence = { reader: 'railway', excerpt: '', span: null } as const
  const hit: Hit = {
    effect,
    environments: { kind: 'unknown', why: 'not asked' },
    label: 'pg-data',
    dependants: [],
    backups: { kind: 'unknown' },
    rows: { kind: 'unknown' },
    basis: 'discovered',
  }
  const decision: Decision = {
    ...held,
    id: 'dec_allowed' as DecisionId,
    verdict: { kind: 'allow', because, safeguards: [name] },
    impacts: [{ action: { verb: 'volumeDelete', effects: [effect], evidence }, hits: [hit] }],
  }
  const decided = await world.ledger.append({ kind: 'decided', decision })
  return { decision, clearance: clearToGuard({ decided, claimed: null }) }
}

test('the volume is exported, restored and compared before it may go', async (t) => {
  const scene = await stage(t)
  const { decision, clearance } = await allowedOn(t, '3d2c-42fb')
  const safeguards = scene.safeguards()
  assert.equal(safeguards.canProve([name], decision), null)
  const proof = await safeguards.run(name, decision, clearance)
  assert.equal(proof.kind === 'failed' ? proof.why : null, null)
  assert.ok(proof.kind === 'proven')
  assert.equal(
    proof.says,
    'exported 1 table, 1,000 rows of shop-db; restored elsewhere and compared',
  )
  assert.deepEqual(await leftOn(target), [])
  const [first] = await verifyExport(proof.artefact, scene.backups)
  assert.deepEqual(first, { database: 'postgres', tables: 0, rows: 0n })
  assert.ok(scene.vault.list().includes('backup-key' as SecretName))
  const kinds = scene.facts()
  assert.equal(kinds[0], 'administering')
  assert.equal(kinds.filter((kind) => kind === 'secret-put').length, 1)
  assert.ok(!JSON.stringify(proof).includes(source.password))
})

test('what is missing is said before anybody is asked, and again when it is run', async (t) => {
  const scene = await stage(t)
  const { decision, clearance } = await allowedOn(t, 'another-volume')
  const safeguards = scene.safeguards()
  const why =
    'no database is known for `another-volume`; set `safeguards.independent-backup.volumes`'
  assert.equal(safeguards.canProve([name], decision), why)
  assert.deepEqual(await safeguards.run(name, decision, clearance), { kind: 'failed', why })
  assert.deepEqual(scene.facts(), [])
})

test('a server that is not there, or an admin that may not, fail it', async (t) => {
  const scene = await stage(t)
  const { decision, clearance } = await allowedOn(t, '3d2c-42fb')
  scene.vault.put(shop as string as SecretName, new Concealed('a', 'wrong'))
  const proof = await scene.safeguards().run(name, decision, clearance)
  assert.ok(proof.kind === 'failed')
  assert.match(proof.why, /`shop-db` cannot be administered/)
  assert.ok(!proof.why.includes('wrong'))
})

test('a person brings an export back, on a server without the database it was in', async (t) => {
  const scene = await stage(t)
  const { decision, clearance } = await allowedOn(t, '3d2c-42fb')
  const proof = await scene.safeguards().run(name, decision, clearance)
  assert.ok(proof.kind === 'proven')
  const file = proof.artefact
  const by = 'ann' as PersonName
  const before = scene.works().length
  assert.deepEqual(await scene.exports.verify({ file, by }), {
    file,
    databases: [
      { database: 'postgres', tables: 0, rows: '0' },
      { database: 'shop', tables: 1, rows: '1000' },
    ],
  })
  const asked = { file, upstream: scratch, database: null, name: null, by }
  t.after(() => drop(target, 'shop'))
  assert.deepEqual(await scene.exports.restore(asked), {
    ...{ file, upstream: scratch, database: 'shop', name: 'shop', tables: 1, rows: '1000' },
    environment: 'shop/production',
  })
  const client = await target.connect('shop')
  const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM orders')
  await client.end()
  assert.equal(rows[0]?.n, '1000')
  await assert.rejects(scene.exports.restore(asked), { code: 'already-there' })
  const named = { ...asked, upstream: 'none' as UpstreamName }
  await assert.rejects(scene.exports.restore(named), { code: 'not-found' })
  const works = scene.works().slice(before)
  assert.ok(works.every(([work, who]) => ['verify', 'restore'].includes(work) && who === by))
})
