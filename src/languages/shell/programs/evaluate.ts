// Goes through a program's words and evaluates what can be: literals, joined strings, names given
// once, paths put together. Every call on the way is shown to the language's table.
import { LimitReached } from '../limits.ts'
import { hole } from '../pieces.ts'
import type { Pieces } from '../pieces.ts'
import { combine } from './combine.ts'
import { piecesOf, text, unknown } from './program.ts'
import type { Arguments, Language, Value } from './program.ts'
import { programLimits, tokensOf } from './tokens.ts'
import type { Token } from './tokens.ts'

export interface Calls {
  /** what the call gives; it keeps what it means to itself */
  call(callee: Value, given: Arguments): Value
  /** a name that is neither called nor given another name: handed to something that may call it */
  mention(value: Value): void
  command(pieces: Pieces): void
  /** words that follow a name without parentheses, as in `unlink "x"` */
  readonly bare: ReadonlySet<string>
}

interface Reader {
  readonly language: Language
  readonly tokens: readonly Token[]
  readonly variables: Map<string, Value>
  readonly once: ReadonlySet<string>
  readonly calls: Calls
  at: number
  depth: number
}

export function evaluateProgram(source: string, language: Language, calls: Calls): void {
  const tokens = tokensOf(source, language)
  const reader: Reader = {
    language,
    tokens,
    variables: new Map(),
    once: assignedOnce(tokens),
    calls,
    at: 0,
    depth: 0,
  }
  while (reader.at < tokens.length) {
    const before = reader.at
    statement(reader)
    if (reader.at === before) reader.at++
  }
}

function peek(reader: Reader, ahead = 0): string | null {
  const token = reader.tokens[reader.at + ahead]
  return token === undefined || token.kind === 'line' || token.kind === 'string' ? null : token.text
}

function eat(reader: Reader, sign: string): boolean {
  if (peek(reader) !== sign) return false
  reader.at++
  return true
}

/** Names that get a value in one place only. */
function assignedOnce(tokens: readonly Token[]): ReadonlySet<string> {
  const counts = new Map<string, number>()
  const isSign = (token: Token | undefined, pattern: RegExp): boolean =>
    token?.kind === 'sign' && pattern.test(token.text)
  tokens.forEach((token, i) => {
    if (token.kind !== 'name') return
    const next = tokens[i + 1]
    const before = tokens[i - 1]
    const assigned = isSign(next, /^=$|^[-+.*/:]=$/)
    const looped =
      before?.kind === 'name' &&
      /^(for|foreach|as|my|let|var|const|in|of|global)$/.test(before.text) &&
      !/^(my|let|var|const)$/.test(before.text)
    const listed = isSign(next, /^,$/) && isSign(tokens[i + 3], /^=$/)
    if (assigned)
      counts.set(
        token.text,
        (counts.get(token.text) ?? 0) + (next?.kind === 'sign' && next.text === '=' ? 1 : 2),
      )
    if (looped || listed) counts.set(token.text, (counts.get(token.text) ?? 0) + 2)
  })
  return new Set([...counts].flatMap(([name, count]) => (count === 1 ? [name] : [])))
}

function statement(reader: Reader): void {
  if (imports(reader)) return
  while (/^(const|let|var|my|our|local|export|return|await|async|use)$/.test(peek(reader) ?? ''))
    reader.at++
  if (peek(reader) === '{' && destructured(reader)) return
  const token = reader.tokens[reader.at]
  if (token?.kind === 'name' && peek(reader, 1) === '=') {
    reader.at += 2
    const value = expression(reader)
    if (reader.once.has(token.text)) reader.variables.set(token.text, value)
    else reader.calls.mention(value)
    return
  }
  reader.calls.mention(expression(reader))
}

/** `import a.b as c`, `from a import b as c, d` */
function imports(reader: Reader): boolean {
  const from = peek(reader) === 'from'
  if (reader.language !== 'python' || (!from && peek(reader) !== 'import')) return false
  reader.at++
  const path = dotted(reader)
  if (from && !eat(reader, 'import')) return true
  if (!from) alias(reader, path, path.split('.')[0] ?? path, path)
  for (let more = from; more || eat(reader, ','); more = false) {
    eat(reader, '(')
    const name = dotted(reader)
    if (name === '') break
    alias(
      reader,
      from ? `${path}.${name}` : name,
      from ? name : (name.split('.')[0] ?? name),
      from ? `${path}.${name}` : name,
    )
  }
  eat(reader, ')')
  return true
}

