// Where a request is addressed to, from its target, its Host or `:authority`, and the CONNECT it is
// in; all of them must say the same (RFC 9112 3.2, 3.3; RFC 9110 7.4). Outside a CONNECT, a path is
// for the reverse proxy and its Host must be a loopback name, an address or a configured name:
// another name that leads here is a browser led here by DNS rebinding.
// https://www.rfc-editor.org/rfc/rfc9112#section-3.3
import { assert } from '../../domain/fault.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type { Presented } from '../../domain/request.ts'
import type { Inside } from './connection.ts'
import { present } from './credential.ts'
import { defect } from './defect.ts'
import type { Defect } from './defect.ts'
import { isPrivateName, readAuthority } from './host.ts'
import type { Authority } from './host.ts'
import { isOriginForm, readTarget } from './target.ts'

export interface GovernedUpstream {
  readonly name: UpstreamName
  /** lower case; the first one is named when the request comes by path prefix */
  readonly hosts: readonly string[]
  /** `railway` for `/railway/…` */
  readonly prefix: string
  /** besides Authorization and Cookie */
  readonly credentialHeaders: readonly string[]
}

export interface Destination {
  readonly kind: 'governed' | 'help' | 'plain'
  /** null unless governed */
  readonly upstream: UpstreamName | null
  readonly host: string
  readonly port: number
  readonly target: string
  /** why the target can be read in more than one way; null when it cannot */
  readonly unreadable: string | null
  readonly presented: readonly Presented[]
}

export interface Places {
  /** what a host name is to this door */
  kindOf(host: string): 'governed' | 'help' | 'plain'
  upstreamOf(host: string): UpstreamName | null
  /** Why a proxy will not go there, by its name alone; null when it may be asked. */
  refuse(authority: Authority): Defect | null
  locate(request: Addressed, inside: Inside | null): Destination | Defect
}

export interface Addressed {
  readonly url: string
  /** `:authority`, or Host, or null when there was neither */
  readonly authority: string | null
  /** Host beside `:authority`; null when there was none */
  readonly host: string | null
}

export const helpHost = 'holdpoint.internal'

export interface PlaceOptions {
  readonly upstreams: readonly GovernedUpstream[]
  /** names of this machine under which the reverse proxy may be addressed, besides loopback */
  readonly ownNames: readonly string[]
  /** names that may be reached although they look private */
  readonly tunnelNames: readonly string[]
  readonly targetBytesMax: number
}

interface Table {
  readonly byHost: ReadonlyMap<string, UpstreamName>
  readonly byPrefix: ReadonlyMap<string, Readonly<{ name: UpstreamName; host: string }>>
  readonly ownNames: ReadonlySet<string>
  readonly tunnelNames: ReadonlySet<string>
  readonly targetBytesMax: number
}

export function createPlaces(options: PlaceOptions): Places {
  const byHost = new Map<string, UpstreamName>()
  const byPrefix = new Map<string, Readonly<{ name: UpstreamName; host: string }>>()
  for (const { name, prefix, hosts } of options.upstreams) {
    const [host] = hosts
    assert(host !== undefined, 'a governed upstream has a host')
    assert(!byPrefix.has(prefix), `one upstream has the prefix \`${prefix}\``)
    byPrefix.set(prefix, { name, host: host.toLowerCase() })
    for (const each of hosts) {
      assert(!byHost.has(each.toLowerCase()), `one upstream has the host \`${each}\``)
      byHost.set(each.toLowerCase(), name)
    }
  }
  const table: Table = {
    byHost,
    byPrefix,
    ownNames: new Set(['localhost', ...options.ownNames.map((name) => name.toLowerCase())]),
    tunnelNames: new Set(options.tunnelNames.map((name) => name.toLowerCase())),
    targetBytesMax: options.targetBytesMax,
  }
  return {
    kindOf: (host) => kindOf(table, host),
    upstreamOf: (host) => byHost.get(host) ?? null,
    refuse: (authority) => refuseHost(table, authority),
    locate: (request, inside) => locate(table, request, inside),
  }
}

function kindOf(table: Table, host: string): Destination['kind'] {
  if (table.byHost.has(host)) return 'governed'
  return host === helpHost ? 'help' : 'plain'
}

function refuseHost(table: Table, authority: Authority): Defect | null {
  if (authority.kind === 'refused') return defect('bad-host', authority.why)
  if (authority.kind === 'address') {
    return defect('address-refused', `\`${authority.host}\` is an address`)
  }
  const { host } = authority
  if (kindOf(table, host) !== 'plain' || table.tunnelNames.has(host)) return null
  return isPrivateName(host) ? defect('private-name', `\`${host}\` is not a public name`) : null
}

function locate(table: Table, request: Addressed, inside: Inside | null): Destination | Defect {
  const { url } = request
  if (url.length > table.targetBytesMax) {
    return defect('target-too-long', `the target is longer than ${table.targetBytesMax} bytes`)
  }
  if (!url.startsWith('/')) return absolute(table, request, inside)
  const named = agreed(request, null)
  if (named.kind === 'defect') return named
  return inside === null ? reverse(table, named, url) : within(table, inside, named, url)
}

