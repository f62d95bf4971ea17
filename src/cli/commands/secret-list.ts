import type { Configuration } from '../../configuration/configuration.ts'
import type { SecretName } from '../../domain/names.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf, withControl } from '../session.ts'

export const secretList: CommandRow = {
  name: 'secret list',
  summary: 'the names of the secrets, and what uses them; never their values',
  run: async (call) => {
    const users = secretUsers(await configurationOf(call))
    return withControl(
      call,
      async ({ control }) => {
        const names = await control.secretList({})
        const secrets = names.map((name) => ({ name, usedBy: usersOf(name, users) }))
        const missing = users
          .filter(({ secret, made }) => !made && !names.includes(secret))
          .map(({ secret }) => secret)
        const lines = [
          ...secrets.map(({ name, usedBy }) => `${name}  ${usedBy.join(', ') || 'unused'}`),
          ...missing.map((name) => `${name}  MISSING: holdpoint secret put ${name}`),
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
  readonly secret: SecretName
  /** by Holdpoint itself, when a database is enrolled */
  readonly made: boolean
}

/** What of the configuration uses which secret. */
function secretUsers({ upstreams, databases }: Configuration): readonly User[] {
  const uses = (name: string, secret: SecretName | null | undefined, made = false): User[] =>
    secret === null || secret === undefined ? [] : [{ name, secret, made }]
  return [
    ...upstreams.flatMap(({ name, credential, discoverCredential }) => [
      ...uses(name, credential),
      ...uses(name, discoverCredential),
    ]),
    ...databases.flatMap(({ name, credential, admin, captureKey }) => [
      ...uses(name, credential),
      ...uses(name, admin?.credential),
      ...uses(name, captureKey, true),
    ]),
  ]
}

function usersOf(secret: SecretName, users: readonly User[]): readonly string[] {
  return [...new Set(users.filter((one) => one.secret === secret).map(({ name }) => name))]
}
