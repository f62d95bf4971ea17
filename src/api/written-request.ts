// A request as a person writes it down, in JSON, read as if it had come through a door: an HTTP
// request is taken through the door's own reading of head, target and body, so that what is read
// here is read there.
import { z } from 'zod'

import type { Action } from '../domain/action.ts'
import { Fault } from '../domain/fault.ts'
import type { UpstreamName } from '../domain/names.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { HttpPayload, TunnelPayload } from '../domain/request.ts'
import { decodeBody } from '../doors/http/decode.ts'
import { createPlaces } from '../doors/http/destination.ts'
import type { Places } from '../doors/http/destination.ts'
import { readAuthority } from '../doors/http/host.ts'
import { headerTable, readHead } from '../doors/http/head.ts'
import type { HeaderTable } from '../doors/http/head.ts'
import { httpLimits } from '../doors/http/limits.ts'
import type { SqlPlace } from '../providers/postgres/index.ts'
import type { SqlReading } from '../reading/reading.ts'
import { sha256 } from '../system/hash.ts'
import { catalogueIn } from './written-catalogue.ts'

export type WrittenRead =
  | Readonly<{ kind: 'read'; actions: NonEmpty<Action> }>
  /** a door would refuse it before anyone reads it */
  | Readonly<{ kind: 'unread'; why: string }>
  /** it is no request */
  | Readonly<{ kind: 'error'; says: string }>

/** Never rejects. */
export type ReadWritten = (value: unknown) => Promise<WrittenRead>

export interface WrittenUpstream {
  readonly name: UpstreamName
  readonly hosts: readonly string[]
  /** headers that carry the provider's own credentials */
  readonly credentialHeaders: readonly string[]
}

export interface WrittenOptions {
  readonly upstreams: readonly WrittenUpstream[]
  readonly interpret: Interpret
  readonly reading: SqlReading
  /** where SQL is read for, by what the request says of it; a text: why there is no such place */
  readonly sqlPlace: (asked: AskedPlace) => SqlPlace | string
  /** names the databases that SQL reaches beside the one it is read for; nothing when not given */
  readonly settle?: (actions: NonEmpty<Action>, place: SqlPlace) => NonEmpty<Action>
}

export interface AskedPlace {
  readonly upstream: string | undefined
  readonly database: string | undefined
}

type Interpret = (payload: HttpPayload | TunnelPayload) => NonEmpty<Action>

const headerValue = z.union([z.string(), z.array(z.string()).max(100)])

const httpRequest = z.object({
  method: z.string().min(1).max(64),
  url: z.string().min(1).max(65_536),
  headers: z.record(z.string(), headerValue).default({}),
  body: z.string().nullable().default(null),
})

const shape = z.object({
  /** the writer's own, told again beside the answer */
  id: z.union([z.string(), z.number()]).optional(),
  surface: z.string({ error: 'a line says its `surface`, as in `"surface":"http"`' }),
  request: z.unknown().optional(),
  statement: z.unknown().optional(),
  catalogue: z.unknown().optional(),
  upstream: z.string().max(100).optional(),
  database: z.string().max(100).optional(),
})

type Written = z.output<typeof shape>

const statementCharactersMax = 4_194_304

type HttpRequest = z.output<typeof httpRequest>

interface Parts {
  readonly table: HeaderTable
  readonly places: Places
  readonly interpret: Interpret
}

export function createWrittenReader(options: WrittenOptions): ReadWritten {
  const parts = partsOf(options)
  return (value) => readWritten(value, options, parts)
}

/** What an HTTP request would do; a text: why a door would not take it; null: no governed host. */
export function createWrittenHttpReader(
  options: Pick<WrittenOptions, 'upstreams' | 'interpret'>,
): (request: HttpRequest) => NonEmpty<Action> | string | null {
  const parts = partsOf(options)
  return (request) => {
    const written = urlPattern.exec(request.url)?.[1] ?? ''
    const named = readAuthority(written.slice(written.lastIndexOf('@') + 1))
    if (named.kind !== 'name' || parts.places.kindOf(named.host) !== 'governed') return null
    const payload = payloadOf(request, parts)
    return typeof payload === 'string' ? payload : interpretSafely(payload, parts)
  }
}

function interpretSafely(payload: HttpPayload, { interpret }: Parts): NonEmpty<Action> | string {
  try {
    return interpret(payload)
  } catch {
    return 'the reader failed on it'
  }
}

