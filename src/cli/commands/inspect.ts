import type { CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { createInspector } from '../inspect-line.ts'
import type { InspectLine } from '../inspect-line.ts'
import { readLines } from '../lines.ts'
import type { Line } from '../lines.ts'
import { safeJson, write } from '../output.ts'
import { createSqlReading } from '../../reading/reading.ts'

const lineBytesMax = 4_194_304

export const inspect: CommandRow = {
  name: 'inspect',
  summary: 'what each request on stdin would do; nothing is sent',
  details:
    'JSON Lines in and out. In: {"id":"1","surface":"http","request":{"method":"POST",\n' +
    '"url":"https://…","headers":{},"body":"…"}}. Out: {"id","effect","reversibility",\n' +
    '"actions":[{"verb","effect","reversibility","resource"}],"why"}, or {"id","error"}.\n' +
    'SQL: {"id":"2","surface":"sql","statement":"…","catalogue":{…}}. Without a catalogue,\n' +
    'names are taken for plain tables, and what would need one is unknown.',
  async run({ world, surroundings }) {
    const { providers, interpret } = await world()
    const reading = await createSqlReading()
    const inspectLine = createInspector(providers, interpret, reading)
    const { stdin, stdout } = surroundings
    for await (const lines of readLines(stdin, lineBytesMax)) {
      const answers: string[] = []
      for (const line of lines) answers.push(await answerTo(line, inspectLine))
      await write(stdout, answers.join(''))
      if (stdout.destroyed) break
    }
    await reading.close()
    return exitCodes.done
  },
}

async function answerTo(line: Line, inspectLine: InspectLine): Promise<string> {
  if (line.kind === 'unreadable') return safeJson({ error: line.why }) + '\n'
  return line.text.trim() === '' ? '' : safeJson(await inspectLine(line.text)) + '\n'
}
