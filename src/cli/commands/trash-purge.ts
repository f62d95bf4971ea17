import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import { need } from '../command.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { fateOf } from '../trash-words.ts'
import { findKept } from './trash-show.ts'

export const trashPurge: CommandRow = {
  name: 'trash purge',
  summary: 'give up what is kept of a change, before its time',
  details:
    'It destroys for good, so a command line is not enough for it, whoever types: what an agent\n' +
    'could type confirms nothing.',
  operands: [{ form: '<action>', about: 'the decision that let it through' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const item = await findKept(control, by, need(call.given.operand(0), 'the action'))
      const id = item.decision ?? inert(item.action)
      if (item.undoneAt !== null) {
        call.output.result({ purged: null, item }, [`${id} was taken back; nothing is left of it`])
        return exitCodes.done
      }
      throw new Fault(
        'held',
        `purging \`${id}\` destroys the only copy, which no command line may; it is ` +
          `${fateOf(item)} and goes by itself then, and a lower \`retentionDays\` brings that forward`,
      )
    }),
}
