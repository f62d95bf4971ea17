// `$x` and `${…}`: what a parameter expands to, where its value is known.
// https://www.gnu.org/software/bash/manual/html_node/Shell-Parameter-Expansion.html
import type { ParameterExpansionPart, ParameterOperation, Word as WordNode, WordPart } from 'unbash'
import { followName, followNumber, followPrompt } from './hidden.ts'
import { charactersOf, concat, hole, known, textOf } from './pieces.ts'
import type { Pieces } from './pieces.ts'
import { parsePattern, removed, replaced } from './patterns.ts'
import type { Run } from './run.ts'
import { assignText, scalarOf, valueOf } from './state.ts'
import { expandPattern, expandValue } from './words.ts'

export type Expansion =
  | Readonly<{ kind: 'text'; pieces: Pieces }>
  /** several words; null: how many is not known */
  | Readonly<{ kind: 'words'; items: readonly Pieces[] | null }>
  | Readonly<{ kind: 'operand'; word: WordNode }>

const text = (pieces: Pieces): Expansion => ({ kind: 'text', pieces })
const unknown: Expansion = text(hole)

/** `$@` or `${a[@]}`, which in quotes may be no word at all. */
export function isAll(part: WordPart): boolean {
  if (part.type === 'SimpleExpansion') return part.text === '$@'
  if (part.type !== 'ParameterExpansion' || part.prefix !== undefined) return false
  return part.parameter === '@' || part.index?.text === '@'
}

export function isStar(part: WordPart): boolean {
  if (part.type === 'SimpleExpansion') return part.text === '$*'
  return part.type === 'ParameterExpansion' && (part.parameter === '*' || part.index?.text === '*')
}

export function simpleParameter(run: Run, written: string, isQuoted: boolean): Expansion {
  return whole(run, written.slice(1).replaceAll('\\\n', ''), undefined, isQuoted)
}

export function parameter(run: Run, part: ParameterExpansionPart, isQuoted: boolean): Expansion {
  const { operation, prefix } = part
  const index = part.index === undefined ? undefined : expandValue(run, part.index)
  if (index !== undefined) followNumber(run, index)
  // In quotes `*` is put together after what is done to each of its items.
  const star = isQuoted && (part.parameter === '*' || part.index?.text === '*')
  const value = whole(run, part.parameter, index, isQuoted && !star)
  if (prefix === '#') {
    if (operation !== undefined) walkOperands(run, operation)
    // `${##x}` is read in two ways.
    const odd = operation !== undefined || (part.parameter === '#' && part.text !== '${##}')
    return odd ? unknown : text(lengthOf(value))
  }
  if (prefix === '!') {
    if (operation !== undefined) walkOperands(run, operation)
    return indirect(run, part, value, isQuoted)
  }
  const made = operation === undefined ? value : operate(run, part, operation, value, isQuoted)
  return star && made.kind === 'words' ? together(run, made.items) : made
}

function indirect(
  run: Run,
  part: ParameterExpansionPart,
  value: Expansion,
  isQuoted: boolean,
): Expansion {
  // `${!a[@]}` and `${!a*}` are keys and names.
  if (part.index !== undefined || part.operation?.type === 'Names')
    return { kind: 'words', items: null }
  const name = value.kind === 'text' ? textOf(value.pieces) : null
  if (value.kind === 'text') followName(run, value.pieces)
  if (part.operation !== undefined || name === null) return unknown
  return /^\w+$/.test(name) ? whole(run, name, undefined, isQuoted) : unknown
}

/** The parameter, all of it. */
function whole(run: Run, name: string, index: Pieces | undefined, isQuoted: boolean): Expansion {
  const { state } = run
  if (name === '@' || name === '*') return all(run, state.positional, name, isQuoted)
  if (name === '#') {
    return text([state.positional === null ? null : String(state.positional.length)])
  }
  if (/^[1-9]\d*$/.test(name)) {
    if (state.positional === null) return unknown
    return text(state.positional[Number(name) - 1] ?? [])
  }
  const value = valueOf(state, name)
  if (index === undefined) return text(scalarOf(value))
  const at = textOf(index)
  if (at === '@' || at === '*') {
    const items = value.kind === 'list' ? value.items : value.kind === 'unset' ? [] : null
    return all(
      run,
      items ?? (textOf(scalarOf(value)) === null ? null : [scalarOf(value)]),
      at,
      isQuoted,
    )
  }
  if (value.kind === 'list' && at !== null && /^\d+$/.test(at))
    return text(value.items[Number(at)] ?? [])
  return unknown
}

