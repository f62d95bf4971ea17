// Passwords in URLs (RFC 3986, userinfo): of databases, and of anything else.
import type { Kind, ReachKind, Span } from './found.ts'
import { isPlaceholder } from './look-alikes.ts'

export interface AddressMatch {
  readonly kind: Kind
  /** the password alone */
  readonly span: Span
  /** the whole URL */
  readonly around: Span
  /** `db.example.net/shop`: never the user, which may be the secret of a token pair */
  readonly reachOf: string | null
}

const databases: Readonly<Record<string, string>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  postgis: 'postgres',
  cockroachdb: 'postgres',
  mysql: 'mysql',
  mysql2: 'mysql',
  mysqlx: 'mysql',
  mariadb: 'mysql',
  mongodb: 'mongodb',
  'mongodb+srv': 'mongodb',
  redis: 'redis',
  rediss: 'redis',
  valkey: 'redis',
  sqlserver: 'mssql',
  mssql: 'mssql',
  clickhouse: 'clickhouse',
  neo4j: 'neo4j',
  'neo4j+s': 'neo4j',
  bolt: 'neo4j',
  amqp: 'amqp',
  amqps: 'amqp',
  cassandra: 'cassandra',
  elasticsearch: 'elasticsearch',
}

const schemeBefore = /(?:^|[^a-z0-9+.-])([a-z][a-z0-9+.-]{1,20})$/i
const rest =
  /:\/\/([^\s:/?#@"'`<>\\]{0,256}):([^\s/"'`<>\\]{1,1024})@([^\s/?#"'`<>@\\,;)\]}]{1,256})(?:\/([^\s?#"'`<>\\,;)\]}]{0,200}))?(?:\?[^\s"'`<>\\]{0,500})?/y

export function* addressesIn(text: string): Generator<AddressMatch> {
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    rest.lastIndex = at
    const match = rest.exec(text)
    if (match === null) continue
    const written = schemeBefore.exec(text.slice(Math.max(0, at - 22), at))?.[1]
    if (written === undefined) continue
    const [whole, user = '', password = '', host = '', path = ''] = match
    const start = at + 3 + user.length + 1
    const kind = judge(written.toLowerCase(), user, password, host)
    if (kind === null) continue
    yield {
      kind,
      span: { start, end: start + password.length },
      around: { start: at - written.length, end: at + whole.length },
      reachOf: placeOf(host, path),
    }
  }
}

function judge(written: string, user: string, password: string, host: string): Kind | null {
  const scheme = written.replace(/^jdbc:/, '').replace(/^(postgresql|mysql|mariadb)\+\w+$/, '$1')
  const value = decoded(password)
  if (isPlaceholder(value) || isPlaceholder(host.replace(/:\d+$/, ''))) return null
  if (value === decoded(user) || value.length < 4) return null
  const near = isNear(host)
  const database = databases[scheme]
  if (database !== undefined) {
    // What everybody has on their own machine opens nothing that matters.
    if (near && value.length < 12) return null
    const reach: ReachKind = near ? 'resource' : 'database'
    const says = near ? 'password of a database on this machine' : 'database password'
    return { id: `${database}-url`, provider: database, says, reach, destroys: 'yes' }
  }
  if (near || value.length < 8) return null
  const says = `password in a URL`
  return {
    id: 'url-password',
    provider: providerOf(host),
    says,
    reach: 'unknown',
    destroys: 'unknown',
  }
}

/** This machine, or a container beside it. */
function isNear(host: string): boolean {
  const name = host.replace(/:\d+$/, '')
  return /^(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|host\.docker\.internal|[\w-]+)$/.test(
    name,
  )
}

function placeOf(host: string, path: string): string | null {
  const place = path === '' ? host : `${host}/${path}`
  return /^[\w.:/[\]-]{1,120}$/.test(place) ? place : null
}

function providerOf(host: string): string {
  const known = /(?:^|\.)(github|gitlab|bitbucket|heroku|railway|supabase|docker)\.\w+(?::\d+)?$/
  return known.exec(host)?.[1] ?? 'unknown'
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
