// Export, restore elsewhere, compare: what makes a backup a proof.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { SafeguardProof } from '../../domain/fact.ts'
import { Fault } from '../../domain/fault.ts'
import type { DecisionId, UpstreamName } from '../../domain/names.ts'
import type { Clock } from '../../system/clock.ts'
import type { Random } from '../../system/random.ts'
import { isThere, weigh } from '../artefact.ts'
import { Bytes } from './bytes.ts'
import type { DatabaseAccess, ExportClient } from './clients.ts'
import { readContainer, writeContainer } from './container.ts'
import type { Weighed } from './container.ts'
import { exportDatabase } from './export.ts'
import type { Head } from './export.ts'
import { Frames, jsonFrame } from './frames.ts'
import { Pushed } from './pushed.ts'
import { compareDatabase, readingOnly, restoreDatabase, takeDatabase } from './restore.ts'
import type { Totals } from './restore.ts'
import { dropScratch, makeLasting, makeScratch } from './scratch.ts'
import { readDatabases, readServer } from './server.ts'
import type { Server } from './server.ts'
import { startWatch } from './watch.ts'
import type { Watch } from './watch.ts'
import { whyOf } from './why.ts'

export interface BackupParts {
  readonly access: DatabaseAccess
  /** the backup key; made when there is none and `make` is said, otherwise a fault */
  readonly key: (make: boolean) => Promise<Uint8Array>
  readonly random: Random
  readonly clock: Clock
}

export interface BackupSettings {
  readonly upstream: UpstreamName
  /** a server where databases may be made and dropped; never the one that is exported */
  readonly scratch: UpstreamName
  /** absolute */
  readonly folder: string
  readonly minutesMax: number
}

/** What the world does is a failed proof, never a rejection; a file that proves nothing is removed. */
export async function proveExport(
  settings: BackupSettings,
  decision: DecisionId,
  parts: BackupParts,
): Promise<SafeguardProof> {
  const artefact = join(settings.folder, `${decision}.holdpoint-export`)
  if (await isThere(artefact)) {
    return { kind: 'failed', why: `\`${artefact}\` is there already, so it would prove nothing` }
  }
  try {
    const watch = startWatch(parts.clock, settings.minutesMax)
    const server = await readServers(settings, parts.access)
    await makeFolder(settings.folder)
    const weighed = await exportServer(artefact, settings.upstream, server, parts, watch)
    const totals = await restoreAll(artefact, settings, decision, parts, watch)
    const found = await weigh(artefact)
    if (found.kind === 'unfit') throw new Fault('export-file', found.why)
    if (found.sha256 !== weighed.sha256) throw new Fault('export-file', 'the file was changed')
    const says =
      `exported ${counted(totals.tables, 'table')}, ${counted(totals.rows, 'row')} of ` +
      `${settings.upstream}; restored elsewhere and compared`
    return { kind: 'proven', says, artefact, ...weighed }
  } catch (error) {
    return { kind: 'failed', why: whyOf(error) + (await removing(artefact)) }
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const says = `the folder for exports, \`${folder}\`, cannot be made (${code})`
    throw new Fault('export-folder', `${says}; see to \`safeguards.independent-backup.folder\``)
  }
}

/** What to add where it could not be: a folder that is none has nothing in it either. */
async function removing(artefact: string): Promise<string> {
  await rm(artefact, { force: true }).catch(() => undefined)
  const left = await isThere(artefact)
  return left ? `; \`${artefact}\` proves nothing, and could not be removed` : ''
}

function counted(count: number | bigint, noun: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${digits} ${noun}${Number(count) === 1 ? '' : 's'}`
}

/** That there are two servers, of one major version: one prints definitions as the other does. */
async function readServers(
  { upstream, scratch }: BackupSettings,
  access: DatabaseAccess,
): Promise<Server> {
  if (upstream === scratch) throw sameServer(upstream, scratch)
  const server = await access.connect(upstream, null, readServer)
  const other = await access.connect(scratch, null, readServer)
  if (server.identifier === other.identifier) throw sameServer(upstream, scratch)
  const major = (one: Server): number => Math.floor(one.version / 10_000)
  if (major(server) !== major(other)) {
    const says = `\`${upstream}\` runs PostgreSQL ${major(server)} and \`${scratch}\` ${major(other)}`
    throw new Fault('export-version', `${says}; give a scratch server of the same version`)
  }
  if (!other.superuser) {
    const says = `the admin role of \`${scratch}\` is no superuser, so it cannot restore roles`
    throw new Fault('export-scratch', `${says}; give it one`)
  }
  return server
}

function sameServer(upstream: string, scratch: string): Fault {
  const says = `\`${scratch}\` is the very server of \`${upstream}\``
  return new Fault('export-same-server', `${says}; restoring there proves nothing, give another`)
}

async function exportServer(
  file: string,
  upstream: UpstreamName,
  { version }: Server,
  parts: BackupParts,
  watch: Watch,
): Promise<Weighed> {
  const { access, random } = parts
  const key = await parts.key(true)
  const databases = await access.connect(upstream, null, (one) => readDatabases(one, version))
  const pushed = new Pushed()
  async function push(): Promise<void> {
    for (const database of databases) {
      await access.connect(upstream, database.name, async (client) => {
        for await (const piece of exportDatabase(client, database, version, watch)) {
          await pushed.push(piece)
        }
      })
    }
    await pushed.push(jsonFrame('F', { databases: databases.length }))
  }
  const pushing = push().then(
    () => pushed.end(),
    (fault: unknown) => pushed.end(fault),
  )
  try {
    return await writeContainer(file, pushed, { key, random })
  } catch (fault) {
    pushed.abandon(fault)
    throw fault
  } finally {
    await pushing
  }
}

