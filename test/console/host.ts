// The console over a world with a real clock, on a free port of 127.0.0.1, and a real browser with
// a virtual authenticator.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

import { readConsoleFiles } from '../../src/api/console/files.ts'
import { bindConsole } from '../../src/api/console/listen.ts'
import type { ConsoleListen } from '../../src/api/console/listen.ts'
import { serveConsole } from '../../src/api/console/server.ts'
import type { ConsoleOptions } from '../../src/api/console/server.ts'
import { createDeeds } from '../../src/api/deeds.ts'
import type { Purges } from '../../src/api/purges.ts'
import { createEvidence } from '../../src/evidence/evidence.ts'
import { createProver } from '../../src/ledger/prove.ts'
import type { OpenId } from '../../src/sign-in/openid.ts'
import { createClock } from '../../src/system/clock.ts'
import type { Clock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { agentDeskFor } from './desks.ts'
import { openWorld } from './world.ts'
import type { World, WorldOptions } from './world.ts'

export interface Host {
  readonly world: World
  readonly origin: string
  readonly port: number
  readonly faults: readonly unknown[]
  close(): Promise<void>
}

interface HostOptions {
  readonly clock?: Clock
  /** the origin of a proxy in front */
  readonly proxiedAs?: string
  readonly purges?: (world: World) => Purges
  /** PEM; the console is then `https://localhost` */
  readonly tls?: ConsoleListen['tls']
  /** an OpenID provider, whose redirect comes to this origin */
  readonly openid?: (world: World, origin: string) => OpenId
  /** anything else that a console is made of */
  readonly more?: (world: World, clock: Clock) => Partial<ConsoleOptions>
}

const builtFolder = join(import.meta.dirname, '../../console/dist')
/** what `npm run build:console` made; another build of it, where a person works on the page */
export const distFolder = process.env['HOLDPOINT_CONSOLE_DIST'] ?? builtFolder

export async function openHost(
  options: WorldOptions & Partial<Pick<ConsoleOptions, 'ledgerFiles'>> & HostOptions = {},
): Promise<Host> {
  const clock = options.clock ?? createClock(null)
  const bound = await bindConsole({
    host: '127.0.0.1',
    port: 0,
    domain: 'localhost',
    tls: options.tls ?? null,
  })
  const proxied = options.proxiedAs ?? bound.origin
  const site = { rpId: new URL(proxied).hostname, origins: [proxied] }
  const world = await openWorld(clock, { ...options, site })
  const faults: unknown[] = []
  const server = serveConsole({
    ...{ bound, site, clock, random: systemRandom, files: readConsoleFiles(distFolder) },
    ...{ ledger: world.ledger, store: world.store, people: world.people, holds: world.holds },
    ledgerFiles: options.ledgerFiles ?? null,
    ...{ canProve: world.canProve, passkeys: world.passkeys },
    evidence: createEvidence({
      ...{ store: world.store, clock, vkey: world.vkey },
      prover: createProver(world.published, world.vkey),
      append: (fact) => world.ledger.append(fact),
    }),
    deeds: createDeeds({ ...world, rpId: site.rpId, clock, random: systemRandom }),
    asks: world.asks,
    ...(options.openid === undefined ? {} : { openid: options.openid(world, proxied) }),
    ...(options.purges === undefined ? {} : { purges: options.purges(world) }),
    agents: agentDeskFor(world, clock),
    ...options.more?.(world, clock),
    report: (fault) => faults.push(fault),
  })
  return {
    ...{ world, origin: proxied, port: bound.address.port, faults },
    close: async () => {
      await server.close()
      await world.close()
    },
  }
}

/** Whichever is there: the one that is named, Debian's, other distributions', Playwright's own. */
const browserPaths = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  chromium.executablePath(),
]
const browserPath = browserPaths.find((path) => path !== undefined && existsSync(path))

/** Why the browser tests cannot run here; null when they can. */
export const noBrowser = whyNoBrowser()

function whyNoBrowser(): string | null {
  if (browserPath === undefined) {
    return 'no Chromium is here: `apt-get install chromium`, or `npx playwright-core install chromium`'
  }
  return existsSync(distFolder) ? null : 'the console is not built: run `npm run build:console`'
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(browserPath === undefined ? {} : { executablePath: browserPath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** What a test in a browser is given: skipped, with the reason, where there is none. */
export const inBrowser = noBrowser === null ? {} : { skip: noBrowser }

/** One browser for all tests of a file, opened before them and closed after. */
export function oneBrowser(): () => Browser {
  let browser: Browser | null = null
  before(async () => {
    if (noBrowser === null) browser = await openBrowser()
  })
  after(async () => {
    await browser?.close()
  })
  return () => {
    assert.ok(browser)
    return browser
  }
}

export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** everything the page complained about: errors, violations of the policy */
  readonly complaints: readonly string[]
}

/** A person's browser, with a passkey that says yes. */
export async function visit(browser: Browser, options: VisitOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 900 },
    ...options.context,
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const devtools = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return { page, context, complaints }
}

export interface VisitOptions {
  readonly context?: Parameters<Browser['newContext']>[0]
}
