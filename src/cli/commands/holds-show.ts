import { controlInputs } from '../../api/control-inputs.ts'
import type { HoldShown } from '../../api/control.ts'
import { entryIndent, entryLine } from '../../words/entries.ts'
import { environmentsOf, impactLines, reversibilityWords, sentenceOf } from '../../words/words.ts'
import { inert } from '../../wire/inert.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { releaseWords, stateWords } from '../hold-words.ts'
import { wrap } from '../output.ts'
import { previewLines } from '../preview-words.ts'
import { requestLines } from '../request-words.ts'
import { withControl } from '../session.ts'
import { typed } from '../typed.ts'

export const holdsShow: CommandRow = {
  name: 'holds show',
  summary: 'one hold, whole: what it reaches, and the request as judged',
  details: 'To release or refuse it, a person uses their passkey in the console. Nothing here can.',
  operands: [{ form: '<hold>', about: 'its id' }],
  run: (call) =>
    withControl(call, async ({ control }) => {
      const input = typed(controlInputs.holdShow, { hold: call.given.operand(0) })
      const shown = await control.holdShow(input)
      call.output.result(shown, linesOf(shown, call))
      return exitCodes.done
    }),
}

function linesOf(
  { hold, state, decision, history, request }: HoldShown,
  { output }: Call,
): readonly string[] {
  const { because } = decision.verdict
  const fit = (line: string): readonly string[] => wrap(line, output.width, '    ')
  const banners = environmentsOf(decision).map(({ banner }) => output.paint('bold', banner))
  return [
    `${hold.id}  ${stateWords(state)}`,
    ...banners,
    ...wrap(sentenceOf(decision), output.width),
    `this is ${reversibilityWords(decision)}`,
    '',
    'what it reaches',
    ...impactLines(decision).flatMap((line) => fit(`  ${line}`)),
    ...previewLines(request, output.width),
    '',
    'why it is held',
    ...because.flatMap(({ code, says }) => fit(`  ${inert(says)} (${inert(code)})`)),
    `  to be released by ${releaseWords[hold.release]}`,
    ...hold.safeguards.map((name) => `  and only with ${name} proven first`),
    `  open until ${hold.expiresAt}`,
    '',
    'what became of it',
    ...history.flatMap((entry) => wrap(entryLine(entry), output.width, entryIndent)),
    '',
    'the request as judged',
    ...requestLines(request),
  ]
}
