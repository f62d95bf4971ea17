import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf, withControl } from '../session.ts'

export const secretList: CommandRow = {
  name: 'secret list',
  summary: 'the names of the secrets, and what uses them; never their values',
  run: async (call) => {
    const { upstreams } = await configurationOf(call)
    return withControl(
      call,
      async ({ control }) => {
        const names = await control.secretList({})
        const secrets = names.map((name) => ({ name, usedBy: usersOf(name, upstreams) }))
        const missing = upstreams
          .flatMap(({ credential, discoverCredential }) => [credential, discoverCredential])
          .filter((name) => name !== null && !names.includes(name))
        const lines = [
          ...secrets.map(({ name, usedBy }) => `${name}  ${usedBy.join(', ') || 'unused'}`),
          ...missing.map((name) => `${name ?? ''}  MISSING: holdpoint secret put ${name ?? ''}`),
        ]
        call.output.result({ secrets, missing }, lines.length === 0 ? ['no secrets'] : lines)
        return exitCodes.done
      },
      { vault: true },
    )
  },
}

interface User {
  readonly name: string
  readonly credential: string
  readonly discoverCredential: string | null
}

function usersOf(name: string, upstreams: readonly User[]): readonly string[] {
  return upstreams
    .filter((one) => one.credential === name || one.discoverCredential === name)
    .map((one) => one.name)
}
