import { controlInputs } from '../../api/control-inputs.ts'
import { inert } from '../../wire/inert.ts'
import { counted } from '../amount-words.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { confirmByTyping } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const postgresUnenroll: CommandRow = {
  name: 'postgres unenroll',
  summary: 'remove what keeps changes recoverable; a person confirms it at a terminal',
  details: 'Refused while something is kept that was not taken back, unless --force is given too.',
  operands: [{ form: '<upstream>', about: 'what the configuration calls the server' }],
  options: [
    { form: '--database <name>', about: 'another one than the configuration means' },
    { form: '--force', about: 'forget what is kept; it can never be taken back then' },
  ],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const force = given.flag('force')
      const database = given.text('database')
      const asked = { upstream: given.operand(0), database, force, by }
      const input = typed(controlInputs.postgresUnenrol, asked)
      const what = force ? ', and forgets what is kept' : ''
      const warning = `nothing in it is recoverable from here on${what}; it says so in the ledger`
      await confirmByTyping(call.surroundings, warning, database ?? input.upstream)
      const report = await control.postgresUnenrol(input)
      output.result({ unenrolled: report }, [
        `removed it from ${inert(report.database)} of ${report.upstream}`,
        ...(report.forgotten === 0
          ? []
          : [`${counted(report.forgotten, 'change')} cannot be taken back any more`]),
        `undo: holdpoint postgres enroll ${report.upstream}`,
      ])
      return exitCodes.done
    }),
}
