import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const secretRemove: CommandRow = {
  name: 'secret remove',
  summary: 'forget a credential; what needs it is refused from then on',
  operands: [{ form: '<name>', about: 'what the configuration calls it' }],
  run: (call) =>
    withControl(
      call,
      async ({ control, by }) => {
        const secret = call.given.operand(0)
        const input = typed(controlInputs.secretRemove, { secret, by })
        await control.secretRemove(input)
        call.output.result({ secret: input.secret }, [`removed ${input.secret}`])
        return exitCodes.done
      },
      { vault: true },
    ),
}
