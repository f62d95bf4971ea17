import type { Control, GateReport, Status } from '../../api/control.ts'
import type { Configuration } from '../../configuration/configuration.ts'
import { loadConfiguration } from '../../configuration/locate.ts'
import { Fault } from '../../domain/fault.ts'
import type { PersonName } from '../../domain/names.ts'
import { inert } from '../../wire/inert.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { actorOf, openingOf } from '../session.ts'
import { upStaged } from '../staged-screen.ts'
import { untilStopped } from '../until-stopped.ts'
import type { StartedGate } from '../world.ts'

export const up: CommandRow = {
  name: 'up',
  summary: 'run the gate; without a holdpoint.yaml, in a staged world to try it in',
  details:
    'SIGINT and SIGTERM end it once what is under way is over; SIGHUP reads the policies again.',
  async run(call) {
    const world = await call.world()
    const configuration = loadConfiguration(call.configFile, call.surroundings.cwd, world.providers)
    if (configuration === null) return upStaged(call)
    return upConfigured(call, configuration)
  },
}

async function upConfigured(call: Call, configuration: Configuration): Promise<ExitCode> {
  const { startGate } = await call.world()
  const by = actorOf(call, configuration)
  const opening = await openingOf(call, configuration, { vault: true })
  const gate = await startGate(configuration, opening)
  try {
    await announce(call, configuration, gate.control, by)
    const end = call.surroundings.onSignal('SIGHUP', () => void reload(call, gate))
    await untilStopped(call.surroundings)
    end()
    if (!call.output.json) call.output.aside('stopping; what is under way may end')
  } finally {
    await gate.stop()
  }
  return exitCodes.done
}

async function reload({ output }: Call, gate: StartedGate): Promise<void> {
  try {
    const { digest, files } = await gate.reloadPolicies()
    output.aside(`policies read again: ${files.length} files, ${digest.slice(0, 16)}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    output.aside(`policies NOT exchanged, the old ones stay in force: ${why}`)
  }
}

/** The first screen: on the gate's own terminal, and nowhere else, because the code is on it. */
async function announce(
  call: Call,
  configuration: Configuration,
  control: Control,
  by: PersonName,
): Promise<void> {
  const status = await control.status({})
  const { gate } = status
  if (gate === null) throw new Fault('bug', 'a gate that runs reports itself')
  const enrolment = status.people > 0 ? null : await openFirst(control, by)
  const value = { event: 'up', status, enrolment }
  const { output } = call
  output.result(value, [
    `${output.paint('bold', `Holdpoint ${status.version}`)} is up.`,
    '',
    ...governedLines(gate),
    '',
    ...gate.upstreams.map(({ name }) => `agents   http://${gate.agents}/${name}/…`),
    `         http://${gate.agents} as an HTTP proxy, for the hosts above`,
    ...databaseLines(gate),
    `people   ${gate.console}`,
    `state    ${configuration.state}`,
    ...warnings(status),
    ...(enrolment === null ? [] : enrolmentLines(enrolment, gate.console)),
    '',
    'look     holdpoint log      what happens, as it happens',
    '         holdpoint doctor   whether all is well',
    '         holdpoint ca       how agents come to trust it',
    'stop     Ctrl-C',
  ])
}

interface FirstEnrolment {
  readonly person: PersonName
  readonly code: string
  readonly expiresAt: string
}

async function openFirst(control: Control, person: PersonName): Promise<FirstEnrolment> {
  return { person, ...(await control.enrolFirst({ person })) }
}

/** As any client takes it: the lease is the password. */
function databaseLines({ postgres, databases = [] }: GateReport): readonly string[] {
  if (postgres === undefined) return []
  return databases.map(
    ({ name, database }) => `agents   postgres://${name}:LEASE@${postgres}/${inert(database)}`,
  )
}

function governedLines({ upstreams, databases = [] }: GateReport): readonly string[] {
  if (upstreams.length + databases.length === 0)
    return ['governs  nothing: add an upstream to holdpoint.yaml']
  const governed = [
    ...upstreams.map(({ name, hosts, credential }) => ({
      name,
      credential,
      what: hosts.join(', '),
    })),
    ...databases.map(({ name, environment, credential }) => ({
      name,
      credential,
      what: `PostgreSQL, ${inert(environment)}`,
    })),
  ]
  return governed.flatMap(({ name, credential, what }) => [
    `governs  ${name}: ${what}`,
    ...(credential ? [] : [`         its credential is MISSING: holdpoint secret put`]),
  ])
}

function warnings({ frozen, killed }: Status): readonly string[] {
  return [
    ...frozen.map(
      ({ agent, says }) => `FROZEN   ${agent}: ${inert(says)}; holdpoint resume ${agent}`,
    ),
    ...killed.map(({ agent }) => {
      const option = agent === null ? '' : ` --agent ${agent}`
      return `KILLED   ${agent ?? 'every agent'}; holdpoint lift-kill${option}`
    }),
  ]
}

function enrolmentLines(enrolment: FirstEnrolment, console: string): readonly string[] {
  return [
    '',
    'Nobody can release anything yet. To be the first who can, open',
    `  ${console}`,
    'and type this code, which works once:',
    `  ${enrolment.code}`,
    `It is for ${enrolment.person}, until ${enrolment.expiresAt}.`,
    'Later: `holdpoint person enrol-code` makes another.',
  ]
}
