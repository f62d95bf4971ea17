import { uninstallHook } from '../../hooks/install.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { agentOperand, hookWorld, rowOf, scopeOf, scopeOptions } from '../hook-world.ts'
import { confirmByTyping } from '../prompt.ts'

export const hookUninstall: CommandRow = {
  name: 'hook uninstall',
  summary: 'take it away again; a person confirms it at a terminal',
  operands: [agentOperand],
  options: scopeOptions,
  async run(call) {
    const row = rowOf(call)
    const world = hookWorld(call, row, scopeOf(call))
    const warning = `${row.title} will no longer ask before it runs something`
    await confirmByTyping(call.surroundings, warning, row.name)
    const changed = uninstallHook(row, world)
    const says = {
      nothing: 'it was not there',
      written: '',
      restored: 'the file is as it was before',
      'taken out': 'the rest of the file is as it was',
      removed: 'the file held nothing else, and is gone',
    }[changed.change]
    const { backup } = changed
    call.output.result(changed, [
      `${row.title} does not ask any more: ${says}`,
      `settings  ${inert(changed.file)}`,
      ...(backup === null ? [] : [`as it was ${inert(backup)}`]),
    ])
    return exitCodes.done
  },
}
