import { exitCodes } from '../exit-codes.ts'
import type { PassedOn } from '../exit-codes.ts'
import type { CommandRow } from '../command.ts'

export const run: CommandRow = {
  name: 'run',
  summary: 'start an agent, or any command, where the gate is its only way out',
  details:
    'holdpoint run -- claude\n' +
    'holdpoint run --mandate fix-staging.yaml -- npm test\n' +
    'It ends with what the command ends with; 125 when the command could not be started.',
  operands: [{ form: '<command...>', about: 'the agent and its arguments, after `--`' }],
  options: [
    { form: '--mandate <file or id>', about: 'what it may do; asked on a terminal when left out' },
    { form: '--agent <name>', about: 'what it is called where the mandate does not say' },
    {
      form: '--unsandboxed',
      about: 'leases and hooks alone: it can then reach everything that you can',
    },
  ],
  ownFailure: exitCodes.notRun,
  async run(call) {
    // Much stands behind it that no other command needs.
    const { runConfined } = await import('../run-confined.ts')
    return (await runConfined(call)) as PassedOn
  },
}
