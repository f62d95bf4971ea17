import type { AgentRecord } from '../../store/store.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { columns } from '../output.ts'
import { withControl } from '../session.ts'

export const agentList: CommandRow = {
  name: 'agent list',
  summary: 'the agents, their owners, and whether they may go on',
  run: (call) =>
    withControl(call, async ({ control }) => {
      const agents = await control.agentList({})
      const { killed } = await control.status({})
      const everyone = killed.some(({ agent }) => agent === null)
      const rows = agents.map((one) => [one.name, `owned by ${one.owner}`, stateOf(one, everyone)])
      const none = ['no agents yet; holdpoint agent add NAME']
      call.output.result({ agents }, rows.length === 0 ? none : columns(rows))
      return exitCodes.done
    }),
}

function stateOf({ frozen, killed }: AgentRecord, everyone: boolean): string {
  if (killed || everyone) return 'KILLED'
  return frozen === null ? 'may go on' : `FROZEN: ${inert(frozen.says)}`
}