function all(
  run: Run,
  items: readonly Pieces[] | null,
  name: string,
  isQuoted: boolean,
): Expansion {
  return name === '@' || !isQuoted ? { kind: 'words', items } : together(run, items)
}

function together(run: Run, items: readonly Pieces[] | null): Expansion {
  const separators = textOf(scalarOf(valueOf(run.state, 'IFS')))
  if (items === null || separators === null) return unknown
  const between = known(separators.slice(0, 1))
  return text(concat(...items.flatMap((item, i) => (i === 0 ? [item] : [between, item]))))
}

function lengthOf(value: Expansion): Pieces {
  if (value.kind === 'words') return [value.items === null ? null : String(value.items.length)]
  const whole = value.kind === 'text' ? textOf(value.pieces) : null
  return [whole === null ? null : String(charactersOf(whole).length)]
}

function operandsOf(operation: ParameterOperation): readonly (WordNode | undefined)[] {
  switch (operation.type) {
    case 'Default':
    case 'Remove':
    case 'CaseModification':
    case 'Transform':
      return [operation.operand]
    case 'Replace':
      return [operation.pattern, operation.replacement]
    case 'Slice':
      return [operation.offset, operation.length]
    case 'Names':
    case 'Unknown':
      return []
  }
}

/** For what its substitutions run. */
function walkOperands(run: Run, operation: ParameterOperation): void {
  for (const word of operandsOf(operation)) if (word !== undefined) expandValue(run, word)
}

function operate(
  run: Run,
  part: ParameterExpansionPart,
  operation: ParameterOperation,
  value: Expansion,
  isQuoted: boolean,
): Expansion {
  if (operation.type === 'Default') return fallback(run, part, operation, value, isQuoted)
  if (operation.type === 'Slice' && value.kind === 'words')
    return sliced(run, part, operation, value.items)
  if (operation.type === 'Transform' && value.kind === 'text') followPrompt(run, value.pieces)
  const change = changeOf(run, operation, isQuoted)
  if (change === null) return value.kind === 'words' ? { kind: 'words', items: null } : unknown
  const changed = (pieces: Pieces): Pieces => {
    const before = textOf(pieces)
    const after = before === null ? null : change(before)
    return after === null ? hole : known(after)
  }
  if (value.kind === 'text') return text(changed(value.pieces))
  return value.kind === 'words'
    ? { kind: 'words', items: value.items?.map(changed) ?? null }
    : unknown
}

type Change = (before: string) => string | null

