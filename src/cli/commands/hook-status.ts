import { existsSync } from 'node:fs'

import { isHookAgent } from '../../doors/hook/event.ts'
import { daemonVersion } from '../../hooks/ask.ts'
import { hookState } from '../../hooks/install.ts'
import type { HookState } from '../../hooks/install.ts'
import { isOwnSocket } from '../../hooks/place.ts'
import { hookRow, hookRows } from '../../hooks/table.ts'
import { inert } from '../../wire/inert.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { daemonSurroundings, hookWorld } from '../hook-world.ts'
import { columns } from '../output.ts'

const stateWords: Readonly<Record<HookState['state'], string>> = {
  installed: 'asks',
  other: 'asks in an older way; install it again',
  absent: 'does not ask',
  unreadable: 'cannot be read',
}

export const hookStatus: CommandRow = {
  name: 'hook status',
  summary: 'which agents ask before they run something',
  operands: [{ form: '[agent]', about: 'this one only' }],
  async run(call) {
    const name = call.given.operand(0)
    const rows = name !== null && isHookAgent(name) ? [hookRow(name)] : hookRows
    const states = rows.flatMap((row) =>
      (['user', 'project'] as const).map((scope) => {
        const world = hookWorld(call, row, scope)
        return { ...hookState(row, world), title: row.title, scope }
      }),
    )
    const [first] = rows
    const { place } = hookWorld(call, first ?? hookRow('claude-code'), 'user')
    const { user } = daemonSurroundings(call)
    const daemon = isOwnSocket(place.socket, user) ? await daemonVersion(place.socket) : null
    const client = existsSync(place.client)
    call.output.result({ hooks: states, client, daemon }, [
      ...columns(
        states.map(({ title, scope, state, file }) => [
          title,
          scope,
          stateWords[state],
          inert(file),
        ]),
      ),
      '',
      client ? `client  ${inert(place.client)}` : 'client  none; `hook install` makes it',
      daemon === null
        ? 'daemon  none runs; the next hook starts one'
        : `daemon  version ${inert(daemon)} answers`,
    ])
    return exitCodes.done
  },
}
