// Arithmetic where it stands in a script: names are the shell's variables.
import type { ArithmeticExpression } from 'unbash'
import { evaluate } from './arithmetic.ts'
import { followNumber } from './hidden.ts'
import { textOf, withoutLastNewlines } from './pieces.ts'
import type { Pieces } from './pieces.ts'
import { spanOf, substituted } from './run.ts'
import type { Run } from './run.ts'
import { assignText, scalarOf, valueOf } from './state.ts'
import { expandQuoted } from './words.ts'

/** null: not known. */
export function number(run: Run, expression: ArithmeticExpression): bigint | null {
  return evaluate(expression, {
    read: (name) => textOf(scalarOf(valueOf(run.state, name))),
    write: (name, value) => assignText(run.state, name, [value === null ? null : String(value)]),
    expand: (word) => followed(run, expandQuoted(run, word.parts, word.value)),
    run: (part) =>
      followed(run, withoutLastNewlines(substituted(run, part.script, spanOf(run, part)))),
  })
}

function followed(run: Run, pieces: Pieces): string | null {
  followNumber(run, pieces)
  return textOf(pieces)
}
