import { isLoopback, parseAddress } from './address.ts'
import { checkBackup } from './safeguards.ts'
import type { KnownProvider } from './configuration.ts'
import { checkConsole, parseOrigin } from './console.ts'
import { checkDatabase, isDatabase } from './databases.ts'
import type { DocumentRead, Path } from './document.ts'
import { checkMcp } from './mcp.ts'
import { checkNotify } from './notify.ts'
import type { Problem } from './problem.ts'
import type { ConfigurationFile, HttpUpstream } from './schema.ts'

/** What must hold between keys, or cannot be said in a schema. */
export function checkConfiguration(
  value: ConfigurationFile,
  providers: readonly KnownProvider[],
  problemAt: DocumentRead<unknown>['problemAt'],
): readonly Problem[] {
  const found: Problem[] = []
  const say = (path: Path, says: string, code = 'config-wrong-value'): void => {
    found.push(problemAt(path, code, says))
  }
  const upstreams = Object.entries(value.upstreams)
  checkListen(
    value.listen,
    upstreams.some(([, one]) => isDatabase(one)),
    say,
  )
  checkHosts(value, providers, say)
  for (const [name, upstream] of upstreams) {
    if (isDatabase(upstream)) {
      checkDatabase(name, upstream, say)
      continue
    }
    const path = ['upstreams', name]
    if (upstream.url !== undefined)
      checkUrl(upstream.url, upstream.allowPrivate, [...path, 'url'], say)
    checkCredentialHeader(upstream, providers, path, say)
  }
  checkMcp(
    value.mcp,
    upstreams.map(([name]) => name),
    say,
  )
  checkConsole(value.console, value.listen.console, say)
  checkNotify(value.notify, value.holds.minutes, say)
  const backup = value.safeguards['independent-backup']
  if (backup !== undefined) checkBackup(backup, value.upstreams, say)
  return found
}

type Say = (path: Path, says: string, code?: string) => void

function checkListen(listen: ConfigurationFile['listen'], databases: boolean, say: Say): void {
  for (const key of ['agents', 'console', 'postgres', 'mcp'] as const) {
    const { host } = parseAddress(listen[key])
    if (isLoopback(host) || listen.beyondLoopback) continue
    const says =
      `\`${host}\` can be reached from other machines; if that is meant, and a firewall stands ` +
      'in front, add `beyondLoopback: true` under `listen`'
    say(['listen', key], says, 'config-beyond-loopback')
  }
  const agents = parseAddress(listen.agents)
  const people = parseAddress(listen.console)
  if (agents.port !== 0 && agents.port === people.port) {
    say(
      ['listen', 'console'],
      `port ${people.port} is the agents' already; give the console its own`,
    )
  }
  const { port } = parseAddress(listen.postgres)
  if (databases && port !== 0 && [agents.port, people.port].includes(port)) {
    say(['listen', 'postgres'], `port ${port} is taken above; give databases their own`)
  }
  const mcp = parseAddress(listen.mcp).port
  if (mcp !== 0 && [agents.port, people.port, port].includes(mcp)) {
    say(['listen', 'mcp'], `port ${mcp} is taken above; give MCP its own`)
  }
}

/** A host name means one upstream only: otherwise which credential goes there is an accident. */
function checkHosts(value: ConfigurationFile, providers: readonly KnownProvider[], say: Say): void {
  const taken = new Map<string, string>()
  for (const [name, upstream] of Object.entries(value.upstreams)) {
    if (isDatabase(upstream)) continue
    const own = providers.find((provider) => provider.name === upstream.provider)?.hosts ?? []
    for (const host of new Set([...own, ...upstream.hosts])) {
      const other = taken.get(host)
      taken.set(host, other ?? name)
      if (other === undefined) continue
      const at = upstream.hosts.indexOf(host)
      const path = at < 0 ? ['upstreams', name, 'provider'] : ['upstreams', name, 'hosts', at]
      say(path, `\`${host}\` belongs to upstream \`${other}\` already; a host is one upstream`)
    }
    if (upstream.hosts.some((host) => host === 'holdpoint.internal')) {
      say(['upstreams', name, 'hosts'], '`holdpoint.internal` is where agents ask Holdpoint itself')
    }
  }
}

function checkUrl(text: string, allowPrivate: boolean, path: Path, say: Say): void {
  const url = parseOrigin(text)
  if (url === null) {
    say(path, 'not an origin; write scheme, host and port only, as in `https://api.example.com`')
  } else if (url.protocol === 'http:' && !allowPrivate) {
    say(
      path,
      '`http:` sends the credential in the clear; use `https:`, or say `allowPrivate: true`',
    )
  }
}

function checkCredentialHeader(
  upstream: HttpUpstream,
  providers: readonly KnownProvider[],
  path: Path,
  say: Say,
): void {
  const provider = providers.find((known) => known.name === upstream.provider)
  const names = provider?.credentialHeaders.map((header) => header.name) ?? []
  const wanted = upstream.credentialHeader
  if (wanted === undefined || names.includes(wanted)) return
  const taken = names.map((name) => `\`${name}\``).join(', ')
  const says = `\`${upstream.provider}\` takes no \`${wanted}\`; it takes ${taken}`
  say([...path, 'credentialHeader'], says)
}
