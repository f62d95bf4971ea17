import type { Control, LoadedPolicies } from '../api/control.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { Action } from '../domain/action.ts'
import type { Concealed } from '../domain/concealed.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Payload } from '../domain/request.ts'
import type { Provider } from '../providers/provider.ts'
import type { Output } from './output.ts'
import type { Surroundings } from './surroundings.ts'

/**
 * All that commands do not do themselves. Loaded when first needed: `--help` and `inspect` open
 * neither a store nor a policy engine.
 */
export interface World {
  readonly version: string
  readonly providers: readonly [Provider, ...Provider[]]
  /** What a payload would do. */
  interpret(payload: Payload): NonEmpty<Action>
  /** Takes the state's lock; rejects with Fault('state-locked') while another process has it. */
  openState(configuration: Configuration, opening: Opening): Promise<OpenState>
  startGate(configuration: Configuration, opening: Opening): Promise<StartedGate>
  /** Runs the staged world until the signal aborts. */
  openStagedWorld(staged: StagedWorld): Promise<void>
  runDemo(demo: StagedWorld): Promise<boolean>
}

/** What the process brings to the opening of a state. */
export interface Opening {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** what a person typed where the vault's key is a passphrase; null where the vault is not needed */
  readonly passphrase: Concealed | null
  /** hears of faults that have no one left to be told */
  report(fault: unknown): void
}

export interface OpenState {
  readonly control: Control
  close(): Promise<void>
}

export interface StartedGate {
  readonly control: Control
  /** Reads the policies again; keeps the old ones and rejects when the new ones are invalid. */
  reloadPolicies(): Promise<LoadedPolicies>
  /** Stops listening, lets what is under way end, writes everything down. */
  stop(): Promise<void>
}

export interface StagedWorld {
  readonly surroundings: Surroundings
  readonly output: Output
  readonly signal: AbortSignal
}
