import { controlInputs } from '../../api/control-inputs.ts'
import type { RestoreReport } from '../../api/exports.ts'
import { inert } from '../../wire/inert.ts'
import { need } from '../command.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'
import { contentWords, exportFile } from './backup-verify.ts'

export const backupRestore: CommandRow = {
  name: 'backup restore',
  summary: 'bring a database back from an export, as a new one, and compare it',
  details:
    'Never touches a database that is there. Roles that are missing are made,\n' +
    'without passwords. The `admin` role of the upstream does it, a superuser.',
  operands: [{ form: '<file>', about: 'the export; `log` and `explain` name it' }],
  options: [
    { form: '--to <upstream>', about: 'the PostgreSQL upstream that gets the database' },
    { form: '--database <name>', about: 'which one, where the file holds several' },
    { form: '--name <name>', about: 'what it is called there, when not as it was' },
  ],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const asked = {
        file: exportFile(call),
        upstream: need(given.text('to'), '`--to UPSTREAM`'),
        database: given.text('database'),
        name: given.text('name'),
        by,
      }
      const report = await control.backupRestore(typed(controlInputs.backupRestore, asked))
      output.result({ restored: report }, linesOf(report, output))
      return exitCodes.done
    }),
}

function linesOf(report: RestoreReport, output: Output): readonly string[] {
  const { upstream, database, name, environment } = report
  const was = name === database ? '' : ` from ${inert(database)}`
  const head = `${output.paint('green', 'restored')} ${upstream}/${inert(name)}${was}`
  return [
    ...wrap(`${head}: ${contentWords(report)}`, output.width, '    '),
    'everything in it was compared with the export, and is the same',
    ...wrap(`agents find it in ${inert(environment)}`, output.width, '    '),
    ...wrap(
      `next: give new roles their passwords; holdpoint postgres enroll ${upstream} ` +
        `--database ${inert(name)}`,
      output.width,
      '    ',
    ),
  ]
}
