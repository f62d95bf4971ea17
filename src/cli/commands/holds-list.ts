import { sentenceOf } from '../../words/words.ts'
import type { HoldRecord } from '../../store/store.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { stateWords } from '../hold-words.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'

export const holdsList: CommandRow = {
  name: 'holds list',
  summary: 'the requests that wait for a person',
  options: [{ form: '--all', about: 'those that were answered or ran out, too' }],
  run: (call) =>
    withControl(call, async ({ control }) => {
      const { given, output } = call
      const records = await control.holdList({ all: given.flag('all') })
      const { gate } = await control.status({})
      const holds = records.map(({ hold, state, decision }) => ({
        hold,
        state,
        says: sentenceOf(decision),
      }))
      const lines = records.flatMap((record) => linesOf(record, output.width))
      const where = gate === null ? [] : ['', `people answer at ${gate.console}`]
      output.result({ holds }, lines.length === 0 ? ['nothing waits'] : [...lines, ...where])
      return exitCodes.done
    }),
}

function linesOf({ hold, state, decision }: HoldRecord, width: number): readonly string[] {
  const until = state.kind === 'waiting' ? `, until ${hold.expiresAt}` : ''
  return [
    `${hold.id}  ${stateWords(state)}${until}`,
    ...wrap(`  ${sentenceOf(decision)}`, width, '  '),
  ]
}
