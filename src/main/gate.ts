// Joins the real parts of a gate: the path, its doors, the console and the control socket.
import { join } from 'node:path'

import { bindConsole } from '../api/console/listen.ts'
import { serveControl } from '../api/control-socket.ts'
import { controlSocketPath } from '../api/control-wire.ts'
import type { Control, LoadedPolicies } from '../api/control.ts'
import type { ExportKeeper } from '../api/exports.ts'
import { createHelpDesk } from '../api/help.ts'
import { createPurges } from '../api/purges.ts'
import { showAddress } from '../configuration/address.ts'
import { clearToDiscover } from '../clearance.ts'
import { createCarriedHttp } from './carried-http.ts'
import { createCredentialChecker } from './credential-checker.ts'
import { createDiscovery } from '../discovery/discovery.ts'
import type { Discovery } from '../discovery/discovery.ts'
import { assert } from '../domain/fault.ts'
import type { Instant, SessionId } from '../domain/names.ts'
import { openAuthority } from '../doors/http/authority.ts'
import type { Authority } from '../doors/http/authority.ts'
import { createHttpDoor } from '../doors/http/door.ts'
import type { HttpDoor } from '../doors/http/door.ts'
import type { HelpDesk } from '../doors/http/help-desk.ts'
import { httpLimits } from '../doors/http/limits.ts'
import { mcpAtHelp } from '../doors/mcp/at-help.ts'
import type { McpDoor } from '../doors/mcp/door.ts'
import type { PostgresDoor } from '../doors/postgres/door.ts'
import { createGateway } from '../gateway.ts'
import { createHolds, holdsPerAgentMaxDefault } from '../holds/holds.ts'
import type { Holds } from '../holds/holds.ts'
import type { Site } from '../holds/stored.ts'
import type { Provider } from '../providers/provider.ts'
import { providers } from '../providers/table.ts'
import { createCommandReading } from '../reading/commands.ts'
import type { CommandReadings } from '../reading/commands.ts'
import { createSqlReading } from '../reading/reading.ts'
import type { SqlReading } from '../reading/reading.ts'
import { runCommand } from '../safeguards/run-command.ts'
import { createSafeguards } from '../safeguards/safeguards.ts'
import type { Safeguards } from '../safeguards/safeguards.ts'
import { createSessions } from '../sessions.ts'
import { createStandingReads } from '../standing-reads.ts'
import type { RunningStandingReads } from '../standing-reads.ts'
import type { Sessions } from '../sessions.ts'
import { newId } from '../system/random.ts'
import { createUpstreams } from '../upstreams/upstreams.ts'
import type { Upstreams } from '../upstreams/upstreams.ts'
import type { McpServers } from '../upstreams/mcp/servers.ts'
import { createMcpWorks, createToolsKeeper, declaredMcp, openMcpDoor } from './mcp.ts'
import {
  captureSafeguard,
  createDatabaseWorks,
  declaredDatabases,
  openPostgresDoor,
} from './databases.ts'
import { joinAgentTools } from './agent-tools.ts'
import { joinBackups, joinExports } from './backups.ts'
import type { BackupsJoined } from './backups.ts'
import type { DatabaseWorks } from './databases.ts'
import { joinPath } from './path.ts'
import { consoleAddress, openConsole, siteOf } from './console.ts'
import { openNotifications, reportNotifications } from './notifications.ts'
import { openPolicies } from './policies.ts'
import type { Policies } from './policies.ts'
import { reportOf } from './report.ts'
import { version } from './state.ts'
import type { State } from './state.ts'

export interface Gate {
  /** `127.0.0.1:7400` */
  readonly agents: string
  /** `127.0.0.1:7432`; null where no PostgreSQL server is configured */
  readonly postgres: string | null
  /** `127.0.0.1:7480` */
  readonly mcp: string
  /** the origin that people open */
  readonly console: string
  readonly authority: Authority
  readonly control: Control
  readonly discovery: Discovery
  reloadPolicies(): Promise<LoadedPolicies>
  /** Stops listening, lets what is under way end. The state stays open. */
  stop(): Promise<void>
}

/** What a running gate is made of, as its parts see it. */
export interface Works {
  readonly state: State
  readonly policies: Policies
  readonly upstreams: Upstreams
  readonly discovery: Discovery
  readonly safeguards: Safeguards
  /** why a release could not be carried out, before a person gives it; null when it could */
  readonly canProve: Safeguards['canProve']
  readonly holds: Holds
  readonly sql: DatabaseWorks
  readonly mcp: McpServers
  /** reads what rides inside of commands and tools */
  readonly commands: CommandReadings
  readonly exports: ExportKeeper
  readonly standingReads: RunningStandingReads
  readonly sessions: Sessions
  readonly startedAt: Instant
  /** requests under way, and outcomes that are still to be written */
  readonly unfinished: Set<Promise<unknown>>
}

