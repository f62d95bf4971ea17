import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const mandateRevoke: CommandRow = {
  name: 'mandate revoke',
  summary: 'end a mandate, its leases, and what their connections were doing',
  operands: [{ form: '<mandate>', about: 'its id' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const mandate = call.given.operand(0)
      const input = typed(controlInputs.mandateRevoke, { mandate, by })
      const record = await control.mandateRevoke(input)
      call.output.result(record, [`revoked ${record.mandate.id}, and its leases with it`])
      return exitCodes.done
    }),
}
