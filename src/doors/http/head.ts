// One pass over the header fields, as they came (RFC 9110 5, 7.6.1; RFC 9112 6). What is known of
// one field is one row; fields without a row are end-to-end and kept. Everything that tells an
// upstream how to frame, route, credit or override the request is taken out here: what is kept is
// judged and sent on.
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
// https://www.rfc-editor.org/rfc/rfc9112#section-6
import type { Presented } from '../../domain/request.ts'
import { leasePrefix, present, presentedIn } from './credential.ts'
import { defect } from './defect.ts'
import type { Defect } from './defect.ts'

export type Header = readonly [name: string, value: string]

export interface Head {
  readonly kind: 'head'
  /** Host, as written; null for none */
  readonly host: string | null
  /** the announced length; null for none */
  readonly length: number | null
  readonly chunked: boolean
  /** content-encoding, lower case; null for none */
  readonly encoding: string | null
  /** what it asks to be upgraded to; null for nothing */
  readonly upgrade: string | null
  readonly expectsContinue: boolean
  readonly headers: readonly Header[]
  /** names that Connection declares to be of this connection only */
  readonly hopByHop: readonly string[]
  readonly presented: readonly Presented[]
  /** why it cannot be read in one way; null when it can */
  readonly unreadable: string | null
}

type Fate =
  | 'keep'
  | 'drop'
  | 'host'
  | 'length'
  | 'transfer'
  | 'encoding'
  | 'connection'
  | 'expect'
  | 'upgrade'
  | 'authorization'
  | 'credential'
  | 'cookie'
  | 'proxy'
  | 'override'

interface Row {
  readonly fate: Fate
  readonly name: string
  /** a second one is refused */
  readonly once: boolean
}

export type HeaderTable = ReadonlyMap<string, Row>

const fates: Readonly<Record<Exclude<Fate, 'credential'>, readonly string[]>> = {
  // Known so that the usual request is read without a look at unusual spellings.
  keep: [
    'accept',
    'user-agent',
    'accept-language',
    'origin',
    'referer',
    'cache-control',
    'content-type',
  ],
  drop: [
    'accept-encoding',
    'keep-alive',
    'te',
    'trailer',
    'proxy-connection',
    'proxy-authenticate',
    'http2-settings',
    'forwarded',
    'via',
    'x-real-ip',
    'x-forwarded',
    'x-client-ip',
    'client-ip',
    'true-client-ip',
    'x-host',
    'x-original-host',
  ],
  host: ['host'],
  length: ['content-length'],
  transfer: ['transfer-encoding'],
  encoding: ['content-encoding'],
  connection: ['connection'],
  expect: ['expect'],
  upgrade: ['upgrade'],
  authorization: ['authorization'],
  cookie: ['cookie'],
  proxy: ['proxy-authorization'],
  override: [
    'x-http-method-override',
    'x-http-method',
    'x-method-override',
    'x-original-url',
    'x-rewrite-url',
    'x-original-method',
  ],
}

/**
 * Headers in which credentials travel at one provider or another, besides the governed ones' own.
 */
const credentialHeaders = [
  'x-api-key',
  'api-key',
  'apikey',
  'x-auth-token',
  'x-access-token',
  'private-token',
  'x-goog-api-key',
  'x-amz-security-token',
]
const once = new Set(['content-type', 'host', 'content-length', 'transfer-encoding', 'expect'])
const onceFates: readonly Fate[] = ['encoding', 'authorization', 'credential', 'proxy', 'override']
/**
 * A Connection header may not declare these hop-by-hop: an upstream would frame or route otherwise.
 */
const neverHopByHop = new Set(['host', 'content-length', 'transfer-encoding', 'content-encoding'])
const unnamed = new Set([
  'keep-alive',
  'close',
  'upgrade',
  'te',
  'http2-settings',
  'proxy-connection',
])

export function headerTable(governed: readonly string[]): HeaderTable {
  const table = new Map<string, Row>()
  const add = (name: string, fate: Fate): void => {
    table.set(name, { fate, name, once: once.has(name) || onceFates.includes(fate) })
  }
  for (const name of [...credentialHeaders, ...governed]) add(name.toLowerCase(), 'credential')
  for (const [fate, names] of Object.entries(fates)) {
    for (const name of names) add(name, fate as keyof typeof fates)
  }
  return table
}