const sweepMilliseconds = 1000
/** how often repeated reads are written down */
const countMilliseconds = 10_000
const trashSweepMilliseconds = 3_600_000

/** Rejects, with everything closed again but the state, when any part cannot start. */
export async function startGate(state: State): Promise<Gate> {
  const opened = new AsyncDisposableStack()
  try {
    return await start(state, opened)
  } catch (fault) {
    await opened.disposeAsync()
    throw fault
  }
}

async function start(state: State, opened: AsyncDisposableStack): Promise<Gate> {
  const { configuration, ledger, opening } = state
  const policies = openPolicies(configuration, (fact) => ledger.append(fact), state.clock.now)
  opened.defer(() => policies.close())
  const bound = await bindConsole(consoleAddress(configuration))
  opened.defer(() => bound.close())
  const site = siteOf(bound, configuration)
  const { people, passkeys } = state.peopleAt(site)
  const reading = await createSqlReading()
  opened.defer(() => reading.close())
  const works = createWorks(state, reading, policies, site, passkeys)
  opened.defer(() => finish(works.unfinished))
  opened.defer(() => works.upstreams.close())
  opened.defer(() => works.sql.databases.close())
  opened.defer(() => works.mcp.close())
  const authority = await openAuthority(join(configuration.state, 'ca'), state)
  const doors = openDoors(works, authority)
  await recordStart(state, policies)
  await serveDoors(works, doors, opened)
  endTogether(works, opened)
  const notifications = openNotifications(state, site.origins[0] ?? bound.origin)
  opened.defer(() => notifications.close())
  const listening = {
    agents: showAddress(doors.http.address()),
    postgres: doors.postgres === null ? null : showAddress(doors.postgres.address()),
    mcp: showAddress(doors.mcp.address()),
  }
  const { keeper } = works.sql
  const purges = createPurges({
    ...{ keeper, passkeys, store: state.store, clock: state.clock, random: state.random },
    ...{ rpId: site.rpId, minutes: configuration.holdMinutes },
  })
  const control = state.control(people, {
    report: () => ({
      ...reportOf(works, { console: site.origins[0] ?? bound.origin, ...listening }),
      notifications: reportNotifications(notifications, state.store),
    }),
    reloadPolicies: policies.reload,
    ...{ keeper, purges, tools: createToolsKeeper(state, works.mcp) },
    checker: createCredentialChecker({
      ...{ configs: configuration.upstreams, providers, ledger: state.ledger },
      upstreams: works.upstreams,
    }),
    ...(configuration.databases.length === 0 ? {} : { exports: works.exports }),
  })
  const joined = { bound, site, people, passkeys, control, purges, notifications }
  const console = openConsole(works, joined)
  opened.defer(() => console.close())
  const socket = await serveControl(control, controlSocketPath(configuration.state))
  opened.defer(() => socket.close())
  works.discovery.refresh().catch(opening.report)
  return {
    ...listening,
    console: site.origins[0] ?? bound.origin,
    ...{ authority, control, discovery: works.discovery, reloadPolicies: policies.reload },
    stop: () => opened.disposeAsync(),
  }
}

function createWorks(
  state: State,
  reading: SqlReading,
  policies: Policies,
  webauthn: Site,
  passkeys: Parameters<typeof createHolds>[0]['passkeys'],
): Works {
  const { configuration, ledger, store, clock, random, opening } = state
  const sql = createDatabaseWorks(state, reading)
  const commands = createCommandReading({ sql: reading, http: createCarriedHttp() })
  const joined: BackupsJoined = {
    ...{ databases: configuration.databases, exporting: sql.databases.exporting },
    ...{ ledger, vault: state.vault, clock, random },
  }
  const safeguards = createSafeguards({
    configured: configuration.safeguards,
    environment: opening.environment,
    concealed:
      configuration.vaultKey.kind === 'environment' ? [configuration.vaultKey.variable] : [],
    run: runCommand,
    backups: joinBackups(joined),
  })
  const upstreams = createUpstreams({
    configs: configuration.upstreams,
    providers,
    vault: state.vault(),
  })
  const discovery = createDiscovery({
    sources: configuration.upstreams.map(({ name, provider }) => ({
      upstream: name,
      provider: providerNamed(provider),
    })),
    declared: [...declaredDatabases(configuration), ...declaredMcp(configuration)],
    protections: configuration.environments,
    ...{ clock, ...configuration.inventory, report: opening.report },
    append: (fact) => ledger.append(fact),
    clear: clearToDiscover,
    ask: upstreams.ask,
  })
  // What a trial keeps is kept by the request itself, when it comes again.
  const canProve: Safeguards['canProve'] = (names, decision) =>
    safeguards.canProve(
      names.filter((name) => name !== captureSafeguard),
      decision,
    )
  const holds = createHolds({
    ...{ ledger, store, clock, random, webauthn, passkeys, report: opening.report },
    minutes: configuration.holdMinutes,
    perAgentMax: holdsPerAgentMaxDefault,
    canProve,
  })
  const sessions = createSessions()
  const standingReads = createStandingReads({
    policies: () => policies.current().digest,
    inventory: () => discovery.current().digest,
    count: (fact) => void ledger.appendSoon(fact).catch(opening.report),
  })
  return {
    ...{ state, policies, upstreams, discovery, safeguards, canProve, holds, sessions },
    standingReads,
    ...{ sql, commands, mcp: createMcpWorks(state), exports: joinExports(joined) },
    startedAt: clock.now(),
    unfinished: new Set(),
  }
}