function partsOf({ upstreams, interpret }: Pick<WrittenOptions, 'upstreams' | 'interpret'>): Parts {
  const { targetBytesMax } = httpLimits
  return {
    table: headerTable(upstreams.flatMap(({ credentialHeaders }) => credentialHeaders)),
    places: createPlaces({
      upstreams: upstreams.map((one) => ({ ...one, prefix: one.name })),
      ...{ ownNames: [], tunnelNames: [], targetBytesMax },
    }),
    interpret,
  }
}

async function readWritten(
  value: unknown,
  options: WrittenOptions,
  parts: Parts,
): Promise<WrittenRead> {
  const line = shape.safeParse(value)
  if (!line.success) return error(complaint(line.error))
  const { surface, request } = line.data
  if (surface === 'sql') return readSql(line.data, options)
  if (surface !== 'http') return error(`the surface \`${surface.slice(0, 60)}\` is not read yet`)
  const asked = httpRequest.safeParse(request)
  if (!asked.success) return error(`request: ${complaint(asked.error)}`)
  try {
    const payload = payloadOf(asked.data, parts)
    if (typeof payload === 'string') return { kind: 'unread', why: payload }
    return { kind: 'read', actions: parts.interpret(payload) }
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'not-a-request') return error(fault.message)
    return error('the reader failed; please report this line')
  }
}

async function readSql(
  { statement, catalogue: given, upstream, database }: Written,
  { reading, sqlPlace, settle }: WrittenOptions,
): Promise<WrittenRead> {
  if (typeof statement !== 'string') return error('`statement`: a line says its SQL as text')
  if (statement.length > statementCharactersMax) {
    return error(`\`statement\`: longer than ${statementCharactersMax} characters`)
  }
  const place = sqlPlace({ upstream, database })
  if (typeof place === 'string') return error(place)
  const catalogue = catalogueIn(given, sha256)
  if (typeof catalogue === 'string') return error(catalogue)
  const { actions } = await reading.read(statement, catalogue, place)
  return { kind: 'read', actions: settle === undefined ? actions : settle(actions, place) }
}

function error(says: string): WrittenRead {
  return { kind: 'error', says }
}

function complaint(error: z.ZodError): string {
  const [issue] = error.issues
  const at = issue?.path.join('.') ?? ''
  const says = issue?.message ?? 'wrong'
  return at === '' ? says : `\`${at}\`: ${says}`
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

/** The payload as the door would hand it over; or why nothing would be handed over. */
function payloadOf(request: HttpRequest, { table, places }: Parts): HttpPayload | string {
  const { method, url } = request
  const written = urlPattern.exec(url)?.[1]
  if (written === undefined) {
    throw new Fault('not-a-request', '`request.url` is not an http or https URL')
  }
  const authority = written.slice(written.lastIndexOf('@') + 1)
  const named = readAuthority(authority)
  if (named.kind === 'name' && places.kindOf(named.host) !== 'governed') {
    return `not a governed host: \`${named.host}\``
  }
  if (!methods.has(method)) return `the method \`${method.slice(0, 32)}\` is not known`
  const head = readHead(rawHeaders(request), table)
  if (head.kind === 'defect') return head.says
  const destination = places.locate({ url, authority, host: head.host }, null)
  if (destination.kind === 'defect') return destination.says
  const { upstream } = destination
  if (upstream === null) return `not a governed host: \`${destination.host}\``
  const read = bodyOf(request.body ?? '', head.encoding)
  const upgrade = head.upgrade === null ? null : 'it asks to be upgraded'
  return {
    kind: 'http',
    upstream,
    method,
    host: destination.host,
    target: destination.target,
    headers: head.headers,
    body: read.bytes,
    unreadable: upgrade ?? head.unreadable ?? destination.unreadable ?? read.why,
  }
}

const urlPattern = /^https?:\/\/([^/?#]*)/i

function rawHeaders({ headers }: HttpRequest): readonly string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    (typeof value === 'string' ? [value] : value).flatMap((one) => [name, one]),
  )
}

const nothing = new Uint8Array()

function bodyOf(body: string, encoding: string | null): { bytes: Uint8Array; why: string | null } {
  const { bodyBytesMax } = httpLimits
  const bytes = Buffer.from(body)
  if (bytes.length > bodyBytesMax) {
    return { bytes: nothing, why: `the body is longer than ${bodyBytesMax} bytes` }
  }
  if (encoding === null || bytes.length === 0) return { bytes, why: null }
  const decoded = decodeBody(encoding, bytes, bodyBytesMax)
  return decoded.kind === 'decoded'
    ? { bytes: decoded.bytes, why: null }
    : { bytes: nothing, why: `the body cannot be read: ${decoded.why}` }
}
