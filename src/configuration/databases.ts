// Upstreams with `provider: postgres`: what a person says of a PostgreSQL server.
import { resolve } from 'node:path'

import { z } from 'zod'

import type { SecretName, UpstreamName } from '../domain/names.ts'
import type { Path } from './document.ts'
import { environmentName, path, secretName } from './values.ts'

/** A PostgreSQL server that agents reach by the name of the upstream, defaults filled in. */
export interface DatabaseSettings {
  readonly name: UpstreamName
  readonly host: string
  readonly port: number
  /** the server's role that agents work as */
  readonly role: string
  /** that role's password */
  readonly credential: SecretName
  /** the database that is meant when a command names none */
  readonly database: string
  /** of every database that is not in `databases`: `shop/production` */
  readonly environment: string
  /** environments of single databases, by the database's name */
  readonly databases: ReadonlyMap<string, string>
  readonly tls: 'verify-full' | 'require' | 'off'
  /** absolute path of the authorities to trust, PEM; null for those of the system */
  readonly certificate: string | null
  readonly allowPrivate: boolean
  /** who installs and uses what keeps data recoverable; null for nobody */
  readonly admin: Readonly<{ role: string; credential: SecretName }> | null
  /** the key with which the gate alone switches capturing on; made by enrolment */
  readonly captureKey: SecretName
  /** for how long what was changed stays recoverable */
  readonly retentionDays: number
  /** `table.column`, either may be `*`: values never shown to people */
  readonly mask: readonly string[]
}

/** PostgreSQL cuts names at 63 bytes: what it would cut is refused. */
const identifier = z
  .string()
  .min(1)
  .refine((text) => !text.includes('\0'), 'a name holds a NUL')
  .refine((text) => Buffer.byteLength(text) <= 63, '{value} is longer than 63 bytes')

const databaseName = identifier.refine(
  (text) => !text.toLowerCase().startsWith('holdpoint'),
  '{value} is a name that Holdpoint keeps for its own databases',
)

const maskPattern = z
  .string()
  .max(140)
  .regex(
    /^(\*|[^.*\s]+)\.(\*|[^.*\s]+)$/,
    '{value} is not a column: write `users.email`, or `*.password` for every table',
  )

const databaseProvider = 'postgres'
const retentionDaysMax = 365

export const databaseUpstream = z.strictObject({
  provider: z.literal(databaseProvider).describe('a PostgreSQL server'),
  url: z.string().max(300).describe('host and port, as in `postgres://db.example:5432`'),
  role: identifier.describe("the server's role that agents work as"),
  credential: secretName.describe("the secret that is that role's password"),
  database: databaseName.describe('the database that is meant when a command names none'),
  environment: environmentName.describe('where its databases are, as in `shop/production`'),
  databases: z
    .record(databaseName, environmentName)
    .default({})
    .describe('single databases that are somewhere else'),
  tls: z
    .enum(['verify-full', 'require', 'off'])
    .default('verify-full')
    .describe('`require` encrypts without knowing to whom; `off` needs `allowPrivate`'),
  certificate: path
    .optional()
    .describe("authorities to trust, a PEM file; the system's when left out"),
  allowPrivate: z
    .boolean()
    .default(false)
    .describe('say true when the server is on a private address'),
  admin: z
    .strictObject({
      role: identifier.describe('a role that may install what keeps data recoverable'),
      credential: secretName.describe('the secret that is its password'),
    })
    .optional()
    .describe('without it nothing is recoverable; agents never work as this role'),
  retentionDays: z.int().min(1).max(retentionDaysMax).default(7),
  mask: z.array(maskPattern).max(200).default([]).describe('values never shown to people'),
})

export type DatabaseUpstream = z.output<typeof databaseUpstream>

/** `provider` is any other text in the rest. */
export function isDatabase(one: { readonly provider: string }): one is DatabaseUpstream {
  return one.provider === databaseProvider
}

type Say = (path: Path, says: string) => void

const captureSuffix = '-capture'
const nameCharactersMax = 63 - captureSuffix.length

/** What must hold between the keys of one PostgreSQL upstream. */
export function checkDatabase(name: string, one: DatabaseUpstream, say: Say): void {
  const at = ['upstreams', name]
  const located = locate(one.url)
  if (typeof located === 'string') say([...at, 'url'], located)
  if (one.tls === 'off' && !one.allowPrivate) {
    say([...at, 'tls'], 'without TLS everyone between reads along; say `allowPrivate: true` too')
  }
  if (one.certificate !== undefined && one.tls !== 'verify-full') {
    say([...at, 'certificate'], `\`tls: ${one.tls}\` looks at no certificate; use \`verify-full\``)
  }
  if (one.admin?.role === one.role) {
    const says = 'agents work as this role; give `admin` one of its own, which they cannot be'
    say([...at, 'admin', 'role'], says)
  }
  if (one.admin?.credential === one.credential) {
    say([...at, 'admin', 'credential'], 'this is the secret agents work with; use another')
  }
  for (const [key, secret] of secretsOf(one)) {
    if (!secret.endsWith(captureSuffix)) continue
    const says = `secrets ending in \`${captureSuffix}\` are made by Holdpoint; name it otherwise`
    say([...at, ...key], says)
  }
  if (name.length > nameCharactersMax) {
    say(at, `the name of a PostgreSQL upstream has at most ${nameCharactersMax} characters`)
  }
}

function secretsOf({
  credential,
  admin,
}: DatabaseUpstream): readonly [readonly string[], string][] {
  const own: [readonly string[], string] = [['credential'], credential]
  return admin === undefined ? [own] : [own, [['admin', 'credential'], admin.credential]]
}

/** Where the server is, or what is wrong. The URL is never shown: it may hold a password. */
function locate(text: string): { host: string; port: number } | string {
  const form = 'write scheme, host and port, as in `postgres://db.example:5432`'
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return `not a server; ${form}`
  const url = new URL(text)
  if (url.username !== '' || url.password !== '' || text.includes('@')) {
    return (
      'no user or password here: say who with `role` and `credential`, and keep the password ' +
      'with `holdpoint secret put`'
    )
  }
  if (url.pathname !== '' && url.pathname !== '/') return 'no path here: say which with `database`'
  if (/[?#]/.test(text)) return 'no parameters here: say `tls` and `certificate` instead'
  const host = url.hostname.toLowerCase()
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9-]+(\.[a-z0-9-]+)*)$/.test(host)) return `no host; ${form}`
  const port = url.port === '' ? 5432 : Number(url.port)
  if (port === 0) return `no port; ${form}`
  return { host: host.replace(/^\[|\]$/g, ''), port }
}

export function settleDatabase(
  name: string,
  one: DatabaseUpstream,
  folder: string,
): DatabaseSettings {
  const located = locate(one.url)
  if (typeof located === 'string') throw new TypeError('the check let the url through')
  const { role, database, environment, tls, allowPrivate, admin, retentionDays, mask } = one
  return {
    name: name as UpstreamName,
    ...located,
    ...{ role, database, environment, tls, allowPrivate, retentionDays, mask },
    credential: one.credential as SecretName,
    databases: new Map(Object.entries(one.databases)),
    certificate: one.certificate === undefined ? null : resolve(folder, one.certificate),
    admin:
      admin === undefined ? null : { role: admin.role, credential: admin.credential as SecretName },
    captureKey: `${name}${captureSuffix}` as SecretName,
  }
}
