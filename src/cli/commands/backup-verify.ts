import { resolve } from 'node:path'

import { controlInputs } from '../../api/control-inputs.ts'
import type { ExportedDatabase } from '../../api/exports.ts'
import { inert } from '../../wire/inert.ts'
import { counted } from '../amount-words.ts'
import { need } from '../command.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const backupVerify: CommandRow = {
  name: 'backup verify',
  summary: 'whether an export of `independent-backup` is whole, and what is in it',
  details: 'Opens it with the key of the vault, through the gate that runs, and reads all of it.',
  operands: [{ form: '<file>', about: 'the export; `log` and `explain` name it' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { output } = call
      const asked = { file: exportFile(call), by }
      const report = await control.backupVerify(typed(controlInputs.backupVerify, asked))
      const { file, databases } = report
      output.result({ verified: report }, [
        ...wrap(`${output.paint('green', 'whole')} ${inert(file)}`, output.width, '    '),
        ...databases.map((one) => `  ${inert(one.database)}: ${contentWords(one)}`),
        'next: holdpoint backup restore FILE --to UPSTREAM',
      ])
      return exitCodes.done
    }),
}

/** As the gate finds it, which stands in another folder. */
export function exportFile({ given, surroundings }: Call): string {
  return resolve(surroundings.cwd, need(given.operand(0), 'the file'))
}

export function contentWords({ tables, rows }: ExportedDatabase): string {
  return `${counted(tables, 'table')}, ${counted(BigInt(rows), 'row')}`
}
