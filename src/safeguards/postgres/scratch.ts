// A database to restore into, and roles that stand in for those of the original.
import { Fault } from '../../domain/fault.ts'
import type { ExportClient } from './clients.ts'
import type { Head } from './export.ts'
import { createDatabaseTexts } from './server.ts'
import type { Role } from './server.ts'
import { quoteName, quoteText, settle } from './statement.ts'
import type { Naming } from './statement.ts'
import type { Watch } from './watch.ts'

export interface Scratch extends Naming {
  readonly originalRole: (name: string) => string
  /** that were made for this, and go with it */
  readonly roles: readonly string[]
}

const nameBytesMax = 63
const settlingMilliseconds = 60_000

/** When it rejects, nothing of it is left. */
export async function makeScratch(
  client: ExportClient,
  head: Head,
  name: string,
  watch: Watch,
): Promise<Scratch> {
  await settle(client, watch.left())
  if (Buffer.byteLength(name) > nameBytesMax - 8) {
    throw new Fault('export-scratch', 'the name of the scratch database would be too long')
  }
  const names = new Map(head.roles.map((role, index) => [role.name, `${name}_${index}`]))
  const made: Scratch = {
    database: name,
    roles: [...names.values()],
    role: (role) => {
      const found = names.get(role)
      if (found === undefined) throw new Fault('export-malformed', 'an unknown role is named')
      return found
    },
    originalRole: (role) => [...names].find(([, scratch]) => scratch === role)?.[0] ?? role,
  }
  await createDatabase(client, name, head)
  try {
    for (const role of head.roles) {
      const superuser = role.superuser ? 'SUPERUSER' : 'NOSUPERUSER'
      await client.query(`CREATE ROLE ${quoteName(made.role(role.name))} NOLOGIN ${superuser}`)
    }
  } catch (fault) {
    await dropScratch(client, made)
    throw fault
  }
  return made
}

/** In the original's locale where this server has it. */
export async function createDatabase(
  client: ExportClient,
  name: string,
  head: Head,
): Promise<void> {
  const texts = createDatabaseTexts(quoteName(name), head)
  for (const [index, text] of texts.entries()) {
    try {
      await client.query(text)
      return
    } catch (fault) {
      if (index === texts.length - 1) throw fault
    }
  }
}

export async function dropScratch(client: ExportClient, made: Scratch): Promise<void> {
  await settle(client, settlingMilliseconds)
  await client.query(`DROP DATABASE IF EXISTS ${quoteName(made.database)} WITH (FORCE)`)
  for (const role of made.roles) await client.query(`DROP ROLE IF EXISTS ${quoteName(role)}`)
}

/**
 * For a restore that is meant to stay: roles by their own names, made where they are missing. When
 * it rejects, nothing of it is left, and what was there is as it was.
 */
export async function makeLasting(
  client: ExportClient,
  head: Head,
  database: string,
  watch: Watch,
): Promise<Scratch> {
  await settle(client, watch.left())
  if (await isListed(client, 'pg_database', 'datname', database)) {
    const says = `there is a database \`${database}\` already, and a restore replaces nothing`
    throw new Fault('already-there', `${says}; give the new one another name`)
  }
  await createDatabase(client, database, head)
  const roles: string[] = []
  const made = { database, roles, role: unchanged, originalRole: unchanged }
  try {
    for (const role of head.roles) {
      if (await isListed(client, 'pg_roles', 'rolname', role.name)) continue
      await client.query(createRole(role))
      roles.push(role.name)
    }
  } catch (fault) {
    await dropScratch(client, made)
    throw fault
  }
  return made
}

const unchanged = (role: string): string => role

async function isListed(
  client: ExportClient,
  list: 'pg_database' | 'pg_roles',
  column: string,
  name: string,
): Promise<boolean> {
  const where = `${column} = ${quoteText(name)}`
  const { rows } = await client.query(`SELECT 1 FROM pg_catalog.${list} WHERE ${where}`)
  return rows.length > 0
}

/** Without a password: nobody comes in by it until someone gives it one. */
function createRole(role: Role): string {
  const may = (yes: boolean, word: string): string => ` ${yes ? '' : 'NO'}${word}`
  return (
    `CREATE ROLE ${quoteName(role.name)}${may(role.superuser, 'SUPERUSER')}` +
    `${may(role.login, 'LOGIN')}${may(role.inherits, 'INHERIT')}` +
    `${may(role.createsRoles, 'CREATEROLE')}${may(role.createsDatabases, 'CREATEDB')}` +
    `${may(role.replicates, 'REPLICATION')}${may(role.bypasses, 'BYPASSRLS')}`
  )
}
