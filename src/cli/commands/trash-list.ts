import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { trashLines } from '../trash-words.ts'
import { typed } from '../typed.ts'

export const trashList: CommandRow = {
  name: 'trash list',
  summary: 'what agents changed in databases and can still be taken back, newest first',
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const trash = await control.trashList(typed(controlInputs.trashList, { by }))
      call.output.result(trash, trashLines(trash, call.output))
      return trash.faults.length === 0 ? exitCodes.done : exitCodes.failed
    }),
}
