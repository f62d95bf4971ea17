import { controlInputs } from '../../api/control-inputs.ts'
import { Fault } from '../../domain/fault.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const askAnswer: CommandRow = {
  name: 'ask answer',
  summary: 'tell an agent what to do, or no; to say yes takes a passkey, in the console',
  operands: [{ form: '<ask>', about: 'its id; see `ask list`' }],
  options: [
    { form: '--note <text>', about: 'what the agent reads' },
    { form: '--refuse', about: 'it is a no' },
  ],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const note = given.text('note') ?? ''
      const answer = given.flag('refuse') ? 'refused' : 'told'
      if (answer === 'told' && note === '') {
        throw new Fault('usage-missing', 'say what to do with `--note`, or `--refuse` it')
      }
      const asked = { ask: given.operand(0), answer, by, note }
      const record = await control.askAnswer(typed(controlInputs.askAnswer, asked))
      output.result(record, [`${record.ask.agent} is told: ${answer === 'told' ? note : 'no'}`])
      return exitCodes.done
    }),
}
