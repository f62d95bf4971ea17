// One line of `holdpoint inspect`: a request in, what it would do out. An HTTP request is taken
// through the door's own reading of head, target and body: what is read here is read there.
import { z } from 'zod'

import type { Action } from '../domain/action.ts'
import { reversibilityOf, worstEffect } from '../domain/effect.ts'
import type { Effect, EffectKind, Reversibility } from '../domain/effect.ts'
import { Fault } from '../domain/fault.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { HttpPayload, Payload, SqlPayload } from '../domain/request.ts'
import type { UpstreamName } from '../domain/names.ts'
import { showResource } from '../domain/resource.ts'
import { decodeBody } from '../doors/http/decode.ts'
import { createPlaces } from '../doors/http/destination.ts'
import type { Places } from '../doors/http/destination.ts'
import { readAuthority } from '../doors/http/host.ts'
import { headerTable, readHead } from '../doors/http/head.ts'
import type { HeaderTable } from '../doors/http/head.ts'
import { httpLimits } from '../doors/http/limits.ts'
import type { Provider } from '../providers/provider.ts'
import type { SqlReading } from '../reading/reading.ts'
import { sha256 } from '../system/hash.ts'
import { catalogueIn } from './inspect-catalogue.ts'

export interface Inspected {
  readonly id?: string | number
  readonly effect: EffectKind
  readonly reversibility: Reversibility
  readonly actions: readonly InspectedAction[]
  readonly why: string
}

export interface InspectedAction {
  readonly verb: string
  readonly effect: EffectKind
  readonly reversibility: Reversibility
  /** `railway:volume/ID`; null where nobody knows */
  readonly resource: string | null
}

export interface Misread {
  readonly id?: string | number
  readonly error: string
}

/** Reads one line; never rejects. */
export type InspectLine = (text: string) => Promise<Inspected | Misread>

const headerValue = z.union([z.string(), z.array(z.string()).max(100)])

const httpRequest = z.object({
  method: z.string().min(1).max(64),
  url: z.string().min(1).max(65_536),
  headers: z.record(z.string(), headerValue).default({}),
  body: z.string().nullable().default(null),
})

const shape = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  surface: z.string({ error: 'a line says its `surface`, as in `"surface":"http"`' }),
  request: z.unknown().optional(),
  statement: z.unknown().optional(),
  catalogue: z.unknown().optional(),
})

const statementCharactersMax = 4_194_304

type HttpRequest = z.output<typeof httpRequest>

interface Parts {
  readonly table: HeaderTable
  readonly places: Places
  readonly interpret: Interpret
  readonly reading: SqlReading
}

type Interpret = (payload: Exclude<Payload, SqlPayload>) => NonEmpty<Action>

export function createInspector(
  providers: readonly Provider[],
  interpret: Interpret,
  reading: SqlReading,
): InspectLine {
  const credentialHeaders = providers.flatMap((one) =>
    one.credentialHeaders.map(({ name }) => name),
  )
  const upstreams = providers.map(({ name, hosts }) => ({
    name: name as UpstreamName,
    hosts,
    prefix: name,
    credentialHeaders,
  }))
  const { targetBytesMax } = httpLimits
  const parts: Parts = {
    table: headerTable(credentialHeaders),
    places: createPlaces({ upstreams, ownNames: [], tunnelNames: [], targetBytesMax }),
    interpret,
    reading,
  }
  return (text) => inspectLine(text, parts)
}

async function inspectLine(text: string, parts: Parts): Promise<Inspected | Misread> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { error: 'not JSON' }
  }
  const named = idOf(value)
  const line = shape.safeParse(value)
  if (!line.success) return { ...named, error: complaint(line.error) }
  if (line.data.surface === 'sql') {
    return { ...named, ...(await inspectSql(line.data.statement, line.data.catalogue, parts)) }
  }
  if (line.data.surface !== 'http') {
    return { ...named, error: `the surface \`${line.data.surface.slice(0, 60)}\` is not read yet` }
  }
  const request = httpRequest.safeParse(line.data.request)
  if (!request.success) return { ...named, error: `request: ${complaint(request.error)}` }
  try {
    return { ...named, ...inspectHttp(request.data, parts) }
  } catch (error) {
    if (error instanceof Fault && error.code === 'not-a-request') {
      return { ...named, error: error.message }
    }
    return { ...named, error: 'the reader failed; please report this line' }
  }
}

/** Where the statement is read for; a line says nothing of it. */
const place = { upstream: 'postgres', database: 'database', environment: 'postgres/database' }

async function inspectSql(
  statement: unknown,
  given: unknown,
  { reading }: Parts,
): Promise<Inspected | { error: string }> {
  if (typeof statement !== 'string') return { error: '`statement`: a line says its SQL as text' }
  if (statement.length > statementCharactersMax) {
    return { error: `\`statement\`: longer than ${statementCharactersMax} characters` }
  }
  const catalogue = catalogueIn(given, sha256)
  if (typeof catalogue === 'string') return { error: catalogue }
  const { actions } = await reading.read(statement, catalogue, place)
  return told(actions)
}

function idOf(value: unknown): { id?: string | number } {
  if (typeof value !== 'object' || value === null || !('id' in value)) return {}
  const { id } = value
  return typeof id === 'string' || typeof id === 'number' ? { id } : {}
}

function complaint(error: z.ZodError): string {
  const [issue] = error.issues
  const at = issue?.path.join('.') ?? ''
  const says = issue?.message ?? 'wrong'
  return at === '' ? says : `\`${at}\`: ${says}`
}

function inspectHttp(request: HttpRequest, parts: Parts): Inspected {
  const payload = payloadOf(request, parts)
  return typeof payload === 'string' ? unread(payload) : told(parts.interpret(payload))
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

/** Refused before anyone reads it: what it would do is not known. */
function unread(why: string): Inspected {
  const verb = 'unread'
  return {
    effect: 'unknown',
    reversibility: 'irreversible',
    actions: [{ verb, effect: 'unknown', reversibility: 'irreversible', resource: null }],
    why,
  }
}

interface Told {
  readonly action: Action
  readonly effect: Effect
}

function told(actions: NonEmpty<Action>): Inspected {
  const [first, ...rest] = actions.flatMap((action) =>
    mapNonEmpty(action.effects, (effect): Told => ({ action, effect })),
  )
  if (first === undefined) return unread('nothing was read')
  const all = [first, ...rest]
  const worst = worstEffect(first.effect, ...rest.map(({ effect }) => effect))
  const teller = all.find(({ effect }) => effect === worst) ?? first
  return {
    effect: worst.kind,
    reversibility: reversibilityOf(worst),
    actions: all.map(({ action, effect }) => ({
      verb: action.verb,
      effect: effect.kind,
      reversibility: reversibilityOf(effect),
      resource: effect.kind === 'unknown' ? null : showResource(effect.resource),
    })),
    why: whyOf(teller),
  }
}

const effectVerbs: Readonly<Record<Exclude<EffectKind, 'unknown'>, string>> = {
  destroy: 'destroys',
  disarm: 'weakens a protection of',
  escalate: 'gains power over',
  disclose: 'discloses secrets of',
  write: 'changes',
  read: 'reads',
}

function whyOf({ action, effect }: Told): string {
  if (effect.kind === 'unknown') return effect.why
  const extent = effect.extent === 'some' ? ' a part of' : ''
  return `\`${action.verb}\` ${effectVerbs[effect.kind]}${extent} ${showResource(effect.resource)}`
}
