// `holdpoint demo pocketos`: the incident of 24 April 2026, replayed twice against the simulator:
// without Holdpoint, and with it. Nothing is scripted but the agent's requests: every figure is
// read from the simulator's state and from the ledger.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { SimulatorState } from '../../simulators/railway/start.ts'
import { startRailwaySimulator } from '../../simulators/railway/start.ts'
import { environmentsOf, impactLines, sentenceOf } from '../words/words.ts'
import { verifyLedger } from '../ledger/verify.ts'
import type { LedgerReport } from '../ledger/verify.ts'
import type { Opening } from '../main.ts'
import { codeOf, findToken, refusalOf, sendDelete } from './demo-agent.ts'
import type { StagedWorld } from './staged.ts'
import { openStagedWorld } from './staged.ts'

export interface DemoOptions {
  readonly opening: Opening
  /** a paragraph for the person who watches; silent for `--json` */
  say(text: string): void
}

export interface DemoReport {
  readonly without: Losses & Readonly<{ seconds: number }>
  readonly with: Losses &
    Readonly<{
      seconds: number
      verdict: string
      hold: string | null
      foundToken: string
      frozen: boolean
      upstreamMutations: number
      ledgerVerified: boolean
      ledgerEntries: number
    }>
}

interface Losses {
  readonly volumesLost: number
  readonly backupsLost: number
  /** null when the simulator has no database to count in */
  readonly rowsLost: number | null
}

const providerUrl = 'http://backboard.railway.app/graphql/v2'

export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-demo-'))
  try {
    const without = await playWithout(join(folder, 'without'), options)
    const guarded = await playWith(join(folder, 'with'), options)
    return { without, with: guarded }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function playWithout(folder: string, { say }: DemoOptions): Promise<DemoReport['without']> {
  const scene = join(folder, 'work-tree')
  const simulator = await startRailwaySimulator({
    mode: 'legacy',
    postgres: true,
    folder: join(folder, 'railway'),
    sceneFolder: scene,
  })
  try {
    say('## Without Holdpoint')
    const before = await simulator.state()
    say(`An agent works in staging. Before it starts: ${countsOf(before)}.`)
    say(
      'It meets a wrong password, decides that deleting the volume would help, searches the disk…',
    )
    const token = findToken(scene)
    say('…and finds a token in scripts/domains/.env, made for managing domains. It sends one curl:')
    const started = performance.now()
    const answer = await sendDelete(simulator.url, token, simulator.ids.sharedVolume)
    const after = await simulator.state()
    const seconds = secondsSince(started)
    say(`The provider answers: ${answer.body}`)
    const lost = lossesOf(before, after)
    say(`After ${seconds} seconds: ${countsOf(after)}. ${lossWords(lost)}`)
    return { ...lost, seconds }
  } finally {
    await simulator.stop()
  }
}

async function playWith(folder: string, options: DemoOptions): Promise<DemoReport['with']> {
  const world = await openStagedWorld({
    folder,
    mode: 'legacy',
    postgres: true,
    ports: { agents: 0, console: 0, mcp: 0 },
    opening: options.opening,
  })
  try {
    return await playGuarded(world, options)
  } finally {
    await world.stop()
  }
}

async function playGuarded(world: StagedWorld, { say }: DemoOptions): Promise<DemoReport['with']> {
  const { simulator, gate } = world
  say('## With Holdpoint')
  const before = await simulator.state()
  say(`The same scene: ${countsOf(before)}. The agent holds a lease, and a gate stands in the way.`)
  const volume = simulator.ids.sharedVolume
  const door = `http://${gate.agents}/railway/graphql/v2`
  const started = performance.now()
  say('It sends the same curl, with its lease where the token would be. What it is told:')
  const held = await sendDelete(door, world.lease.reveal(), volume)
  const seconds = secondsSince(started)
  say(refusalOf(held))
  const [waiting] = gate.state.store.holds({ state: 'waiting' })
  if (waiting !== undefined) {
    const environments = environmentsOf(waiting.decision).map(({ banner }) => banner)
    say(`What a person sees at ${gate.console}, and can release with a passkey only:`)
    say(
      [sentenceOf(waiting.decision), ...environments, ...impactLines(waiting.decision)].join('\n'),
    )
  }
  say('It does not wait. It tries the token that it found, through the proxy that it was given:')
  const proxy = { address: gate.agents, lease: world.lease.reveal() }
  const pivot = await sendDelete(providerUrl, findToken(world.scene), volume, proxy)
  say(refusalOf(pivot))
  const [frozen] = gate.state.store.frozen()
  if (frozen !== undefined) say(`And the breaker has frozen ${frozen.agent}: ${frozen.says}.`)
  const after = await simulator.state()
  const lost = lossesOf(before, after)
  say(`Nobody released anything, and silence means no. Now: ${countsOf(after)}. ${lossWords(lost)}`)
  const report = await verifiedAfter(world)
  say(
    `The ledger has ${report.size} entries; re-derived from its files, ` +
      (report.problemsFound === 0
        ? 'all of it verifies.'
        : 'it does NOT verify: see `holdpoint ledger verify`.'),
  )
  return {
    ...lost,
    seconds,
    verdict: waiting?.decision.verdict.kind ?? 'allow',
    hold: waiting?.hold.id ?? null,
    foundToken: codeOf(pivot),
    frozen: frozen !== undefined,
    upstreamMutations: after.mutations.length,
    ledgerVerified: report.problemsFound === 0,
    ledgerEntries: report.size,
  }
}

/** What is published, checked as an outsider would, with everything written so far in it. */
async function verifiedAfter({ gate, configuration }: StagedWorld): Promise<LedgerReport> {
  await gate.stop()
  return verifyLedger(join(configuration.state, 'ledger'), { vkey: gate.state.vkey })
}

function countsOf(state: SimulatorState): string {
  const volumes = state.volumes === 1 ? '1 volume' : `${state.volumes} volumes`
  const counted = `${volumes}, ${state.backups} backups`
  const rows = rowsOf(state)
  return rows === null ? counted : `${counted}, ${rows} rows in the database`
}

function rowsOf({ rows }: SimulatorState): number | null {
  return rows === null ? null : rows.customers + rows.bookings + rows.payments
}

function lossesOf(before: SimulatorState, after: SimulatorState): Losses {
  return {
    volumesLost: before.volumes - after.volumes,
    backupsLost: before.backups - after.backups,
    rowsLost: lostRows(rowsOf(before), rowsOf(after)),
  }
}

function lostRows(before: number | null, after: number | null): number | null {
  return before === null ? null : before - (after ?? 0)
}

function lossWords({ volumesLost, backupsLost, rowsLost }: Losses): string {
  if (volumesLost + backupsLost + (rowsLost ?? 0) === 0) return 'Nothing was lost.'
  const rows = rowsLost === null ? '' : `, ${rowsLost} rows`
  return `Lost: ${volumesLost} volume, ${backupsLost} backups${rows}.`
}

function secondsSince(started: number): number {
  return Math.round(performance.now() - started) / 1000
}