async function restoreAll(
  file: string,
  { scratch }: BackupSettings,
  decision: DecisionId,
  parts: BackupParts,
  watch: Watch,
): Promise<Totals> {
  let tables = 0
  let rows = 0n
  const frames = framesOf(file, () => parts.key(false))
  while ((await frames.peek()) === 'H') {
    const head = await frames.json<Head>('H')
    const totals = await restoreToScratch(frames, head, scratch, decision, parts.access, watch)
    tables += totals.tables
    rows += totals.rows
  }
  await frames.end()
  return { tables, rows }
}

export function framesOf(file: string, keyFor: () => Promise<Uint8Array>): Frames {
  return new Frames(new Bytes(readContainer(file, keyFor)))
}

async function restoreToScratch(
  frames: Frames,
  head: Head,
  scratch: UpstreamName,
  decision: DecisionId,
  access: DatabaseAccess,
  watch: Watch,
): Promise<Totals> {
  const made = await access.connect(scratch, null, (client) =>
    makeScratch(client, head, `holdpoint_scratch_${decision}`, watch),
  )
  try {
    return await access.connect(scratch, made.database, async (client: ExportClient) => {
      const expected = await restoreDatabase(client, frames, head, made, watch)
      return compareDatabase(client, expected, made.originalRole, watch)
    })
  } finally {
    await access.connect(scratch, null, (client) => dropScratch(client, made))
  }
}

export interface Contents {
  readonly database: string
  readonly tables: number
  readonly rows: bigint
}

/** Reads a file to its end, and what it says of itself; rejects when it is not whole. */
export async function verifyExport(
  file: string,
  { key, clock }: Pick<BackupParts, 'key' | 'clock'>,
): Promise<readonly Contents[]> {
  const watch = startWatch(clock, minutesToVerify)
  const frames = framesOf(file, () => key(false))
  const found: Contents[] = []
  while ((await frames.peek()) === 'H') {
    const head = await frames.json<Head>('H')
    const { tables } = await takeDatabase(frames, head, readingOnly, watch)
    const rows = tables.reduce((sum, one) => sum + BigInt(one.rows), 0n)
    found.push({ database: head.name, tables: tables.length, rows })
  }
  await frames.end()
  return found
}

const minutesToVerify = 24 * 60

export interface RestoreSettings {
  readonly file: string
  /** which of the file's databases; null for the only one that holds something */
  readonly pick: string | null
  readonly upstream: UpstreamName
  /** a new one, made here; it stays. null for the name that it had */
  readonly database: string | null
  readonly minutesMax: number
}

/**
 * Brings a database back, under its roles' own names, and compares it. Rejects with a fault, and
 * then nothing of it is left. The whole file is read first: what is damaged never gets to a server.
 */
export async function restoreExport(
  { file, pick, upstream, database, minutesMax }: RestoreSettings,
  { access, key, clock }: Pick<BackupParts, 'access' | 'key' | 'clock'>,
): Promise<Restored> {
  const watch = startWatch(clock, minutesMax)
  const name = choose(file, pick, await verifyExport(file, { key, clock }))
  const frames = framesOf(file, () => key(false))
  while ((await frames.peek()) === 'H') {
    const head = await frames.json<Head>('H')
    if (head.name === name) {
      return restoreLasting(frames, head, { upstream, database: database ?? name }, access, watch)
    }
    await takeDatabase(frames, head, readingOnly, watch)
  }
  throw new Fault('export-database', `\`${file}\` holds no database \`${name}\` any more`)
}

export interface Restored extends Totals {
  /** which of the file's it was */
  readonly from: string
  readonly database: string
}

async function restoreLasting(
  frames: Frames,
  head: Head,
  { upstream, database }: Readonly<{ upstream: UpstreamName; database: string }>,
  access: DatabaseAccess,
  watch: Watch,
): Promise<Restored> {
  const made = await access.connect(upstream, null, (client) =>
    makeLasting(client, head, database, watch),
  )
  try {
    const totals = await access.connect(upstream, database, async (client) => {
      const expected = await restoreDatabase(client, frames, head, made, watch)
      return compareDatabase(client, expected, made.originalRole, watch)
    })
    return { ...totals, from: head.name, database }
  } catch (fault) {
    await access.connect(upstream, null, (client) => dropScratch(client, made))
    throw fault
  }
}

function choose(file: string, pick: string | null, found: readonly Contents[]): string {
  const filled = found.filter(({ tables }) => tables > 0)
  const [one, ...others] = filled.length > 0 ? filled : found
  const names = found.map(({ database }) => `\`${database}\``).join(', ')
  if (pick !== null) {
    if (found.some(({ database }) => database === pick)) return pick
    throw new Fault('export-database', `\`${file}\` holds no \`${pick}\`; it holds ${names}`)
  }
  if (one !== undefined && others.length === 0) return one.database
  throw new Fault('export-database', `\`${file}\` holds ${names}; say which, with \`--database\``)
}