function alias(reader: Reader, whole: string, plain: string, target: string): void {
  if (eat(reader, 'as')) {
    const name = peek(reader)
    reader.at++
    if (name !== null) reader.variables.set(name, { kind: 'name', name: whole, receiver: null })
  } else if (plain !== target.split('.')[0]) {
    reader.variables.set(plain, { kind: 'name', name: target, receiver: null })
  }
}

function dotted(reader: Reader): string {
  let name = ''
  for (;;) {
    const token = reader.tokens[reader.at]
    if (token?.kind !== 'name' || /^(import|as)$/.test(token.text)) return name
    name += token.text
    reader.at++
    if (!eat(reader, '.')) return name
    name += '.'
  }
}

/** `const { rmSync, rm: gone } = require('fs')`, `import { rmSync as x } from 'fs'` */
function destructured(reader: Reader): boolean {
  const start = reader.at
  const pairs: [string, string][] = []
  reader.at++
  while (peek(reader) !== '}' && reader.at < reader.tokens.length && pairs.length < 64) {
    const name = peek(reader)
    reader.at++
    if (name === null || name === ',') continue
    const renamed = eat(reader, ':') || eat(reader, 'as') ? peek(reader) : name
    if (renamed !== name) reader.at++
    pairs.push([name, renamed ?? name])
  }
  reader.at++
  if (peek(reader) !== '=' && peek(reader) !== 'from') {
    reader.at = start
    return false
  }
  reader.at++
  const value = expression(reader)
  const module =
    value.kind === 'name'
      ? value.name
      : value.kind === 'text'
        ? piecesOf(value)
            .join('')
            .replace(/^node:/, '')
        : null
  for (const [name, renamed] of pairs) {
    reader.variables.set(
      renamed,
      module === null ? unknown : { kind: 'name', name: `${module}.${name}`, receiver: null },
    )
  }
  return true
}

const operators =
  /^(\+|-|\*|\/|%|\.|<<|and|or|&&|\|\||\?\?|==+|!=+|<|>|<=|>=|in|is|if|else|\?|x|\||&|=>|\*\*|unless)$/

function expression(reader: Reader): Value {
  reader.depth++
  if (reader.depth > programLimits.depthMax)
    throw new LimitReached('a program is nested too deeply')
  let value = operand(reader)
  for (;;) {
    const sign = peek(reader)
    const concat = sign === '.' && (reader.language === 'perl' || reader.language === 'php')
    if (sign === null || (sign === '.' && !concat) || !operators.test(sign)) break
    reader.at++
    if (eat(reader, ':')) continue
    const right = operand(reader)
    if (!/^([+/%.*]|<<)$/.test(sign)) {
      reader.calls.mention(value)
      reader.calls.mention(right)
    }
    value = combine(value, sign, right)
  }
  reader.depth--
  return value
}

function operand(reader: Reader): Value {
  while (
    /^(new|await|not|!|-|~|\\|&|typeof|void|yield|lambda|defined|ref|async|my|our|local|\*|\*\*|\.\.\.)$/.test(
      peek(reader) ?? '',
    )
  )
    reader.at++
  return postfix(reader, primary(reader))
}

function primary(reader: Reader): Value {
  const token = reader.tokens[reader.at]
  if (token === undefined || token.kind === 'line') return unknown
  if (token.kind === 'string') {
    reader.at++
    const value = inserted(reader, token)
    if (!token.command) return juxtaposed(reader, value)
    reader.calls.command(piecesOf(value))
    return unknown
  }
  if (token.kind === 'number') {
    reader.at++
    const number = Number(token.text.replaceAll('_', ''))
    return Number.isNaN(number) ? unknown : { kind: 'number', number }
  }
  if (token.kind === 'name') {
    reader.at++
    return reader.variables.get(token.text) ?? { kind: 'name', name: token.text, receiver: null }
  }
  if (token.text === '[' || token.text === '(') {
    reader.at++
    const { values } = list(reader, token.text === '[' ? ']' : ')')
    const [only] = values
    if (token.text === '(' && values.length === 1 && only !== undefined) return only
    return { kind: 'list', items: values }
  }
  if (token.text === '{') {
    reader.at++
    return { kind: 'object', entries: list(reader, '}').named }
  }
  return unknown
}

/** Python puts neighbouring strings together. */
function juxtaposed(reader: Reader, value: Value): Value {
  const next = reader.tokens[reader.at]
  if (reader.language !== 'python' || next?.kind !== 'string') return value
  reader.at++
  return juxtaposed(reader, combine(value, '+', inserted(reader, next)))
}

function inserted(reader: Reader, token: Extract<Token, { kind: 'string' }>): Value {
  const pieces: (string | null)[] = []
  for (const part of token.parts) {
    if (typeof part === 'string') pieces.push(part)
    else pieces.push(...piecesOf(within(reader, part.source)))
  }
  return text(pieces)
}

