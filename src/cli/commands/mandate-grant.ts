import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { authorizationDetails, mandateRequestSchema } from '../../api/mandate-request.ts'
import type { MandateRequest, MandateRequestWritten } from '../../api/mandate-request.ts'
import { readDocument } from '../../configuration/document.ts'
import { Fault } from '../../domain/fault.ts'
import { need } from '../command.ts'
import type { Call, CommandRow, Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { mandateLines } from '../mandate-words.ts'
import { wrap } from '../output.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const mandateGrant: CommandRow = {
  name: 'mandate grant',
  summary: 'say what an agent may do, where, and for how long',
  details:
    'From a file (YAML or JSON, `-` for stdin) in the shape of RFC 9396, or from options:\n' +
    '  holdpoint mandate grant --agent cursor --task "Fix staging" \\\n' +
    '    --allow read,write --in shop/staging --minutes 480\n' +
    'Effects: read, write, disclose, escalate, disarm, destroy.',
  operands: [{ form: '[file]', about: 'a mandate in the shape of RFC 9396' }],
  options: [
    { form: '--agent <agent>', about: 'who it is for' },
    { form: '--task <words>', about: 'what it is for, in your own words' },
    { form: '--allow <effects>', about: 'what may be done, parted by commas' },
    { form: '--in <environments>', about: 'where, as in `shop/staging,shop/preview`' },
    {
      form: '--on <resources>',
      about: 'to what, as in `railway:volume/*`; else all that is governed',
    },
    { form: '--egress <hosts>', about: 'other hosts that may be connected to, uninspected' },
    { form: '--minutes <n>', about: 'how long it lasts (480)' },
    { form: '--rows <n>', about: 'how many rows one statement may touch unasked (1000)' },
    { form: '--hold-wait <seconds>', about: 'how long a held request may wait at the door (0)' },
    { form: '--parent <mandate>', about: 'the mandate that this one narrows' },
  ],
  async run(call) {
    const request = await requestOf(call)
    return withControl(call, async ({ control, by }) => {
      const mandate = await control.mandateGrant({ request, by })
      const shown = { ...mandate, authorization_details: authorizationDetails(mandate) }
      const { output } = call
      call.output.result({ mandate: shown }, [
        `granted ${mandate.id} to ${mandate.agent}`,
        ...mandateLines(mandate).flatMap((line) => wrap(line, output.width, ' '.repeat(9))),
        `next: holdpoint lease issue ${mandate.agent}`,
      ])
      return exitCodes.done
    })
  },
}

/** what a file says for itself */
const onlyOptions = 'agent task allow in on egress minutes rows hold-wait parent'.split(' ')

async function requestOf(call: Call): Promise<MandateRequest> {
  const { given, surroundings } = call
  const file = given.operand(0)
  if (file === null) return typed(mandateRequestSchema, fromOptions(given))
  const extra = onlyOptions.find((name) => given.text(name) !== null)
  if (extra !== undefined) {
    throw new Fault(
      'usage-mixed',
      `\`--${extra}\` and a file do not go together; put it in the file`,
    )
  }
  const text = file === '-' ? await readAll(surroundings.stdin) : read(surroundings.cwd, file)
  return readDocument(text, file, mandateRequestSchema).value
}

function fromOptions(given: Given): MandateRequestWritten {
  const allow = given.list('allow')
  const where = given.list('in')
  const resources = given.list('on')
  if (allow === null || where === null) {
    const missing = allow === null ? '--allow' : '--in'
    throw new Fault('usage-missing', `\`${missing}\` is missing; or give a file; see \`--help\``)
  }
  const minutes = given.integer('minutes', 1, 43_200)
  const rows = given.integer('rows', 0, 1_000_000_000)
  const wait = given.integer('hold-wait', 0, 300)
  const parent = given.text('parent')
  return {
    task: need(given.text('task'), '`--task`'),
    agent: need(given.text('agent'), '`--agent`'),
    egress: [...(given.list('egress') ?? [])],
    ...(minutes === null ? {} : { expiresInMinutes: minutes }),
    ...(rows === null ? {} : { budget: { rows } }),
    ...(wait === null ? {} : { holdWaitSeconds: wait }),
    ...(parent === null ? {} : { parent }),
    authorization_details: [
      {
        type: 'holdpoint',
        actions: [...allow],
        locations: [...where],
        ...(resources === null ? {} : { resources: [...resources] }),
      },
    ],
  }
}

function read(folder: string, file: string): string {
  try {
    return readFileSync(resolve(folder, file), 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new Fault('usage-file', `cannot read \`${file}\` (${why})`)
  }
}

async function readAll(stdin: AsyncIterable<unknown>): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    const part = Buffer.from(chunk as Uint8Array | string)
    bytes += part.byteLength
    if (bytes > 262_144) throw new Fault('usage-file', 'stdin is too long to be a mandate')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
