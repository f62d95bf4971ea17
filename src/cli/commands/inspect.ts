import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { createInspector } from '../inspect-line.ts'
import type { InspectLine } from '../inspect-line.ts'
import { readLines } from '../lines.ts'
import type { Line } from '../lines.ts'
import { safeJson, write } from '../output.ts'

const lineBytesMax = 4_194_304

export const inspect: CommandRow = {
  name: 'inspect',
  summary: 'what each request on stdin would do; nothing is sent',
  details:
    'JSON Lines in and out. In: {"id":"1","surface":"http","request":{"method":"POST",\n' +
    '"url":"https://…","headers":{},"body":"…"}}. Out: {"id","effect","reversibility",\n' +
    '"actions":[{"verb","effect","reversibility","resource"}],"why"}, or {"id","error"}.',
  async run({ world, surroundings }) {
    const { providers, interpret } = await world()
    const inspectLine = createInspector(providers, interpret)
    const { stdin, stdout } = surroundings
    for await (const lines of readLines(stdin, lineBytesMax)) {
      const answers = lines.map((line) => answerTo(line, inspectLine)).join('')
      await write(stdout, answers)
      if (stdout.destroyed) break
    }
    return exitCodes.done
  },
}

function answerTo(line: Line, inspectLine: InspectLine): string {
  if (line.kind === 'unreadable') return safeJson({ error: line.why }) + '\n'
  return line.text.trim() === '' ? '' : safeJson(inspectLine(line.text)) + '\n'
}
