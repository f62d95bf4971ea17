// One run from its beginning to its end: gate, mandate, lease, sandbox, command; and back.
import { realpathSync } from 'node:fs'
import { join, relative } from 'node:path'

import type { Mandate } from '../domain/mandate.ts'
import { millisecondsOf } from '../domain/instant.ts'
import { Fault } from '../domain/fault.ts'
import type { LeaseId } from '../domain/names.ts'
import { recordThrough } from '../main/advice-record.ts'
import { agentRowOf, isAnyCommand } from '../sandbox/agents.ts'
import type { AgentRow } from '../sandbox/agents.ts'
import { findBubblewrap } from '../sandbox/bubblewrap.ts'
import { confine, runFolder } from '../sandbox/confine.ts'
import type { Confined, Extra, Running } from '../sandbox/confine.ts'
import { openJournal } from '../sandbox/journal.ts'
import type { Opened } from '../sandbox/journal.ts'
import { ownFolder } from '../sandbox/plan.ts'
import { workTreeOf } from '../sandbox/survey.ts'
import type { Snapshot } from '../snapshots/snapshots.ts'
import { inert } from '../wire/inert.ts'
import type { Call } from './command.ts'
import { need } from './command.ts'
import { doorsOf, gateForRun } from './run-gate.ts'
import type { RunGate } from './run-gate.ts'
import { guardedBy } from './run-guarded.ts'
import { wrap } from './output.ts'
import { openRunHooks } from './run-hooks.ts'
import { mandateForRun, showMandate } from './run-mandate.ts'
import { openWay, warnOpen, warnSeatbelt } from './run-open.ts'
import { followRun } from './run-progress.ts'
import { tokenStands } from './run-tokens.ts'
import { actorOf, configurationOf } from './session.ts'

/** Resolves with the command's exit code. */
export async function runConfined(call: Call): Promise<number> {
  const { surroundings, given } = call
  const command = [need(given.operand(0), 'the command'), ...given.operands(1)]
  const place = placeOf(call)
  const way = wayOf(call)
  const configuration = await configurationOf(call)
  const by = actorOf(call, configuration)
  const row = agentRowOf(command[0] ?? '')
  const opened = openJournal(join(place.stateHome, 'run'), surroundings.pid)
  const gate = await gateForRun(call, configuration)
  try {
    await giveBack(gate, opened, configuration.state, by)
    const usual = given.text('agent') ?? (isAnyCommand(row) ? 'agent' : row.name)
    const choice = { call, control: gate.control, configuration, by, hosts: row.hosts }
    const mandate = await mandateForRun({ ...choice, agent: usual })
    showMandate(call, mandate, row.hosts)
    return await withLease({ call, gate, configuration, by, row, opened, place }, mandate, {
      command,
      way,
    })
  } finally {
    opened.journal.close()
    await gate.stop()
  }
}

interface Place {
  readonly home: string
  readonly cwd: string
  readonly workTree: string
  /** of Holdpoint's own state of this user */
  readonly stateHome: string
}

function placeOf({ surroundings }: Call): Place {
  const { env, cwd } = surroundings
  const home = env['HOME']
  if (home?.startsWith('/') !== true) throw new Fault('run-home', '`HOME` is not set')
  const state = env['XDG_STATE_HOME']
  const stateHome = state?.startsWith('/') === true ? state : join(home, '.local/state')
  return {
    home: realpathSync(home),
    cwd: realpathSync(cwd),
    workTree: workTreeOf(cwd, home),
    stateHome: join(stateHome, 'holdpoint'),
  }
}

/** Leases of runs that were killed: nobody holds them any more, and nobody should. */
async function giveBack(
  { control }: RunGate,
  { left }: Opened,
  state: string,
  by: ReturnType<typeof actorOf>,
): Promise<void> {
  for (const lease of left) {
    if (lease.state !== state) continue
    await control.leaseRevoke({ lease: lease.id as LeaseId, by }).catch(() => undefined)
  }
}

interface Run {
  readonly call: Call
  readonly gate: RunGate
  readonly configuration: Awaited<ReturnType<typeof configurationOf>>
  readonly by: ReturnType<typeof actorOf>
  readonly row: AgentRow
  readonly opened: Opened
  readonly place: Place
}

interface Started {
  readonly command: readonly string[]
  readonly way: Way
}

type Way =
  Readonly<{ kind: 'bubblewrap'; program: string }> | Readonly<{ kind: 'seatbelt' | 'open' }>

/** Refuses rather than giving less than was asked for. */
function wayOf(call: Call): Way {
  const { env, platform } = call.surroundings
  if (call.given.flag('unsandboxed')) {
    warnOpen(call)
    return { kind: 'open' }
  }
  if (platform === 'darwin') {
    warnSeatbelt(call)
    return { kind: 'seatbelt' }
  }
  return { kind: 'bubblewrap', program: findBubblewrap(env['PATH'] ?? '/usr/bin:/bin') }
}

const leaseMinutesMax = 720

