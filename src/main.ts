// The one place where real things are built and joined; `main/` has it in pieces: what is kept
// (state.ts), the gate on top of it (gate.ts), the one path (path.ts), and the policies that can be
// exchanged (policies.ts).
import type { Control } from './api/control.ts'
import type { Configuration } from './configuration/configuration.ts'
import { startGate as startOn } from './main/gate.ts'
import type { Gate } from './main/gate.ts'
import { nowhere, openState as openKept } from './main/state.ts'
import type { Opening, State } from './main/state.ts'

export type { Gate } from './main/gate.ts'
export type { Opening, State } from './main/state.ts'
export { version } from './main/state.ts'

/** The state alone, for commands that need no gate. */
export async function openState(
  configuration: Configuration,
  opening: Opening,
): Promise<{ control: Control; close(): Promise<void> }> {
  const state = await openKept(configuration, opening)
  const { people } = state.peopleAt(nowhere)
  return { control: state.control(people, null), close: () => state.close() }
}

export interface GateOnState extends Gate {
  readonly state: State
}

/** A gate on a state of its own: stopping it closes both, and may be asked for twice. */
export async function startGate(
  configuration: Configuration,
  opening: Opening,
): Promise<GateOnState> {
  const state = await openKept(configuration, opening)
  try {
    const gate = await startOn(state)
    let stopping: Promise<void> | null = null
    const stop = (): Promise<void> => (stopping ??= gate.stop().then(() => state.close()))
    return { ...gate, state, stop }
  } catch (fault) {
    await state.close()
    throw fault
  }
}
