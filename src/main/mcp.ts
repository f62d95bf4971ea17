// Joins the MCP door: servers, the reading of what their tools are given, Holdpoint's own server.
import type { AgentTools } from '../api/agent-tools.ts'
import type { ToolReport, ToolsKeeper } from '../api/mcp-tools.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { Declared } from '../discovery/discovery.ts'
import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import type { Digest, PersonName, SessionId, UpstreamName } from '../domain/names.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import { createMcpDoor } from '../doors/mcp/door.ts'
import type { McpDoor } from '../doors/mcp/door.ts'
import type { OwnTools } from '../doors/mcp/own-seat.ts'
import type { ToolRequest } from '../interpret.ts'
import type { Reading } from '../parts.ts'
import { readToolRequest } from '../providers/mcp/read.ts'
import type { ToolServer } from '../providers/mcp/read.ts'
import { toolTables } from '../providers/mcp/tables.ts'
import type { CommandReadings } from '../reading/commands.ts'
import { findInText } from '../scan/text.ts'
import { newId } from '../system/random.ts'
import { createMcpServers } from '../upstreams/mcp/servers.ts'
import type { McpServers } from '../upstreams/mcp/servers.ts'
import { machineAddresses, systemResolver } from '../upstreams/resolver.ts'
import type { State } from './state.ts'

const connectMilliseconds = 10_000

export function createMcpWorks(state: State): McpServers {
  const { configuration, store, ledger, clock, opening } = state
  return createMcpServers({
    configs: configuration.mcp,
    vault: usesVault(configuration) ? state.vault() : noVault,
    pins: {
      pinned: (upstream) =>
        new Map(store.toolPins(upstream).map(({ tool, definition }) => [tool, definition])),
      pin: (fact) => ledger.append(fact),
    },
    dial: { resolver: systemResolver, ownAddresses: machineAddresses, connectMilliseconds },
    environment: opening.environment,
    milliseconds: clock.milliseconds,
    scrub,
  })
}

const noVault = {
  open: (): never => {
    throw new TypeError('no MCP server has a secret')
  },
}

/** Whether the vault's key is needed for them. */
export function usesVault({ mcp }: Pick<Configuration, 'mcp'>): boolean {
  return mcp.some(({ way }) => {
    const values = way.kind === 'command' ? way.env : way.headers
    return [...values.values()].some((value) => typeof value !== 'string')
  })
}

/** Credentials that a server shows, of whatever provider, are not for the agent's context. */
function scrub(text: string): string {
  let clean = ''
  let at = 0
  for (const { span, id } of findInText('', text)) {
    clean += `${text.slice(at, span.start)}[redacted by holdpoint: ${id}]`
    at = span.end
  }
  return at === 0 ? text : clean + text.slice(at)
}

/** The environments that the configuration gives to MCP servers. */
export function declaredMcp({ mcp }: Pick<Configuration, 'mcp'>): readonly Declared[] {
  if (mcp.length === 0) return []
  const environments = mcp.map(({ name, environment }) => ({ id: name, name: environment }))
  return [{ provider: 'mcp', environments }]
}

/** What is run, asked or queried by a tool is read by those who read that. */
export function createToolInterpreter(
  { mcp }: Pick<Configuration, 'mcp'>,
  commands: CommandReadings,
): (request: ToolRequest) => Promise<Reading> | Reading {
  const servers = new Map<UpstreamName, ToolServer>(
    mcp.map(({ name, known, tools }) => [
      name,
      { name, tools, table: known === null ? null : (toolTables[known] ?? null) },
    ]),
  )
  return (request) => {
    const { payload, digest } = request
    const server = servers.get(payload.upstream) ?? unknownServer(payload.upstream)
    const { action, carried } = readToolRequest(payload, server)
    const plain = action.effects.every(({ kind }) => kind === 'read')
    // The same request again, in the same session, reads the same.
    if (carried.length === 0) return { actions: [action], shape: plain ? `mcp/${digest}` : null }
    return readCarried(action, carried, payload.upstream, commands)
  }
}

function unknownServer(name: UpstreamName): ToolServer {
  return { name, table: null, tools: new Map() }
}

async function readCarried(
  action: Action,
  carried: ReturnType<typeof readToolRequest>['carried'],
  upstream: UpstreamName,
  commands: CommandReadings,
): Promise<Reading> {
  const found: Action[] = []
  for (const one of carried) {
    const target = one.kind === 'sql' ? { ...one, target: one.target ?? upstream } : one
    found.push(...(await commands.readCarried(target, surroundings)))
  }
  return { actions: [action, ...found.map((one) => relocated(one, upstream))], shape: null }
}

/** Where a server runs its tools is the server's; nothing of this machine is known there. */
const surroundings = {
  ...{ directory: '/', home: null, workTree: null, temporary: ['/tmp'] },
  variables: {},
} as const

/** these say themselves where they act, and are known to the inventory */
const placedElsewhere: ReadonlySet<string> = new Set(['railway', 'egress', 'mcp'])

/** What a tool does somewhere, it does in the environment that its server is declared to be in. */
function relocated(action: Action, upstream: UpstreamName): Action {
  const effects: NonEmpty<Effect> = mapNonEmpty(action.effects, (effect) => {
    if (effect.kind === 'unknown' || placedElsewhere.has(effect.resource.provider)) return effect
    const { provider, type, id } = effect.resource
    const inside = id === null ? null : `${upstream}/${segment(id)}`
    const within = { environment: upstream }
    return {
      ...effect,
      resource: { provider: 'mcp', type: `${provider}-${type}`, id: inside, within },
    }
  })
  // It is not tried: nobody here can.
  return { verb: action.verb, effects, evidence: { ...action.evidence, reader: 'mcp' } }
}

function segment(id: string): string {
  return id.replaceAll('%', '%25').replaceAll('/', '%2F').replaceAll('*', '%2A').slice(0, 600)
}

export function openMcpDoor(state: State, tools: AgentTools): McpDoor {
  const { configuration, clock, random, leases } = state
  const own: OwnTools = {
    list: () => tools.list(),
    async call(name, args, presented, signal) {
      const identity = leases.identify(presented)
      if (identity.kind !== 'stranger') return tools.call(name, args, identity.standing, signal)
      const { says, instead } = identity
      return { text: `${says}; ${instead}`, structured: { says, instead }, isError: true }
    },
  }
  return createMcpDoor({
    listen: configuration.listen.mcp,
    upstreams: configuration.mcp.map(({ name }) => name),
    ...{ own, clock },
    newId: () => newId<SessionId>(random, 'ses'),
    limits: { connectionsMax: configuration.limits.connectionsMax },
  })
}

/** For people: what tools there are, and that one may be called as it is now. */
export function createToolsKeeper(state: State, servers: McpServers): ToolsKeeper {
  const { store, ledger, configuration } = state

  function list(): readonly ToolReport[] {
    const seen = servers.seen()
    const shown = new Set(seen.map(({ upstream, tool }) => `${upstream} ${tool}`))
    const unseen = configuration.mcp.flatMap(({ name }) =>
      store
        .toolPins(name)
        .filter(({ tool }) => !shown.has(`${name} ${tool}`))
        .map((pin) => ({ upstream: name, ...pin, text: null, withheld: null })),
    )
    return [...seen, ...unseen]
  }

  return {
    list,
    async accept(upstream: UpstreamName, tool: string, definition: Digest, by: PersonName) {
      await ledger.append({ kind: 'tool-pinned', upstream, tool, definition, by })
    },
  }
}
