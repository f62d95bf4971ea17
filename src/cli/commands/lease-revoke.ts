import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const leaseRevoke: CommandRow = {
  name: 'lease revoke',
  summary: 'end a lease at once, open connections included',
  operands: [{ form: '<lease>', about: 'its id, not its token' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const lease = call.given.operand(0)
      const record = await control.leaseRevoke(typed(controlInputs.leaseRevoke, { lease, by }))
      const { id, agent } = record.lease
      call.output.result({ lease: id, endedAt: record.endedAt }, [`revoked ${id} of ${agent}`])
      return exitCodes.done
    }),
}
