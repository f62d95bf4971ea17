import type { Control } from '../../api/control.ts'
import { controlInputs } from '../../api/control-inputs.ts'
import type { TrashItem } from '../../api/keeper.ts'
import { Fault } from '../../domain/fault.ts'
import type { PersonName } from '../../domain/names.ts'
import { inert, inertBlock } from '../../wire/inert.ts'
import { bytesWords, counted } from '../amount-words.ts'
import { need } from '../command.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { withControl } from '../session.ts'
import { fateOf, tableName, titleOf } from '../trash-words.ts'
import { typed } from '../typed.ts'

export const trashShow: CommandRow = {
  name: 'trash show',
  summary: 'one change that is kept, whole',
  operands: [{ form: '<action>', about: 'the decision that let it through' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const item = await findKept(control, by, need(call.given.operand(0), 'the action'))
      call.output.result(item, linesOf(item, call.output))
      return exitCodes.done
    }),
}

/** By the decision that let it through, or by its name in the database. */
export async function findKept(control: Control, by: PersonName, id: string): Promise<TrashItem> {
  const { kept, faults } = await control.trashList(typed(controlInputs.trashList, { by }))
  const found = kept.find(({ decision, action }) => decision === id || action === id)
  if (found !== undefined) return found
  const asked = faults.length === 0 ? '' : `; ${counted(faults.length, 'database')} did not answer`
  throw new Fault(
    'not-found',
    `nothing is kept of \`${inert(id)}\`${asked}; \`holdpoint trash list\` shows what is`,
  )
}

function linesOf(item: TrashItem, output: Output): readonly string[] {
  const { tables, bytes, kind, statement, decision } = item
  return [
    titleOf(item, output),
    `${kindWords[kind] ?? inert(kind)}, ${bytesWords(bytes)}; ${fateOf(item)}`,
    ...tables.map((table) => {
      const { rows } = table
      const many = rows === null ? '' : `: ${counted(rows, 'row')}`
      return `  ${tableName(table)}${many}`
    }),
    '',
    ...inertBlock(statement)
      .split('\n')
      .map((line) => `  ${line}`),
    '',
    ...(decision === null
      ? ['the ledger here does not know it']
      : [`next: holdpoint undo ${decision} --dry-run`]),
  ]
}

const kindWords: Readonly<Record<string, string>> = {
  rows: 'rows as they were before',
  drop: 'objects in quarantine',
  image: 'tables as they were before',
  database: 'a whole database, renamed',
}
