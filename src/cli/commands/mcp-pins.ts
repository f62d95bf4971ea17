import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'

export const mcpPins: CommandRow = {
  name: 'mcp pins',
  summary: 'the tools of MCP servers, as they were pinned; those that are withheld, and why',
  run: (call) =>
    withControl(call, async ({ control }) => {
      const tools = await control.mcpTools({})
      const lines = tools.map(({ upstream, tool, definition, text, withheld }) => {
        const state = withheld === null ? 'pinned  ' : call.output.paint('red', 'WITHHELD')
        const why = withheld ?? (text === null ? 'not seen since the gate started' : '')
        return `${state}  ${upstream}  ${inert(tool)}  ${definition.slice(0, 12)}  ${inert(why)}`
      })
      call.output.result({ tools }, lines.length === 0 ? ['no tool was seen yet'] : lines)
      return exitCodes.done
    }),
}
