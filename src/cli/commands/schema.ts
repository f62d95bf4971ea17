import { configurationJsonSchema } from '../../configuration/json-schema.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

export const schema: CommandRow = {
  name: 'schema',
  summary: 'print the JSON Schema of holdpoint.yaml, for editors',
  hidden: true,
  async run({ world, surroundings }) {
    const { providers } = await world()
    const [first, ...rest] = providers
    const names = [first.name, ...rest.map(({ name }) => name)] as const
    surroundings.stdout.write(configurationJsonSchema(names))
    return exitCodes.done
  },
}
