import { controlInputs } from '../../api/control-inputs.ts'
import type { EnrolmentReport } from '../../api/keeper.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const postgresEnroll: CommandRow = {
  name: 'postgres enroll',
  summary: "make a database's changes recoverable, or bring that up to date",
  details:
    'Installs a schema `holdpoint` and triggers with the `admin` role of the configuration, in\n' +
    'one transaction, through the gate that runs. Again does no harm.',
  operands: [{ form: '<upstream>', about: 'what the configuration calls the server' }],
  options: [{ form: '--database <name>', about: 'another one than the configuration means' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const database = given.text('database')
      const asked = { upstream: given.operand(0), database, by }
      const report = await control.postgresEnrol(typed(controlInputs.postgresEnrol, asked))
      output.result({ enrolled: report }, linesOf(report, output))
      return exitCodes.done
    }),
}

function linesOf(report: EnrolmentReport, output: Output): readonly string[] {
  const { upstream, database, version, before, captureKey, missing } = report
  const fit = (line: string): readonly string[] => wrap(line, output.width, '    ')
  const done = output.paint('green', 'enrolled')
  return [
    `${done} ${inert(database)} of ${upstream}: ${versionWords(version, before)}`,
    ...(captureKey === 'made' ? ['made its capture key, and put it into the vault'] : []),
    ...(missing.length === 0
      ? ['everything in it is protected']
      : [
          output.paint('yellow', 'not protected'),
          ...missing.flatMap((why) => fit(`  ${inert(why)}`)),
        ]),
    'next: what agents change there is kept: holdpoint trash list, holdpoint undo',
  ]
}

function versionWords(version: number, before: number | null): string {
  if (before === null) return `version ${version}`
  return before === version ? `version ${version}, as before` : `version ${before} to ${version}`
}
