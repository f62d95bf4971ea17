import { controlInputs } from '../../api/control-inputs.ts'
import type { HeldPurge } from '../../api/keeper.ts'
import { inert } from '../../wire/inert.ts'
import { bytesWords } from '../amount-words.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const trashPurge: CommandRow = {
  name: 'trash purge',
  summary: 'ask a person to give up what is kept of a change, before its time',
  details:
    'It destroys the only copy, so it is held: a person answers it in the console, with a\n' +
    'passkey. No flag and no word typed here does, whoever types.',
  operands: [{ form: '<action>', about: 'the decision that let it through' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const input = typed(controlInputs.trashPurge, { action: given.operand(0), by })
      const held = await control.trashPurge(input)
      const { gate } = await control.status({})
      output.result(
        { held },
        linesOf(held, gate?.console ?? '').flatMap((line) => wrap(line, output.width, '  ')),
      )
      return exitCodes.refused
    }),
}

function linesOf({ id, item, expiresAt }: HeldPurge, console: string): readonly string[] {
  const what = `${item.decision ?? inert(item.action)} in ${item.upstream}/${inert(item.database)}`
  return [
    `held as ${id}: nothing is purged yet`,
    `this would destroy what is kept of ${what}, ${bytesWords(item.bytes)}`,
    `next: a person answers it at ${console}/purges`,
    `open until ${expiresAt}; silence means no`,
  ]
}