function within(reader: Reader, source: string): Value {
  const inner: Reader = {
    ...reader,
    tokens: tokensOf(source, reader.language),
    at: 0,
    depth: reader.depth + 1,
  }
  return expression(inner)
}

/** Values up to the closing sign; `a=1`, `a: 1`, `'a': 1`, `'a' => 1` are named. */
function list(reader: Reader, close: string): Arguments {
  const values: Value[] = []
  const named = new Map<string, Value>()
  while (reader.at < reader.tokens.length) {
    const before = reader.at
    if (eat(reader, close)) break
    if (reader.tokens[reader.at]?.kind === 'line' || eat(reader, ',')) {
      if (reader.at === before) reader.at++
      continue
    }
    const key = keyAt(reader)
    const value = expression(reader)
    if (key === null) values.push(value)
    else named.set(key, value)
    if (reader.at === before) reader.at++
  }
  for (const value of [...values, ...named.values()]) reader.calls.mention(value)
  return { values, named }
}

function keyAt(reader: Reader): string | null {
  const token = reader.tokens[reader.at]
  const sign = peek(reader, 1)
  if (token === undefined || sign === null || !/^(=|:|=>)$/.test(sign)) return null
  if (token.kind === 'name') {
    reader.at += 2
    return token.text
  }
  if (token.kind !== 'string' || sign === '=' || token.parts.length !== 1) return null
  reader.at += 2
  const [key] = token.parts
  return typeof key === 'string' ? key : null
}

function postfix(reader: Reader, start: Value): Value {
  let value = start
  for (;;) {
    const sign = peek(reader)
    const concat = reader.language === 'perl' || reader.language === 'php'
    if ((sign === '.' && !concat) || sign === '?.' || sign === '::' || sign === '->') {
      const member = reader.tokens[reader.at + 1]
      if (member?.kind !== 'name') return value
      reader.at += 2
      value = memberOf(value, member.text)
    } else if (sign === '(') {
      reader.at++
      value = reader.calls.call(value, list(reader, ')'))
    } else if (
      sign === '[' ||
      (sign === '{' &&
        reader.language === 'perl' &&
        start.kind === 'name' &&
        start.name.startsWith('$'))
    ) {
      if (value.kind === 'name' && reader.language === 'ruby' && reader.calls.bare.has(value.name))
        return bare(reader, value)
      reader.at++
      const { values } = list(reader, sign === '[' ? ']' : '}')
      value = indexed(value, values[0])
    } else if (tagged(reader, value)) {
      value = reader.calls.call(value, { values: [primary(reader)], named: new Map() })
    } else if (value.kind === 'name' && startsBare(reader, value.name)) {
      return bare(reader, value)
    } else return value
  }
}

/** A name that a template stands behind: `$` takes it as a command. */
function tagged(reader: Reader, value: Value): boolean {
  const next = reader.tokens[reader.at]
  return reader.language === 'node' && value.kind === 'name' && next?.kind === 'string'
}

function memberOf(value: Value, name: string): Value {
  if (value.kind === 'name')
    return { kind: 'name', name: `${value.name}.${name}`, receiver: value.receiver }
  if (value.kind === 'object') return value.entries.get(name) ?? unknown
  return { kind: 'name', name: `?.${name}`, receiver: value }
}

function indexed(value: Value, index: Value | undefined): Value {
  const key = index === undefined ? null : piecesOf(index)
  const [name] = key ?? hole
  if (value.kind === 'list' && index?.kind === 'number') return value.items[index.number] ?? unknown
  if (typeof name !== 'string' || key?.length !== 1) return unknown
  return value.kind === 'name' || value.kind === 'object' ? memberOf(value, name) : unknown
}

/** A name that takes its words without parentheses. */
function startsBare(reader: Reader, name: string): boolean {
  if (!reader.calls.bare.has(name.replace(/^.*\.(?=[a-z])/, '')) && !reader.calls.bare.has(name))
    return false
  const next = reader.tokens[reader.at]
  if (next === undefined || next.kind === 'line') return false
  if (next.kind === 'sign') return /^[[*\\]$/.test(next.text)
  return !(next.kind === 'name' && /^(if|unless|or|and|do|x|while|foreach|for)$/.test(next.text))
}

function bare(reader: Reader, callee: Value): Value {
  const values: Value[] = []
  const named = new Map<string, Value>()
  do {
    const key = keyAt(reader)
    const value = expression(reader)
    if (key === null) values.push(value)
    else named.set(key, value)
  } while (eat(reader, ','))
  return reader.calls.call(callee, { values, named })
}
