import { configurationJsonSchema } from '../../configuration/json-schema.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'

export const schema: CommandRow = {
  name: 'schema',
  summary: 'print the JSON Schema of holdpoint.yaml, for editors',
  hidden: true,
  async run({ world, surroundings }) {
    const { providers } = await world()
    surroundings.stdout.write(configurationJsonSchema(providers.map(({ name }) => name)))
    return exitCodes.done
  },
}
