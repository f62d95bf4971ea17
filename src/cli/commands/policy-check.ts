import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { configurationOf } from '../session.ts'

export const policyCheck: CommandRow = {
  name: 'policy check',
  summary: 'read the policies as the gate would, and say what is wrong with them',
  async run(call) {
    const configuration = await configurationOf(call)
    const { checkPolicies } = await call.world()
    const { digest, files } = await checkPolicies(configuration)
    call.output.result({ digest, files }, [
      `${files.length} files, valid; digest ${digest.slice(0, 16)}`,
      ...files.map((file) => `  ${file}`),
    ])
    return exitCodes.done
  },
}
