import { controlInputs } from '../../api/control-inputs.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { confirmByTyping } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const postgresUnenroll: CommandRow = {
  name: 'postgres unenroll',
  summary: 'remove what keeps changes recoverable; a person confirms it at a terminal',
  details:
    'Refused while something is kept that was not taken back: it goes by its time, or purged,\n' +
    'which a person answers. No flag forgets it.',
  operands: [{ form: '<upstream>', about: 'what the configuration calls the server' }],
  options: [{ form: '--database <name>', about: 'another one than the configuration means' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const database = given.text('database')
      const asked = { upstream: given.operand(0), database, by }
      const input = typed(controlInputs.postgresUnenrol, asked)
      const warning = 'nothing in it is recoverable from here on; it says so in the ledger'
      await confirmByTyping(call.surroundings, warning, database ?? input.upstream)
      const report = await control.postgresUnenrol(input)
      output.result({ unenrolled: report }, [
        `removed it from ${inert(report.database)} of ${report.upstream}`,
        `undo: holdpoint postgres enroll ${report.upstream}`,
      ])
      return exitCodes.done
    }),
}
