import type { Concealed } from '../../domain/concealed.ts'
import { Fault } from '../../domain/fault.ts'
import { controlInputs } from '../../api/control-inputs.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { createPrompt, readPiped } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const secretPut: CommandRow = {
  name: 'secret put',
  summary: 'keep a credential that only the gate uses',
  details:
    'The value comes from a prompt that does not show it, or from stdin:\n' +
    '  holdpoint secret put railway < token.txt\n' +
    'It is never taken from the command line.',
  operands: [
    { form: '<name>', about: 'what the configuration calls it' },
    { form: '[never...]', about: 'nothing: a value here is refused' },
  ],
  options: [{ form: '--value [text]', about: 'refused', hidden: true }],
  async run(call) {
    const { given, output } = call
    if (given.operands(1).length > 0 || given.flag('value') || given.text('value') !== null) {
      throw new Fault(
        'secret-on-argv',
        'a secret is not taken from the command line, where other processes and the shell ' +
          'history see it; if that was the real one, replace it. Give it on stdin or at the prompt',
      )
    }
    const name = given.operand(0)
    const value = await valueOf(call, name ?? 'secret')
    const text = value.reveal()
    if (text === '') throw new Fault('usage-secret', 'an empty value; nothing was kept')
    return withControl(
      call,
      async ({ control, by }) => {
        const input = typed(controlInputs.secretPut, { secret: name, value: text, by })
        await control.secretPut(input)
        output.result({ secret: input.secret }, [`kept ${input.secret}; nobody can read it back`])
        return exitCodes.done
      },
      { vault: true },
    )
  },
}

async function valueOf({ surroundings }: Call, name: string): Promise<Concealed> {
  if (!surroundings.isTty.stdin) return readPiped(surroundings, name)
  const prompt = createPrompt(surroundings)
  try {
    return await prompt.hidden(`Value of ${name} (not shown):`, name)
  } finally {
    prompt.close()
  }
}