/** What is gathered on the way. */
interface Draft {
  kind: 'head'
  host: string | null
  length: number | null
  chunked: boolean
  encoding: string | null
  upgrade: string | null
  expectsContinue: boolean
  headers: Header[]
  hopByHop: readonly string[]
  presented: Presented[]
  unreadable: string | null
  connection: string | null
  cookie: string | null
}

export function readHead(raw: readonly string[], table: HeaderTable): Head | Defect {
  const draft: Draft = {
    kind: 'head',
    host: null,
    length: null,
    chunked: false,
    encoding: null,
    upgrade: null,
    expectsContinue: false,
    headers: [],
    hopByHop: [],
    presented: [],
    unreadable: null,
    connection: null,
    cookie: null,
  }
  const seen: Row[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? ''
    const value = raw[at + 1] ?? ''
    const row = table.get(name) ?? table.get(name.toLowerCase())
    if (row === undefined) {
      keepUnknown(draft, name.toLowerCase(), value, table)
      continue
    }
    if (row.once) {
      if (seen.includes(row)) return defect('duplicate-header', `\`${row.name}\` came twice`)
      seen.push(row)
    }
    if (row.fate === 'keep') keep(draft, row.name, value)
    else if (row.fate !== 'drop') {
      const wrong = take(draft, row, value)
      if (wrong !== null) return wrong
    }
  }
  if (draft.chunked && draft.length !== null) {
    return defect('malformed', 'content-length and transfer-encoding came together')
  }
  return settle(draft)
}

function take(draft: Draft, { fate, name }: Row, value: string): Defect | null {
  switch (fate) {
    case 'host':
      draft.host = value
      return null
    case 'length':
      return takeLength(draft, value)
    case 'transfer':
      if (value.toLowerCase() !== 'chunked') {
        return defect('transfer-encoding', `transfer-encoding \`${value}\` is not decoded`)
      }
      draft.chunked = true
      return null
    case 'encoding':
      draft.encoding =
        value.toLowerCase() === 'identity' || value === '' ? null : value.toLowerCase()
      return null
    case 'connection':
      draft.connection = draft.connection === null ? value : `${draft.connection},${value}`
      return null
    case 'expect':
      if (value.toLowerCase() !== '100-continue')
        return defect('expectation', `expects \`${value}\``)
      draft.expectsContinue = true
      return null
    case 'upgrade':
      draft.upgrade = value
      return null
    case 'override':
      draft.unreadable ??= `the header \`${name}\` would override what is asked`
      return null
    case 'cookie':
      draft.cookie = draft.cookie === null ? value : `${draft.cookie}; ${value}`
      return null
    default:
      takeCredential(draft, fate, name, value)
      return null
  }
}

function takeLength(draft: Draft, value: string): Defect | null {
  if (!/^[0-9]{1,15}$/.test(value)) return defect('malformed', `content-length is \`${value}\``)
  draft.length = Number(value)
  return null
}

function takeCredential(draft: Draft, fate: Fate, name: string, value: string): void {
  const place = fate === 'authorization' || fate === 'proxy' ? fate : 'header'
  for (const presented of presentedIn(place, name, value)) draft.presented.push(presented)
}

function keep(draft: Draft, name: string, value: string): void {
  if (value.includes(leasePrefix)) draft.unreadable ??= `a lease is in the header \`${name}\``
  draft.headers.push([name, value])
}

/**
 * Some servers read `_` in a name as `-`: a field that would then have a row is not kept quietly.
 */
function keepUnknown(draft: Draft, name: string, value: string, table: HeaderTable): void {
  if (name.startsWith('x-forwarded-')) return
  if (name.includes('_') && hasRow(name.replaceAll('_', '-'), table)) {
    draft.unreadable ??= `the header \`${name}\` can be read as \`${name.replaceAll('_', '-')}\``
    return
  }
  keep(draft, name, value)
}

function hasRow(name: string, table: HeaderTable): boolean {
  return table.has(name) || name.startsWith('x-forwarded-')
}

function settle(draft: Draft): Head | Defect {
  const { connection, cookie } = draft
  if (cookie !== null && cookie !== '') draft.presented.push(present('cookie', 'cookie', cookie))
  if (connection === null || connection === 'keep-alive' || connection === 'close') return draft
  const tokens = connection
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '' && !unnamed.has(token))
  const framing = tokens.find((token) => neverHopByHop.has(token))
  if (framing !== undefined) return defect('malformed', `connection names \`${framing}\``)
  draft.hopByHop = tokens
  if (tokens.length > 0) draft.headers = draft.headers.filter(([name]) => !tokens.includes(name))
  return draft
}
