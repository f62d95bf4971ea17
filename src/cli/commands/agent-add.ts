import { controlInputs } from '../../api/control-inputs.ts'
import { need } from '../command.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const agentAdd: CommandRow = {
  name: 'agent add',
  summary: 'make an agent known, with the person who answers for it',
  operands: [{ form: '<agent>', about: 'lower-case letters, digits and `-`' }],
  options: [{ form: '--owner <person>', about: 'who answers for it; else whoever runs this' }],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const agent = need(call.given.operand(0), 'the name of the agent')
      const owner = call.given.text('owner') ?? by
      const added = await control.agentAdd(typed(controlInputs.agentAdd, { agent, owner }))
      call.output.result({ agent: added }, [
        `added ${added.name}, owned by ${added.owner}`,
        `next: holdpoint mandate grant --agent ${added.name} --task "…" \\`,
        '        --allow read,write --in project/staging',
      ])
      return exitCodes.done
    }),
}
