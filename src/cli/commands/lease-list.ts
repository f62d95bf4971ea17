import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { columns } from '../output.ts'
import { withControl } from '../session.ts'

export const leaseList: CommandRow = {
  name: 'lease list',
  summary: 'the leases that stand; never their tokens',
  options: [{ form: '--all', about: 'those that have ended, too' }],
  run: (call) =>
    withControl(call, async ({ control }) => {
      const { given, output } = call
      const records = await control.leaseList({ ended: given.flag('all') })
      const leases = records.map(({ lease, endedAt }) => {
        const { id, agent, mandate, issuedAt, expiresAt } = lease
        return { id, agent, mandate, issuedAt, expiresAt, endedAt }
      })
      const rows = leases.map(({ id, agent, expiresAt, endedAt }) => [
        id,
        agent,
        endedAt === null ? `until ${expiresAt}` : `ended ${endedAt}`,
      ])
      output.result({ leases }, rows.length === 0 ? ['no leases'] : columns(rows))
      return exitCodes.done
    }),
}
