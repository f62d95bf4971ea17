import { connectControl } from '../api/control-client.ts'
import type { Control } from '../api/control.ts'
import { controlSocketPath } from '../api/control-wire.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { loadConfiguration } from '../configuration/locate.ts'
import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import { namePattern } from '../domain/names.ts'
import type { PersonName } from '../domain/names.ts'
import type { Call } from './command.ts'
import { createPrompt } from './prompt.ts'
import type { Opening } from './world.ts'

/** A way to the control plane, with who acts. */
export interface ControlSession {
  readonly control: Control
  readonly by: PersonName
  /** true when a gate runs and answers; false when the state is open in this process */
  readonly live: boolean
}

/** The configuration that a command is about, or a Fault that says how to get one. */
export async function configurationOf(call: Call): Promise<Configuration> {
  const { providers } = await call.world()
  const found = loadConfiguration(call.configFile, call.surroundings.cwd, providers)
  if (found !== null) return found
  throw new Fault(
    'config-not-found',
    `no holdpoint.yaml in \`${call.surroundings.cwd}\` or above; \`holdpoint init\` writes one`,
  )
}

/** Runs `work` on the gate that runs, or on the state itself when none does. */
export async function withControl<T>(
  call: Call,
  work: (session: ControlSession) => Promise<T>,
  needs: Needs = {},
): Promise<T> {
  const configuration = await configurationOf(call)
  const by = actorOf(call, configuration)
  const path = controlSocketPath(configuration.state)
  const gate = await connectControl(path)
  if (gate !== null) return work({ control: gate, by, live: true })
  const opening = await openingOf(call, configuration, needs)
  return withState(call, configuration, by, opening, work)
}

/** A gate that is starting has the lock before it answers: worth a moment's patience. */
const patienceMilliseconds = 5000
const pauseMilliseconds = 100

async function withState<T>(
  call: Call,
  configuration: Configuration,
  by: PersonName,
  opening: Opening,
  work: (session: ControlSession) => Promise<T>,
): Promise<T> {
  const { openState } = await call.world()
  for (let waited = 0; ; waited += pauseMilliseconds) {
    try {
      const state = await openState(configuration, opening)
      try {
        return await work({ control: state.control, by, live: false })
      } finally {
        await state.close()
      }
    } catch (error) {
      const locked = error instanceof Fault && error.code === 'store-locked'
      if (!locked || waited >= patienceMilliseconds) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds))
    const gate = await connectControl(controlSocketPath(configuration.state))
    if (gate !== null) return work({ control: gate, by, live: true })
  }
}

/**
 * Who acts: an unauthenticated claim of whoever may run commands as this user of the operating
 * system. It is recorded; it never releases anything.
 */
export function actorOf(call: Call, configuration: Configuration): PersonName {
  const named = call.as ?? configuration.operator
  const name = named ?? normalised(call.surroundings.user)
  if (namePattern.test(name)) return name as PersonName
  throw new Fault(
    'usage-name',
    `\`--as\` takes a name of letters, digits and \`-\`, not \`${name}\``,
  )
}

/** `Ann.Lee` at the operating system is `ann-lee` here. */
function normalised(user: string): string {
  const name = user
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'operator' : name.slice(0, 63)
}

/** What a command is going to do with the state. */
export interface Needs {
  /** values of secrets, and so the vault's key */
  readonly vault?: boolean
}

/** What this process brings; asks the passphrase only where it is needed. */
export async function openingOf(
  { surroundings, output }: Call,
  configuration: Configuration,
  needs: Needs,
): Promise<Opening> {
  const asks = needs.vault === true && configuration.vaultKey.kind === 'passphrase'
  return {
    environment: surroundings.env,
    passphrase: asks ? await askPassphrase(surroundings) : null,
    report(fault) {
      const says = fault instanceof Fault ? `${fault.code}: ${fault.message}` : String(fault)
      output.aside(`holdpoint: ${says}`)
    },
  }
}

async function askPassphrase(surroundings: Call['surroundings']): Promise<Concealed> {
  if (!surroundings.isTty.stdin) {
    throw new Fault(
      'needs-terminal',
      'the vault opens with a passphrase, and there is no terminal to type it on',
    )
  }
  const prompt = createPrompt(surroundings)
  try {
    return await prompt.hidden('Passphrase of the vault:', 'passphrase')
  } finally {
    prompt.close()
  }
}
