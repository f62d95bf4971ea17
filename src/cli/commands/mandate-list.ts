import type { MandateRecord } from '../../store/store.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { mandateLines } from '../mandate-words.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'

export const mandateList: CommandRow = {
  name: 'mandate list',
  summary: 'the mandates that stand',
  options: [{ form: '--all', about: 'those that have ended, too' }],
  run: (call) =>
    withControl(call, async ({ control }) => {
      const { given, output } = call
      const mandates = await control.mandateList({ ended: given.flag('all') })
      const lines = mandates.flatMap((record) => linesOf(record, output.width))
      output.result({ mandates }, lines.length === 0 ? ['no mandates'] : lines)
      return exitCodes.done
    }),
}

function linesOf({ mandate, endedAt }: MandateRecord, width: number): readonly string[] {
  const ended = endedAt === null ? '' : `  revoked ${endedAt}`
  const parent = mandate.parent === null ? '' : `  below ${mandate.parent}`
  return [
    `${mandate.id}  ${mandate.agent}  granted by ${mandate.grantedBy}${parent}${ended}`,
    ...wrap(`  task     ${inert(mandate.task)}`, width, ' '.repeat(11)),
    ...mandateLines(mandate).flatMap((line) => wrap(`  ${line}`, width, ' '.repeat(11))),
  ]
}