function providerNamed(name: string): Provider {
  const found = providers.find((provider) => provider.name === name)
  assert(found !== undefined, 'the configuration names a provider of the table')
  return found
}

interface Doors {
  readonly http: HttpDoor
  readonly postgres: PostgresDoor | null
  readonly mcp: McpDoor
}

function openDoors(works: Works, authority: Authority): Doors {
  const { state } = works
  const tools = joinAgentTools(works)
  const mcp = openMcpDoor(state, tools)
  const help = {
    ...createHelpDesk({ identify: state.leases.identify, tools }),
    mcp: mcpAtHelp(() => mcp.desk()),
  }
  return {
    http: openHttpDoor(state, authority, help),
    postgres: openPostgresDoor(state, authority, help),
    mcp,
  }
}

function openHttpDoor(state: State, authority: Authority, help: HelpDesk): HttpDoor {
  const { configuration, random } = state
  return createHttpDoor({
    listen: configuration.listen.agents,
    upstreams: configuration.upstreams.map(({ name, hosts, provider }) => ({
      name,
      hosts,
      prefix: name,
      credentialHeaders: providerNamed(provider).credentialHeaders.map((header) => header.name),
    })),
    authority,
    help,
    newId: () => newId<SessionId>(random, 'ses'),
    // What one body may take, one connection must be able to hold.
    limits: {
      ...configuration.limits,
      connectionBytesMax: Math.max(
        httpLimits.connectionBytesMax,
        configuration.limits.bodyBytesMax,
      ),
    },
  })
}

/** What was sent and never ended, because the last run stopped in between, may have happened. */
async function recordStart(
  { ledger, store, configuration }: State,
  policies: Policies,
): Promise<void> {
  const { digest } = policies.current()
  const started = { kind: 'started', version, policies: digest } as const
  await ledger.append({ ...started, configuration: configuration.digest })
  const why = 'the gate stopped before the outcome was written'
  for (const decision of store.decisionsWithoutOutcome()) {
    await ledger.append({ kind: 'ended', decision, outcome: { kind: 'unknown', why } })
  }
}

/** Doors are the first to close: nothing new comes in while the rest ends. */
async function serveDoors(
  works: Works,
  { http, postgres, mcp }: Doors,
  opened: AsyncDisposableStack,
): Promise<void> {
  const stopping = new AbortController()
  const { pass } = createGateway(joinPath(works))
  const gate = {
    pass: (...asked: Parameters<typeof pass>) => {
      const passing = pass(...asked)
      works.unfinished.add(passing)
      void passing.then(() => works.unfinished.delete(passing))
      return passing
    },
  }
  for (const door of postgres === null ? [http, mcp] : [http, postgres, mcp]) {
    const serving = door.serve(gate, stopping.signal)
    opened.defer(async () => {
      stopping.abort()
      await serving.catch(() => undefined)
    })
    await Promise.race([door.ready(), serving])
  }
}

/** What ends may begin something more, such as writing its outcome. */
async function finish(unfinished: ReadonlySet<Promise<unknown>>): Promise<void> {
  while (unfinished.size > 0) await Promise.allSettled(unfinished)
}

/** A lease that ends takes its open connections and its pending holds with it. */
function endTogether(works: Works, opened: AsyncDisposableStack): void {
  const { state, sessions, holds, standingReads, sql } = works
  const { leases, opening } = state
  leases.onEnd((lease, agent) => {
    if (lease === 'all') sessions.severAgent(agent)
    else sessions.severLease(lease)
    const whose = lease === 'all' ? { agent } : { lease }
    holds.withdraw(whose, 'the lease ended').catch(opening.report)
  })
  const every = (milliseconds: number, work: () => void): void => {
    const timer = setInterval(work, milliseconds)
    timer.unref()
    opened.defer(() => clearInterval(timer))
  }
  every(sweepMilliseconds, () => {
    leases.sweep()
    holds.expire().catch(opening.report)
  })
  every(countMilliseconds, () => standingReads.flush())
  every(trashSweepMilliseconds, () => void sql.keeper.expire().catch(opening.report))
}
