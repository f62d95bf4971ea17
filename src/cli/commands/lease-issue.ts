import { controlInputs } from '../../api/control-inputs.ts'
import type { Lease } from '../../domain/fact.ts'
import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

const minutesDefault = 480
const minutesMax = 10_080

export const leaseIssue: CommandRow = {
  name: 'lease issue',
  summary: 'make a token that stands for an agent and a mandate; shown once',
  details:
    'The agent sends it wherever it would send the real token, to the gate and nowhere else.',
  operands: [{ form: '[agent]', about: 'who it is for' }],
  options: [
    { form: '--agent <agent>', about: 'the same' },
    { form: '--mandate <id>', about: 'for which; else the only one that stands' },
    {
      form: '--minutes <n>',
      about: `how long it lasts (${minutesDefault}), never past its mandate`,
    },
  ],
  run: (call) =>
    withControl(call, async ({ control, by }) => {
      const { given, output } = call
      const asked = {
        agent: given.operand(0) ?? given.text('agent'),
        mandate: given.text('mandate'),
        minutes: given.integer('minutes', 1, minutesMax) ?? minutesDefault,
        by,
      }
      const { lease, token } = await control.leaseIssue(typed(controlInputs.leaseIssue, asked))
      const said = { lease: withoutHash(lease), token: token.reveal() }
      // The token alone on stdout, so that a script can take it; the rest is for whoever looks on.
      output.result(said, [token.reveal()])
      if (!output.json) {
        output.aside(`lease ${lease.id} for ${lease.agent}, until ${lease.expiresAt}; shown once`)
      }
      return exitCodes.done
    }),
}

function withoutHash({ id, agent, mandate, issuedAt, expiresAt }: Lease): object {
  return { id, agent, mandate, issuedAt, expiresAt }
}
