// What Holdpoint itself does in the databases that it keeps recoverable. Each connection is
// recorded before it is opened, and is the admin role's; none of it ever runs on an agent's
// session.
import type {
  DatabaseKeeper,
  DatabaseReport,
  EnrolAsked,
  EnrolmentReport,
  TrashReport,
  UnenrolmentReport,
} from '../api/keeper.ts'
import type { Clearance } from '../clearance.ts'
import { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { PersonName, SecretName } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { administer, everyDatabase, meant, saysOf } from './administer.ts'
import type { KeeperOptions, Task } from './administer.ts'
import { expireDropped } from './dropped.ts'
import { inOneTransaction, lookAt, readEnrolment } from './look.ts'
import { purge } from './purge.ts'
import { listTrash } from './trash.ts'
import { undo } from './undo.ts'

const keyBytes = 32

export function createDatabaseKeeper(options: KeeperOptions): DatabaseKeeper {
  return {
    enrol: (asked) => enrol(options, asked),
    unenrol: (asked) => unenrol(options, asked),
    status: (by) => statusOf(options, by),
    undo: (asked) => undo(options, asked),
    trash: (by): Promise<TrashReport> => listTrash(options, by),
    purge: (asked) => purge(options, asked),
    expire: () => expire(options),
  }
}

async function enrol(options: KeeperOptions, asked: EnrolAsked): Promise<EnrolmentReport> {
  const { settings, database } = meant(options, asked.upstream, asked.database)
  const { protection } = options
  const task: Task = { settings, database, work: 'enrol', by: asked.by }
  return administer(options, task, async (client, clearance) => {
    const before = await readEnrolment(client)
    if (before !== null && before.version > protection.version) {
      throw new Fault(
        'enrolled-by-newer',
        `\`${database}\` was enrolled by a newer Holdpoint (version ${before.version} there, ` +
          `${protection.version} here); upgrade this one`,
      )
    }
    const key = await captureKey(options, settings.captureKey, asked.by, clearance)
    const sql = protection.enrolmentSql({
      keyHash: sha256(key.value.reveal()),
      agentRoles: [settings.role],
      retentionDays: settings.retentionDays,
    })
    await inOneTransaction(client, sql)
    const after = await readEnrolment(client)
    return {
      ...{ upstream: settings.name, database, version: after?.version ?? protection.version },
      before: before?.version ?? null,
      captureKey: key.made ? 'made' : 'there',
      missing: after?.missing ?? [],
    }
  })
}

/** Made once for an upstream: all its databases take the same key. */
async function captureKey(
  { keys, ledger, random }: KeeperOptions,
  name: SecretName,
  by: PersonName,
  clearance: Clearance,
): Promise<Readonly<{ value: Concealed; made: boolean }>> {
  const ring = keys()
  if (ring.list().includes(name)) return { value: ring.open(name, clearance), made: false }
  const value = new Concealed(name, random.bytes(keyBytes).toString('hex'))
  await ledger.append({ kind: 'secret-put', secret: name, by })
  ring.put(name, value)
  return { value, made: true }
}

/** What is kept goes by its time, or by a person's passkey: never by taking the keeper away. */
async function unenrol(options: KeeperOptions, asked: EnrolAsked): Promise<UnenrolmentReport> {
  const { settings, database } = meant(options, asked.upstream, asked.database)
  const task: Task = { settings, database, work: 'unenrol', by: asked.by }
  return administer(options, task, async (client) => {
    if ((await readEnrolment(client)) === null) {
      throw new Fault('not-enrolled', `\`${database}\` is not enrolled; there is nothing to remove`)
    }
    const [row] = await client.query(
      `SELECT count(*) FROM holdpoint.trash() WHERE undone_at IS NULL AND expires_at > now()`,
    )
    const kept = Number(row?.[0] ?? 0)
    if (kept > 0) {
      throw new Fault(
        'still-kept',
        `${kept === 1 ? '1 change is' : `${kept} changes are`} kept in \`${database}\` and could ` +
          'not be taken back after this; see `holdpoint trash list`, and wait until they expire, ' +
          'or purge them first, which a person answers: `holdpoint trash purge`',
      )
    }
    await expireDropped(client, options, 0)
    await inOneTransaction(client, options.protection.unenrolmentSql())
    return { upstream: settings.name, database }
  })
}

async function statusOf(
  options: KeeperOptions,
  by: PersonName,
): Promise<readonly DatabaseReport[]> {
  const keys = new Set(options.keys().list())
  const reports: DatabaseReport[] = []
  for (const { settings, database } of everyDatabase(options)) {
    const report = {
      ...{ upstream: settings.name, database },
      environment: settings.databases.get(database) ?? settings.environment,
      captureKey: keys.has(settings.captureKey),
    }
    const task: Task = { settings, database, work: 'status', by }
    const found = await administer(options, task, (client) =>
      lookAt(client, settings, options.protection.version),
    ).catch((fault: unknown) => ({ fault: saysOf(fault), server: null, enrolment: null }))
    reports.push({ ...report, ...found })
  }
  return reports
}

/**
 * Nothing goes before the time that was said when it was kept, nor before the one of the
 * configuration. One database that cannot be reached keeps no other from being swept.
 */
async function expire(options: KeeperOptions): Promise<void> {
  for (const { settings, database } of everyDatabase(options)) {
    if (settings.admin === null || !options.keys().list().includes(settings.captureKey)) continue
    const task: Task = { settings, database, work: 'expire', by: null }
    try {
      await administer(options, task, async (client) => {
        if ((await readEnrolment(client)) === null) return
        await client.query(`SELECT holdpoint.expire('${settings.retentionDays} days')`)
        await expireDropped(client, options, settings.retentionDays)
      })
    } catch (fault) {
      options.report(fault)
    }
  }
}
