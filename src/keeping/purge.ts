import type { PurgeAsked, PurgeReport } from '../api/keeper.ts'
import { administer, meant } from './administer.ts'
import type { KeeperOptions, Task } from './administer.ts'
import { purgeDropped } from './dropped.ts'
import { literal } from './look.ts'
import { readPurge } from './read.ts'

/** The ledger has the digest of what a passkey signed before anything is destroyed. */
export async function purge(options: KeeperOptions, asked: PurgeAsked): Promise<PurgeReport> {
  const { item, by, request, signed } = asked
  const where = meant(options, item.upstream, item.database)
  const task: Task = { ...where, work: 'purge', by, signed: { request, beside: signed } }
  return administer(options, task, async (client) => {
    if (item.kind === 'database') return purgeDropped(client, options, item.action)
    return readPurge(await client.query(`SELECT holdpoint.purge(${literal(item.action)})`))
  })
}
