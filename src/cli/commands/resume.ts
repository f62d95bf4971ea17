import { controlInputs } from '../../api/control-inputs.ts'
import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { confirmByTyping } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const resume: CommandRow = {
  name: 'resume',
  summary: 'let an agent go on that the breaker froze; a person confirms it at a terminal',
  operands: [{ form: '<agent>', about: 'its name' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const input = typed(controlInputs.resume, { agent: call.given.operand(0), by })
      const { frozen } = await control.status({})
      const freeze = frozen.find(({ agent }) => agent === input.agent)
      if (freeze === undefined) {
        throw new Fault('not-frozen', `\`${input.agent}\` is not frozen; nothing to resume`)
      }
      const warning = `${input.agent} was frozen at ${freeze.at}: ${inert(freeze.says)}`
      await confirmByTyping(call.surroundings, warning, input.agent)
      const agent = await control.resume(input)
      call.output.result({ agent }, [`${agent.name} may go on; its leases stand again`])
      return exitCodes.done
    }),
}
