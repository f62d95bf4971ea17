import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { confirmByTyping } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const liftKill: CommandRow = {
  name: 'lift-kill',
  summary: 'let killed agents work again; a person confirms it at a terminal',
  options: [{ form: '--agent <agent>', about: 'the one that was killed by name' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const agent = call.given.text('agent')
      const input = typed(controlInputs.killLift, { agent, by })
      const whom = agent ?? 'every agent'
      const warning = `this lets ${whom} through the gate again`
      await confirmByTyping(call.surroundings, warning, agent ?? 'everyone')
      await control.killLift(input)
      call.output.result({ lifted: { agent, by } }, [`lifted the kill of ${whom}`])
      return exitCodes.done
    }),
}