/** null: what it does is not known. */
function changeOf(run: Run, operation: ParameterOperation, isQuoted: boolean): Change | null {
  switch (operation.type) {
    case 'Remove': {
      const pattern = patternOf(run, operation.operand, isQuoted)
      return pattern === null ? null : (before) => removed(before, pattern, operation.operator)
    }
    case 'Replace': {
      const pattern = patternOf(run, operation.pattern, isQuoted)
      const by = textOf(expandValue(run, operation.replacement))
      // `&` may stand for what was found; in quotes, quotes are read in another way.
      const odd =
        by === null || by.includes('&') || (isQuoted && /['"\\]/.test(operation.replacement.text))
      return pattern === null || odd
        ? null
        : (before) => replaced(before, pattern, by, operation.operator)
    }
    case 'Slice':
      return sliceOf(run, operation)
    case 'CaseModification':
      if (operation.operand !== undefined && operation.operand.text !== '') {
        expandValue(run, operation.operand)
        return null
      }
      return (before) => inCase(before, operation.operator)
    case 'Transform': {
      const operator = expandValue(run, operation.operand)
      const as = ({ U: '^^', u: '^', L: ',,' } as const)[textOf(operator) ?? '']
      return as === undefined ? null : (before) => inCase(before, as)
    }
    case 'Default':
    case 'Names':
    case 'Unknown':
      return null
  }
}

function patternOf(run: Run, word: WordNode, isQuoted: boolean): ReturnType<typeof parsePattern> {
  const pattern = expandPattern(run, word)
  if (pattern === null || (isQuoted && /["']/.test(word.text))) return null
  return parsePattern(pattern)
}

function inCase(before: string, operator: '^' | '^^' | ',' | ',,'): string | null {
  // Beyond ASCII, case is the locale's.
  if (!/^[\0-\x7f]*$/.test(before)) return null
  const change = (part: string): string =>
    operator.startsWith('^') ? part.toUpperCase() : part.toLowerCase()
  return operator.length === 2 ? change(before) : change(before.slice(0, 1)) + before.slice(1)
}

type Slice = Extract<ParameterOperation, { type: 'Slice' }>

function numbersOf(run: Run, operation: Slice): readonly (number | null)[] {
  return [operation.offset, operation.length].map((word) => {
    if (word === undefined) return Number.POSITIVE_INFINITY
    const pieces = expandValue(run, word)
    followNumber(run, pieces)
    const written = textOf(pieces)?.trim()
    if (written === '') return 0
    return written !== undefined && /^-?(0|[1-9]\d{0,8})$/.test(written) ? Number(written) : null
  })
}

function sliceOf(run: Run, operation: Slice): Change | null {
  const [offset, length] = numbersOf(run, operation)
  if (offset === null || offset === undefined || length === null || length === undefined)
    return null
  return (before) => {
    const chars = charactersOf(before)
    const start = offset < 0 ? chars.length + offset : offset
    if (start < 0) return ''
    const end = length < 0 ? chars.length + length : start + length
    // bash refuses an end before the start.
    return end < start ? null : chars.slice(start, end).join('')
  }
}

/** `${@:2:3}` counts from one, `${a[@]:1}` from nought. */
function sliced(
  run: Run,
  part: ParameterExpansionPart,
  operation: Slice,
  items: readonly Pieces[] | null,
): Expansion {
  const [offset, length] = numbersOf(run, operation)
  const first = part.index === undefined ? 1 : 0
  if (items === null || offset === null || offset === undefined || offset < first) {
    return { kind: 'words', items: null }
  }
  if (length === null || length === undefined || length < 0) return { kind: 'words', items: null }
  return { kind: 'words', items: items.slice(offset - first, offset - first + length) }
}

function fallback(
  run: Run,
  part: ParameterExpansionPart,
  operation: Extract<ParameterOperation, { type: 'Default' }>,
  value: Expansion,
  isQuoted: boolean,
): Expansion {
  const { operator, operand } = operation
  const sets = presence(run, part, value, operator.startsWith(':'))
  const usesOperand = operator.endsWith('+') ? sets : sets === null ? null : !sets
  // A substitution in a word that is not used does not run; where that is not sure, it may.
  if (usesOperand === null) {
    expandValue(run, operand)
    if (operator.endsWith('=')) assignText(run.state, part.parameter, hole)
    const several = value.kind === 'words' || /[@*]/.test(operand.text)
    return several ? { kind: 'words', items: null } : unknown
  }
  if (!usesOperand) return operator.endsWith('+') ? text([]) : value
  if (operator.endsWith('?')) return unknown
  if (isQuoted && /['\\"~]/.test(operand.text)) {
    expandValue(run, operand)
    if (operator.endsWith('=')) assignText(run.state, part.parameter, hole)
    return /[@*]/.test(operand.text) ? { kind: 'words', items: null } : unknown
  }
  if (operator.endsWith('=')) {
    const given = expandValue(run, operand)
    assignText(run.state, part.parameter, given)
    return text(given)
  }
  return { kind: 'operand', word: operand }
}

/** Whether it is set, and with `:` not empty; null: not known. */
function presence(
  run: Run,
  part: ParameterExpansionPart,
  value: Expansion,
  filled: boolean,
): boolean | null {
  if (value.kind !== 'text') {
    if (value.kind !== 'words' || value.items === null) return null
    return value.items.length === 0 ? false : filled ? null : true
  }
  if (value.pieces.some((piece) => typeof piece === 'string')) return true
  if (value.pieces.length > 0) return null
  if (filled) return false
  const { positional } = run.state
  if (/^\d+$/.test(part.parameter))
    return positional === null ? null : Number(part.parameter) <= positional.length
  if (part.index !== undefined) return null
  return valueOf(run.state, part.parameter).kind !== 'unset'
}