async function withLease(run: Run, mandate: Mandate, started: Started): Promise<number> {
  const { gate, by, call, opened, place, configuration } = run
  const { control } = gate
  const left = (millisecondsOf(mandate.expiresAt) - call.surroundings.now()) / 60_000
  const minutes = Math.max(1, Math.min(leaseMinutesMax, Math.ceil(left)))
  const { ledger } = await control.status({})
  const asked = { agent: mandate.agent, mandate: mandate.id, minutes, by }
  const { lease, token } = await control.leaseIssue(asked)
  const folder = runFolder(join(place.stateHome, 'run'))
  opened.journal.write({
    folder,
    placeholders: [],
    lease: { id: lease.id, state: configuration.state },
  })
  let kept = { taken: 0, missed: 0 }
  let start: Snapshot | null = null
  const follow = followRun(call, control, {
    lease,
    from: ledger.size,
    fullScreen: run.row.fullScreen,
  })
  try {
    const made = madeFor(run, mandate, started, { token: token.reveal(), folder })
    const hooks = await openRunHooks({
      ...{ call, agent: run.row, command: started.command, ...place },
      ...{ own: made.own, inside: made.inside, confined: made.inside === ownFolder },
      governed: governedBy(run),
      record: recordThrough(control, mandate.agent, lease.id),
    })
    try {
      return await untilEnded(call, await made.start(hooks.extra))
    } finally {
      kept = { taken: await hooks.taken(), missed: hooks.missed() }
      start = hooks.start
      await hooks.close()
    }
  } finally {
    await control.leaseRevoke({ lease: lease.id, by }).catch(() => undefined)
    await follow.end()
    if (start !== null) call.output.aside(keptWords(kept))
  }
}

function governedBy({ configuration }: Run): readonly string[] {
  const { upstreams, databases } = configuration
  const providers = upstreams.map(({ provider }) => provider)
  return [...new Set([...providers, ...(databases.length === 0 ? [] : ['postgres'])])]
}

function keptWords({ taken, missed }: Readonly<{ taken: number; missed: number }>): string {
  const times = (count: number): string => `${count} time${count === 1 ? '' : 's'}`
  const more = taken === 0 ? '' : `, and ${times(taken)} since`
  const less = missed === 0 ? '' : `; ${times(missed)} they COULD NOT BE KEPT`
  return `  files here were kept at the start${more}${less}: holdpoint undo --files`
}

const namesShownMax = 5

/** What the agent will find otherwise than it is: said before it wonders. */
function showSurvey({ output, surroundings }: Call, { survey, environment }: Confined): void {
  const { masked, hidden, limits } = survey
  const { cwd } = surroundings
  const fit = (line: string): void =>
    wrap(line, output.width, ' '.repeat(9)).forEach((one) => output.aside(one))
  const few = (names: readonly string[]): string => {
    const more = names.length - namesShownMax
    const shown = names.slice(0, namesShownMax).map(inert).join(', ')
    return more > 0 ? `${shown} and ${more} more` : shown
  }
  const paths = [...masked.map(({ path }) => path), ...hidden].map((path) => relative(cwd, path))
  if (paths.length > 0) fit(`hidden   the credentials in ${few(paths)}`)
  if (environment.left.length > 0) fit(`left out ${few(environment.left)}`)
  for (const limit of limits) fit(`note     ${inert(limit)}`)
}

interface Made {
  /** a folder outside, and where it is seen by the agent */
  readonly own: string
  readonly inside: string
  start(extra: Extra): Promise<Running>
}

function madeFor(
  { call, gate, configuration, row, opened, place }: Run,
  mandate: Mandate,
  { command, way }: Started,
  { token, folder }: Readonly<{ token: string; folder: string }>,
): Made {
  const { programs, env } = call.surroundings
  const doors = doorsOf(gate, configuration, mandate.egress)
  const guarded = guardedBy(configuration, programs.node, place.stateHome)
  const { authority } = gate
  if (way.kind !== 'bubblewrap') {
    const wanted = { call, agent: row, doors, lease: token, authority, folder, place }
    const open = openWay({ ...wanted, hidden: guarded.hidden }, way.kind === 'seatbelt')
    return { ...open, inside: open.own }
  }
  const postgres = doors.postgres === null ? null : { host: '127.0.0.1', port: doors.postgres.port }
  const confined = confine({
    ...{ command, agent: row, ...place, doors, lease: token, authority, folder, ...guarded },
    ...tokenStands(configuration, { lease: token, postgres }),
    ...{ uid: programs.uid, gid: programs.gid, environment: env, journal: opened.journal },
    terminal: onTerminal(call),
    programs: { bwrap: way.program, ...programs },
  })
  showSurvey(call, confined)
  return { ...confined, inside: ownFolder }
}

function onTerminal({ surroundings }: Call): boolean {
  const { stdin, stdout, stderr } = surroundings.isTty
  return stdin || stdout || stderr
}

/** Signals are the command's: a terminal gives them to it itself, and others are passed on. */
async function untilEnded(call: Call, running: Running): Promise<number> {
  const terminal = onTerminal(call)
  const ends = (['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const).map((signal) =>
    call.surroundings.onSignal(signal, () => {
      if (!terminal || signal === 'SIGTERM' || signal === 'SIGHUP') running.signal(signal)
    }),
  )
  try {
    return await running.ended
  } finally {
    running.close()
    for (const end of ends) end()
  }
}
