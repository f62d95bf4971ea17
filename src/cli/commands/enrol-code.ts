import { controlInputs } from '../../api/control-inputs.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const enrolCode: CommandRow = {
  name: 'person enrol-code',
  summary: 'a code with which the very first owner enrols a passkey',
  details: 'Once somebody is enrolled, only an owner invites, with a passkey, in the console.',
  operands: [{ form: '[person]', about: 'who; else whoever runs this' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const person = call.given.operand(0) ?? by
      const opened = await control.enrolFirst(typed(controlInputs.enrolFirst, { person }))
      const { gate } = await control.status({})
      const where = gate === null ? 'the console (start the gate: holdpoint up)' : gate.console
      call.output.result({ person, ...opened }, [
        `code  ${opened.code}`,
        `${person} types it at ${where}, before ${opened.expiresAt}; it works once`,
      ])
      return exitCodes.done
    }),
}
