import { controlInputs } from '../../api/control-inputs.ts'
import { Fault } from '../../domain/fault.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { confirmByTyping } from '../prompt.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

const shownCharactersMax = 4_000

export const mcpAccept: CommandRow = {
  name: 'mcp accept',
  summary: 'let a tool be called as it is defined now; a person confirms it at a terminal',
  operands: [
    { form: '<server>', about: 'its name in holdpoint.yaml' },
    { form: '<tool>', about: 'its name' },
  ],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const upstream = call.given.operand(0)
      const tool = call.given.operand(1)
      const tools = await control.mcpTools({})
      const found = tools.find((one) => one.upstream === upstream && one.tool === tool)
      if (found === undefined || found.text === null) {
        const says = 'no such tool was seen since the gate started; see `holdpoint mcp pins`'
        throw new Fault('not-found', says)
      }
      const { definition, text } = found
      const input = typed(controlInputs.mcpAccept, { upstream, tool, definition, by })
      // The words are the server's: what of them is hidden or moves the cursor is written out.
      const shown = inert(text.slice(0, shownCharactersMax))
      await confirmByTyping(call.surroundings, `it says of itself: ${shown}`, input.tool)
      await control.mcpAccept(input)
      call.output.result({ accepted: input }, [`${input.tool} may be called as it is now`])
      return exitCodes.done
    }),
}