function absolute(table: Table, request: Addressed, inside: Inside | null): Destination | Defect {
  const match = /^(https?):\/\/([^/?#]*)(.*)$/is.exec(request.url)
  if (match === null) return defect('bad-target', 'the target is neither a path nor a URL')
  const [, written = '', authority = '', rest = ''] = match
  const at = authority.lastIndexOf('@')
  const named = agreed(request, authority.slice(at + 1))
  if (named.kind === 'defect') return named
  const scheme = written.toLowerCase() === 'https' ? 'https' : 'http'
  const target = rest.startsWith('/') ? rest : `/${rest}`
  const found = forward(table, inside, scheme, named, target)
  if (found.kind === 'defect' || at === -1) return found
  if (found.kind === 'plain') return defect('bad-host', 'user information is in the URL')
  return {
    ...found,
    unreadable: found.unreadable ?? 'user information is in the URL',
    presented: [...found.presented, present('query', 'userinfo', authority.slice(0, at))],
  }
}

function reverse(table: Table, { authority }: Named, url: string): Destination | Defect {
  if (authority.kind === 'name') {
    const { host } = authority
    if (host === helpHost) return to('help', null, host, 80, url)
    if (!table.ownNames.has(host)) {
      return defect(
        'misdirected',
        `\`${host}\` is not a name of this door; a proxy gets a whole URL`,
      )
    }
  }
  const end = url.slice(1).search(/[/?]|$/) + 1
  const upstream = table.byPrefix.get(url.slice(1, end))
  if (upstream === undefined) {
    const known = [...table.byPrefix.keys()].map((prefix) => `\`/${prefix}/\``).join(', ')
    return defect('no-upstream', `no governed upstream has this path; known: ${known || 'none'}`)
  }
  const rest = url.slice(end)
  const target = rest.startsWith('/') ? rest : `/${rest}`
  return to('governed', upstream.name, upstream.host, 443, target)
}

function forward(
  table: Table,
  inside: Inside | null,
  scheme: Inside['scheme'],
  named: Named,
  target: string,
): Destination | Defect {
  if (inside !== null) {
    if (scheme === inside.scheme) return within(table, inside, named, target)
    return defect(
      'misdirected',
      `the URL says \`${scheme}\` and the connection \`${inside.scheme}\``,
    )
  }
  const refused = refuseHost(table, named.authority)
  if (refused !== null) return refused
  const { host } = named.authority
  const usual = scheme === 'https' ? 443 : 80
  const port = named.authority.port ?? usual
  const kind = kindOf(table, host)
  if (kind === 'plain') {
    if (scheme === 'http') return to(kind, null, host, port, target)
    return defect('bad-target', 'a proxy is asked for https with CONNECT')
  }
  if (port !== usual) return defect('port-refused', `port ${port} of a governed host`)
  return to(kind, table.byHost.get(host) ?? null, host, port, target)
}

function within(
  table: Table,
  { host, port }: Inside,
  { authority }: Named,
  target: string,
): Destination | Defect {
  const same =
    authority.kind === 'name' &&
    authority.host === host &&
    (authority.port === null || authority.port === port)
  if (!same) return defect('misdirected', `the request is inside a CONNECT to \`${host}:${port}\``)
  return to(kindOf(table, host), table.byHost.get(host) ?? null, host, port, target)
}

interface Named {
  readonly kind: 'named'
  readonly authority: Exclude<Authority, { kind: 'refused' }>
}

/** The few spellings that clients of this door repeat with every request. */
const readBefore = new Map<string, Authority>()
const readBeforeMax = 256

function readOnce(text: string): Authority {
  const before = readBefore.get(text)
  if (before !== undefined) return before
  const authority = readAuthority(text)
  if (readBefore.size >= readBeforeMax) readBefore.clear()
  if (text.length <= 256) readBefore.set(text, authority)
  return authority
}

/** The one host that the URL, `:authority` and Host name; two that differ are refused. */
function agreed({ authority, host }: Addressed, inUrl: string | null): Named | Defect {
  const first = inUrl ?? authority ?? host
  if (first === null || (authority === null && host === null)) {
    return defect('malformed', 'the request names no host')
  }
  const read = readOnce(first)
  if (read.kind === 'refused') return defect('bad-host', read.why)
  for (const text of [authority, host]) {
    if (text === null || text === first) continue
    const other = readOnce(text)
    if (other.kind !== read.kind || other.host !== read.host || !samePort(other.port, read.port)) {
      return defect('misdirected', `the request names both \`${first}\` and \`${text}\``)
    }
  }
  return { kind: 'named', authority: read }
}

function samePort(one: number | null, other: number | null): boolean {
  return one === null || other === null || one === other
}

function to(
  kind: Destination['kind'],
  upstream: UpstreamName | null,
  host: string,
  port: number,
  target: string,
): Destination | Defect {
  if (!isOriginForm(target)) {
    return defect(
      'bad-target',
      'the path has a fragment, a backslash or a character that is not ASCII',
    )
  }
  return { kind, upstream, host, port, target, ...readTarget(target) }
}
