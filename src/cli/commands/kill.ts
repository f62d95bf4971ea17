import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const kill: CommandRow = {
  name: 'kill',
  summary: 'cut off every agent, or one: leases, open connections, waiting holds; at once',
  details: 'It survives a restart of the gate. `holdpoint lift-kill` undoes it.',
  options: [{ form: '--agent <agent>', about: 'this one only' }],
  run: (call) =>
    withControl(call, async ({ control, by, live }) => {
      const agent = call.given.text('agent')
      const input = typed(controlInputs.kill, { agent, by })
      await control.kill(input)
      const whom = agent ?? 'every agent'
      const how = live
        ? 'connections are severed'
        : 'no gate runs; it will start with this in force'
      call.output.result({ killed: { agent, by } }, [
        `${call.output.paint('red', 'killed')} ${whom}: ${how}`,
        `undo: holdpoint lift-kill${agent === null ? '' : ` --agent ${agent}`}`,
      ])
      return exitCodes.done
    }),
}
