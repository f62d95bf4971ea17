// The configured MCP servers, and agents' sessions at them. Whoever opens one has a clearance, and
// whatever can act is sent with one.
import type { Agent } from 'node:http'

import { isClearance } from '../../clearance.ts'
import type { Clearance } from '../../clearance.ts'
import type { Vault } from '../../credentials/vault.ts'
import { Fault, assert } from '../../domain/fault.ts'
import type { SecretName, SessionId, UpstreamName } from '../../domain/names.ts'
import type { Request, ToolPayload } from '../../domain/request.ts'
import { digestOf } from '../../system/request-digest.ts'
import type { Sent } from '../answer.ts'
import type { DialParts } from '../dial.ts'
import { createRedactor } from '../redact.ts'
import { createHttpWays, openHttp } from './http-link.ts'
import { createToolBook } from './inspect.ts'
import type { PinBook, SeenTool } from './inspect.ts'
import { sessionsMax } from './limits.ts'
import { linkLimits } from './link.ts'
import type { Link } from './link.ts'
import { openProcess } from './process-link.ts'
import { McpSession } from './session.ts'

/** A value that is written down, or that the vault has: `{prefix}{secret}`. */
export type McpValue = string | Readonly<{ secret: SecretName; prefix: string }>

export interface McpConfig {
  readonly name: UpstreamName
  readonly way:
    | Readonly<{
        kind: 'command'
        command: string
        args: readonly string[]
        env: ReadonlyMap<string, McpValue>
        folder: string
      }>
    | Readonly<{
        kind: 'http'
        url: string
        headers: ReadonlyMap<string, McpValue>
        allowPrivate: boolean
      }>
}

export interface McpServersOptions {
  readonly configs: readonly McpConfig[]
  readonly vault: Pick<Vault, 'open'>
  readonly pins: PinBook
  readonly dial: DialParts
  /** of the gate: what programs need to be found and to run, and no more, is handed on */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly milliseconds: () => number
  /** Takes what looks like a credential out of what a server says. */
  readonly scrub: (text: string) => string
}

export type ToolRequest = Request & Readonly<{ payload: ToolPayload }>

export interface McpServers {
  /** Rejects when the clearance is not for exactly this; what the world does is in the result. */
  send(request: ToolRequest, clearance: Clearance, signal: AbortSignal): Promise<Sent>
  /** every tool as its server has shown it last, and whether it is withheld */
  seen(): readonly SeenTool[]
  close(): void
}

/** what a program is given of the gate's own environment */
const handedOn = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LOGNAME', 'SHELL']

export function createMcpServers(options: McpServersOptions): McpServers {
  const configs = new Map(options.configs.map((config) => [config.name, config]))
  const tools = createToolBook(options.pins)
  const sessions = new Map<string, McpSession>()
  const ways = new Map<UpstreamName, Agent>()
  const keyOf = (session: SessionId, upstream: UpstreamName): string => `${session}/${upstream}`

  function open(request: ToolRequest, clearance: Clearance): Sent {
    const { payload, session } = request
    const config = configs.get(payload.upstream)
    if (config === undefined) {
      throw new Fault('upstream-unknown', `there is no MCP server \`${payload.upstream}\``)
    }
    const key = keyOf(session.id, payload.upstream)
    assert(!sessions.has(key), 'a session is opened once')
    const ofServer = [...sessions.keys()].filter((one) => one.endsWith(`/${config.name}`))
    if (ofServer.length >= sessionsMax) return notSent('sessions-limit')
    const opened = openLink(config, clearance, options, ways)
    clearance.spend()
    if (typeof opened === 'string') return notSent(opened)
    const { way, secrets } = opened
    const redactor = createRedactor(secrets)
    const mcp = new McpSession({
      ...{ upstream: config.name, link: way, tools, milliseconds: options.milliseconds },
      clean: (text) => options.scrub(redactor.text(text)),
    })
    sessions.set(key, mcp)
    way.onClose(() => sessions.delete(key))
    const reply = { kind: 'mcp-opened', channel: mcp.channel } as const
    return { kind: 'replied', reply, ended: Promise.resolve({ kind: 'succeeded', status: 200 }) }
  }

  async function send(
    request: ToolRequest,
    clearance: Clearance,
    signal: AbortSignal,
  ): Promise<Sent> {
    const { payload, digest } = request
    assert(isClearance(clearance), 'a clearance is made from receipts')
    assert(clearance.purpose === 'send', 'a clearance to send is needed')
    const same = clearance.request === digest && digestOf(payload) === digest
    if (!same || clearance.upstream !== payload.upstream) throw mismatch()
    assert(payload.unreadable === null, 'what could not be read is never sent')
    if (payload.form === 'open') return open(request, clearance)
    const session = sessions.get(keyOf(request.session.id, payload.upstream))
    clearance.spend()
    if (session === undefined) return notSent('session-ended')
    const called = await session.call(payload, signal)
    if ('stale' in called) return notSent('tool-changed')
    const { exchange, unsent, ended } = called
    if (unsent !== null) return notSent('upstream-unreachable')
    return { kind: 'replied', reply: { kind: 'mcp-running', exchange }, ended }
  }

  function close(): void {
    for (const session of [...sessions.values()]) session.channel.close()
    for (const way of ways.values()) way.destroy()
  }

  return { send, seen: () => tools.seen(), close }
}

interface OpenedLink {
  readonly way: Link
  readonly secrets: readonly string[]
}

/** Its secrets, to know them again in what it says; or the code of why it cannot be. */
function openLink(
  { name, way }: McpConfig,
  clearance: Clearance,
  options: McpServersOptions,
  ways: Map<UpstreamName, Agent>,
): OpenedLink | string {
  const secrets: string[] = []
  const resolve = (value: McpValue): string => {
    if (typeof value === 'string') return value
    const secret = options.vault.open(value.secret, clearance).reveal()
    secrets.push(secret)
    return value.prefix + secret
  }
  try {
    if (way.kind === 'command') {
      const { command, args, folder } = way
      const environment = {
        ...pick(options.environment),
        ...Object.fromEntries([...way.env].map(([key, value]) => [key, resolve(value)])),
      }
      return { way: openProcess({ command, args, environment, folder }, linkLimits), secrets }
    }
    const headers = [...way.headers].map(([key, value]) => [key, resolve(value)] as const)
    const server = { url: new URL(way.url), allowPrivate: way.allowPrivate, headers }
    const known = ways.get(name) ?? createHttpWays(server, options.dial)
    ways.set(name, known)
    return { way: openHttp(server, known, linkLimits), secrets }
  } catch (fault) {
    if (fault instanceof Fault && fault.code !== 'bug') return fault.code
    throw fault
  }
}

function pick(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = handedOn.flatMap((name) => {
    const value = environment[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(kept)
}

function mismatch(): Fault {
  return new Fault(
    'clearance-mismatch',
    'this is not the request that was cleared, so it is not sent; report this as a bug',
  )
}

function notSent(code: string): Sent {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}
