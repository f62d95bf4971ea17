import { controlInputs } from '../../api/control-inputs.ts'
import type { RowConflict, UndoReport } from '../../api/keeper.ts'
import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import { counted } from '../amount-words.ts'
import { need } from '../command.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { tableName } from '../trash-words.ts'
import { typed } from '../typed.ts'

export const undo: CommandRow = {
  name: 'undo',
  summary: 'take back what a request changed in a database, or a command in your files',
  details:
    'An action is a decision; `holdpoint log`, `holdpoint trash list` and the answers to agents ' +
    'name it. Rows that somebody changed since are shown, and left as they are without --force.\n\n' +
    'With --files, the work tree comes back as it was before the last command that did harm, its ' +
    'git history included; or the paths that are named. It shows what it would do, and asks.',
  operands: [
    { form: '[what...]', about: 'the decision; with --files, paths: none for everything' },
  ],
  options: [
    { form: '--dry-run', about: 'say what would come back; change nothing' },
    { form: '--force', about: 'overwrite rows that have changed since' },
    { form: '--files', about: 'files, from the snapshots that `run` and the hooks take' },
    { form: '--at <when>', about: 'files as of then: `14:05`, `10m`, an id, or `start`' },
    { form: '--list', about: 'the snapshots of files' },
    { form: '--exact', about: 'files that were made since go, too' },
    { form: '--yes', about: 'bring files back without asking' },
  ],
  run: async (call) =>
    call.given.flag('files') ? (await import('./undo-files.ts')).undoFiles(call) : undoAction(call),
}

function undoAction(call: Call): Promise<ExitCode> {
  refuseMixed(call)
  return withControl(call, async ({ control, by }) => {
    const { given, output } = call
    const dryRun = given.flag('dry-run')
    const force = given.flag('force')
    const asked = { decision: given.operand(0), dryRun, force, by }
    const report = await control.undo(typed(controlInputs.undo, asked))
    output.result({ undo: report }, linesOf(report, output))
    return succeeded(report) ? exitCodes.done : exitCodes.refused
  })
}

function refuseMixed({ given }: Call): void {
  need(given.operand(0), 'the action')
  const stray = ['list', 'exact', 'yes'].find((name) => given.flag(name))
  const option = stray ?? (given.text('at') === null ? null : 'at')
  if (option !== null) throw new Fault('usage-wrong', `\`--${option}\` goes with \`--files\``)
  if (given.operands(0).length > 1) {
    throw new Fault('usage-too-many', 'too many arguments for `undo`; one action at a time')
  }
}

/** A dry run that found nothing in the way has done what was asked of it. */
function succeeded({ done, dryRun, conflicts, because }: UndoReport): boolean {
  return done || (dryRun && conflicts.length === 0 && because.length === 0)
}

const conflictsShownMax = 20

function linesOf(report: UndoReport, output: Output): readonly string[] {
  const { restored, conflicts, because } = report
  const fit = (line: string): readonly string[] => wrap(line, output.width, '    ')
  const more = conflicts.length - conflictsShownMax
  return [
    ...wrap(headOf(report, output), output.width, '    '),
    ...restored.flatMap((table) => {
      const { rows } = table
      // A view, a constraint, an empty table: it comes back, and no rows do.
      const what = rows === null || rows === 0 ? 'is back' : `${counted(rows, 'row')} back`
      return fit(`  ${tableName(table)}: ${what}`)
    }),
    ...because.flatMap((why) => fit(`  ${inert(why)}`)),
    ...conflicts.slice(0, conflictsShownMax).flatMap((one) => conflictLines(one).flatMap(fit)),
    ...(more > 0 ? [`  and ${counted(more, 'conflict')} more: --json has them all`] : []),
    ...proofLines(report),
    ...nextLines(report),
  ]
}

function headOf(report: UndoReport, output: Output): string {
  const { decision, upstream, database, dryRun, done, equal, conflicts } = report
  const where = `${decision} in ${upstream}/${inert(database)}`
  if (dryRun) return `would undo ${where}; nothing was changed`
  const changed = `${counted(conflicts.length, 'row')} changed since`
  if (!done) {
    const why = conflicts.length === 0 ? 'nothing was changed' : changed
    return `${output.paint('red', 'NOT undone')} ${where}: ${why}`
  }
  const whole = equal ? 'everything is as it was' : 'not all is as it was'
  return `${output.paint(equal ? 'green' : 'yellow', 'undone')} ${where}: ${whole}`
}

function conflictLines(conflict: RowConflict): readonly string[] {
  const { key, now, then } = conflict
  return [
    `  changed since: ${tableName(conflict)} ${inert(key)}`,
    `    now  ${now === null ? 'no such row' : inert(now)}`,
    `    then ${then === null ? 'no such row' : inert(then)}`,
  ]
}

/** Over the content, whatever order it is in. */
function proofLines({ sha256Before, sha256After, equal }: UndoReport): readonly string[] {
  if (sha256Before === null && sha256After === null) return []
  if (equal)
    return [`  sha256 ${sha256After ?? ''}`, '         before the change and after the undo']
  return [
    `  sha256 ${sha256Before ?? 'not known'} before`,
    `         ${sha256After ?? 'not known'} now`,
  ]
}

function nextLines(report: UndoReport): readonly string[] {
  const { decision, dryRun, done, conflicts } = report
  if (done && !dryRun) return []
  if (conflicts.length > 0) {
    return ['next: look at them; this overwrites them:', `  holdpoint undo ${decision} --force`]
  }
  return dryRun && succeeded(report) ? [`next: holdpoint undo ${decision}`] : []
}
