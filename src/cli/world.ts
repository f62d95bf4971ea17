import type { Control, LoadedPolicies } from '../api/control.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { Action } from '../domain/action.ts'
import type { Concealed } from '../domain/concealed.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { HttpPayload, TunnelPayload } from '../domain/request.ts'
import type { Provider } from '../providers/provider.ts'
import type { DemoOptions, DemoReport } from './demo.ts'
import type { StagedOptions, StagedWorld } from './staged.ts'

/**
 * All that commands do not do themselves. What it needs is loaded when it is first asked for:
 * `--help` and `inspect` open neither a store nor a policy engine.
 */
export interface World {
  readonly providers: readonly Provider[]
  /** What a payload would do; its upstream is the provider's name. */
  readonly interpret: (payload: HttpPayload | TunnelPayload) => NonEmpty<Action>
  /** Takes the state's lock; rejects with Fault('store-locked') while another process has it. */
  readonly openState: (configuration: Configuration, opening: Opening) => Promise<OpenState>
  readonly startGate: (configuration: Configuration, opening: Opening) => Promise<StartedGate>
  /** Rejects with Fault('policy-invalid') that names file and line. */
  readonly checkPolicies: (configuration: Configuration) => Promise<LoadedPolicies>
  readonly stage: (options: StagedOptions) => Promise<StagedWorld>
  readonly demo: (options: DemoOptions) => Promise<DemoReport>
}

/** What the process brings to the opening of a state. */
export interface Opening {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** what a person typed where the vault's key is a passphrase; null where it is not needed */
  readonly passphrase: Concealed | null
  /** hears of faults that have no one left to be told */
  readonly report: (fault: unknown) => void
}

export interface OpenState {
  readonly control: Control
  readonly close: () => Promise<void>
}

export interface StartedGate {
  readonly control: Control
  /** Reads the policies again; keeps the old ones and rejects when the new ones are invalid. */
  readonly reloadPolicies: () => Promise<LoadedPolicies>
  /** Stops listening, lets what is under way end, writes everything down. */
  readonly stop: () => Promise<void>
}
