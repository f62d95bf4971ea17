// The console: its address, its TLS, the OpenID provider that its people may sign in with, and what
// its areas are made of.
import { join } from 'node:path'

import { createAgentDesk } from '../api/console/agents/desk.ts'
import type { EnvironmentDesk } from '../api/console/environments/routes.ts'
import type { NotificationDesk } from '../api/console/notifications/desk.ts'
import { readConsoleFiles } from '../api/console/files.ts'
import type { BoundConsole, ConsoleListen } from '../api/console/listen.ts'
import { serveConsole } from '../api/console/server.ts'
import type { LedgerFiles } from '../api/console/server.ts'
import { readTls } from '../api/console/tls.ts'
import type { Control } from '../api/control.ts'
import { createDeeds } from '../api/deeds.ts'
import type { People } from '../api/people.ts'
import type { Purges } from '../api/purges.ts'
import { clearToSignIn } from '../clearance.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { Passkeys } from '../holds/passkeys.ts'
import type { Site } from '../holds/stored.ts'
import { survey } from '../inventory/survey.ts'
import { createProver } from '../ledger/prove.ts'
import { createLogServer } from '../ledger/serve.ts'
import { createOpenId } from '../sign-in/openid.ts'
import type { OpenId } from '../sign-in/openid.ts'
import { joinEvidence } from './evidence.ts'
import type { Works } from './gate.ts'
import { joinReplay, policyDesk } from './policy-desk.ts'
import type { State } from './state.ts'

export function consoleAddress(configuration: Configuration): ConsoleListen {
  const { listen, consoleOrigin, consoleTls } = configuration
  const domain = consoleOrigin === null ? 'localhost' : new URL(consoleOrigin).hostname
  const tls = consoleTls === null ? null : readTls(consoleTls, domain)
  return { ...listen.console, domain, tls }
}

/**
 * A configured origin is that of the console's own TLS, or of a proxy with TLS in front; else
 * people open what is bound here.
 */
export function siteOf(bound: BoundConsole, { consoleOrigin }: Configuration): Site {
  const origin = consoleOrigin ?? bound.origin
  return { rpId: new URL(origin).hostname, origins: [origin] }
}

export interface ConsoleJoined {
  readonly bound: BoundConsole
  readonly site: Site
  readonly people: People
  readonly passkeys: Passkeys
  readonly control: Control
  readonly purges: Purges
  readonly notifications: NotificationDesk
}

/** Starts answering people on the bound sockets. */
export function openConsole(works: Works, joined: ConsoleJoined): { close(): Promise<void> } {
  const { state } = works
  const { configuration, ledger, store, clock, random, opening, powers, asks } = state
  const { site, people, passkeys } = joined
  return serveConsole({
    ...joined,
    ...{ holds: works.holds, canProve: works.canProve, store, ledger, clock, random },
    files: readConsoleFiles(join(import.meta.dirname, '../../console/dist')),
    ledgerFiles: ledgerFilesOf(configuration),
    deeds: createDeeds({
      ...{ powers, asks, store, people, passkeys, rpId: site.rpId, clock, random },
    }),
    asks,
    ...joinOpenId(state, site),
    inventory: () => works.discovery.current(),
    environments: environmentDesk(works),
    agents: createAgentDesk({
      ...{ store, ledger, clock, powers, providers: state.providers },
      policy: () => works.policies.current(),
      inventory: () => works.discovery.current(),
    }),
    policies: policyDesk(works),
    replay: joinReplay(works),
    prover: createProver(join(configuration.state, 'ledger'), state.vkey),
    evidence: joinEvidence(state),
    report: opening.report,
  })
}

/** Nothing where no provider is configured. */
function joinOpenId(state: State, site: Site): { openid?: OpenId } {
  const { configuration, ledger, clock, random } = state
  const { consoleOpenId: settings } = configuration
  const [origin] = site.origins
  if (settings === null || origin === undefined) return {}
  const openid = createOpenId({
    ...{ settings, ledger, clock, random, clear: clearToSignIn },
    redirectUri: `${origin}/openid`,
    secret: (clearance) => state.vault().open(settings.clientSecret, clearance),
    fetch: (url, { body, ...options }) =>
      globalThis.fetch(url, body === undefined ? options : { ...options, body }),
  })
  return { openid }
}

function environmentDesk({ discovery, state }: Works): EnvironmentDesk {
  const { environments, file } = state.configuration
  return {
    survey: () => survey(discovery.current(), environments),
    discoveredAt: () => discovery.current().discoveredAt,
    fault: discovery.fault,
    refresh: discovery.refresh,
    configurationFile: file,
  }
}

function ledgerFilesOf({ state }: Configuration): LedgerFiles {
  const answer = createLogServer(join(state, 'ledger'))
  return async (path) => {
    const { status, headers, body } = await answer({ method: 'GET', path: `/${path}` })
    if (status !== 200) return null
    const valueOf = (name: string): string => headers.find(([known]) => known === name)?.[1] ?? ''
    const immutable = valueOf('cache-control').includes('immutable')
    return { bytes: body, type: valueOf('content-type'), immutable }
  }
}
