import type { AskRecord } from '../../store/store.ts'
import { inert } from '../../wire/inert.ts'
import { scopesWords } from '../../words/mandate.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'

export const askList: CommandRow = {
  name: 'ask list',
  summary: 'what agents ask of people: more of their mandate, or help',
  options: [{ form: '--all', about: 'those that were answered or ran out, too' }],
  run: (call) =>
    withControl(call, async ({ control }) => {
      const { given, output } = call
      const all = await control.askList({})
      const asks = given.flag('all') ? all : all.filter(({ state }) => state.kind === 'waiting')
      const { gate } = await control.status({})
      const where = gate === null ? [] : ['', `access is given at ${gate.console}/asks`]
      const lines = asks.flatMap((record) => linesOf(record, output.width))
      output.result({ asks }, lines.length === 0 ? ['no agent waits'] : [...lines, ...where])
      return exitCodes.done
    }),
}

function linesOf({ ask, words, state }: AskRecord, width: number): readonly string[] {
  const until = state.kind === 'waiting' ? `, until ${ask.expiresAt}` : ''
  const { wants } = ask
  const asked =
    wants.kind === 'access'
      ? `wants for ${wants.minutes} minutes: ${scopesWords(wants)}; because: ${inert(words.reason)}`
      : `is stuck: ${inert(words.reason)}`
  return [
    `${ask.id}  ${state.kind}${until}`,
    ...wrap(`  ${inert(ask.agent)} ${asked}`, width, '  '),
  ]
}
