import { installHook } from '../../hooks/install.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { agentOperand, hookWorld, makeClient, rowOf, scopeOf, scopeOptions } from '../hook-world.ts'
import { columns } from '../output.ts'

const clientWords = {
  program: 'a small program, built here',
  curl: 'a script with curl; with a C compiler it would be quicker',
  node: 'a script that starts Node; with a C compiler, or curl, it would be quicker',
} as const

export const hookInstall: CommandRow = {
  name: 'hook install',
  summary: 'have an agent ask before it runs something',
  details:
    'What would destroy is refused, or a snapshot of the work tree is taken first. It is advice,\n' +
    'and no boundary: that is `holdpoint run`. Settings are kept aside before they are changed.',
  operands: [agentOperand],
  options: scopeOptions,
  run(call) {
    const row = rowOf(call)
    const scope = scopeOf(call)
    const world = hookWorld(call, row, scope)
    const client = makeClient(call, world)
    const changed = installHook(row, world)
    const off = `holdpoint hook uninstall ${row.name}${scope === 'project' ? ' --project' : ''}`
    const asked = changed.change === 'nothing' ? 'asks already' : 'asks from now on'
    const { backup } = changed
    call.output.result({ ...changed, client, next: row.next }, [
      `${row.title} ${asked}, before each tool that it uses`,
      ...columns([
        ['settings', inert(changed.file)],
        ...(backup === null ? [] : [['as it was', inert(backup)]]),
        ['client', clientWords[client]],
        ['undo', off],
      ]),
      ...(row.next === null ? [] : [call.output.paint('yellow', row.next)]),
    ])
    return Promise.resolve(exitCodes.done)
  },
}
