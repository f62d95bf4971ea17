import { controlInputs } from '../../api/control-inputs.ts'
import type { Explanation } from '../../api/control.ts'
import { impactLines, sentenceOf } from '../../words/words.ts'
import type { Mandate } from '../../domain/mandate.ts'
import { inert } from '../../wire/inert.ts'
import type { Call, CommandRow } from '../command.ts'
import { entryIndent, entryLine } from '../../words/entries.ts'
import { exitCodes } from '../exit-codes.ts'
import { mandateLines } from '../mandate-words.ts'
import { wrap } from '../output.ts'
import { previewLines } from '../preview-words.ts'
import { requestLines } from '../request-words.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const explain: CommandRow = {
  name: 'explain',
  summary: 'why a request was allowed, held or denied, and what became of it',
  operands: [{ form: '<decision>', about: 'its id; a refusal names it, and the log does' }],
  run: (call) =>
    withControl(call, async ({ control }) => {
      const input = typed(controlInputs.explain, { decision: call.given.operand(0) })
      const explanation = await control.explain(input)
      call.output.result(explanation, linesOf(explanation, call))
      return exitCodes.done
    }),
}

function linesOf(explanation: Explanation, { output }: Call): readonly string[] {
  const { decision, history, mandate, request } = explanation
  const { verdict } = decision
  const fit = (line: string): readonly string[] => wrap(line, output.width, '    ')
  const inventory = decision.inventory ?? 'none'
  const told = decision.impacts.length === 0 ? inert(decision.request.line) : sentenceOf(decision)
  return [
    `${decision.id}  ${output.paint('bold', verdict.kind.toUpperCase())}  ${decision.at}`,
    ...wrap(told, output.width),
    '',
    'because',
    ...verdict.because.flatMap(({ code, says }) => fit(`  ${inert(says)} (${inert(code)})`)),
    ...(verdict.kind === 'deny' ? fit(`  instead: ${inert(verdict.instead)}`) : []),
    '',
    'what it reaches',
    ...impactLines(decision).flatMap((line) => fit(`  ${line}`)),
    ...previewLines(request, output.width),
    '',
    'by what right',
    ...(mandate === null ? ['  no mandate'] : mandateWords(mandate).flatMap(fit)),
    `  policies ${decision.policies.slice(0, 16)}, inventory ${inventory.slice(0, 16)}`,
    '',
    'what became of it',
    ...history.flatMap((entry) => wrap(entryLine(entry), output.width, entryIndent)),
    '',
    'the request as judged',
    ...requestLines(request),
  ]
}

function mandateWords(mandate: Mandate): readonly string[] {
  return [`  ${mandate.id}: ${inert(mandate.task)}`, ...mandateLines(mandate).map((l) => `  ${l}`)]
}
