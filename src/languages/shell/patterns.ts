// Shell patterns against text that is known: `*`, `?`, `[…]`, a backslash before what is literal.
// https://www.gnu.org/software/bash/manual/html_node/Pattern-Matching.html
// Extended patterns, character classes and equivalences are not taken: null, not known.
import { charactersOf } from './pieces.ts'

type Token =
  | Readonly<{ kind: 'any' | 'one' }>
  | Readonly<{ kind: 'set'; not: boolean; ranges: readonly (readonly [string, string])[] }>
  | Readonly<{ kind: 'literal'; char: string }>

export type Pattern = readonly Token[]

const workMax = 2_000_000

export function parsePattern(text: string): Pattern | null {
  if (/[?*+@!]\(|\[[:=.]/.test(text)) return null
  const tokens: Token[] = []
  const chars = charactersOf(text)
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? ''
    if (char === '*') tokens.push({ kind: 'any' })
    else if (char === '?') tokens.push({ kind: 'one' })
    else if (char === '\\' && at + 1 < chars.length)
      tokens.push({ kind: 'literal', char: chars[++at] ?? '' })
    else if (char === '[') {
      const set = parseSet(chars, at)
      if (set === 'unsure') return null
      tokens.push(set?.token ?? { kind: 'literal', char })
      at = set?.end ?? at
    } else tokens.push({ kind: 'literal', char })
  }
  return tokens
}

function parseSet(
  chars: readonly string[],
  open: number,
): { token: Token; end: number } | null | 'unsure' {
  let at = open + 1
  const not = chars[at] === '!' || chars[at] === '^'
  if (not) at++
  const ranges: [string, string][] = []
  for (let first = true; at < chars.length; first = false) {
    const char = chars[at] ?? ''
    if (char === ']' && !first) return { token: { kind: 'set', not, ranges }, end: at }
    // What a backslash or a slash does in a set differs between shells.
    if (char === '\\' || char === '/') return 'unsure'
    const last = chars[at + 2]
    if (chars[at + 1] === '-' && last !== undefined && last !== ']') {
      // The order of letters is the locale's.
      if (!/^[0-9]{2}$|^[a-z]{2}$|^[A-Z]{2}$/.test(char + last)) return 'unsure'
      ranges.push([char, last])
      at += 3
    } else {
      ranges.push([char, char])
      at += 1
    }
  }
  return null
}

function accepts(token: Token, char: string): boolean {
  switch (token.kind) {
    case 'any':
    case 'one':
      return true
    case 'literal':
      return token.char === char
    case 'set':
      return token.ranges.some(([from, to]) => char >= from && char <= to) !== token.not
  }
}

/** Where matches that begin at `start` may end, in order; null: too much work. */
function endsOf(
  pattern: Pattern,
  chars: readonly string[],
  start: number,
): readonly number[] | null {
  if (pattern.length * (chars.length - start + 1) > workMax) return null
  let states = skipStars(pattern, new Set([0]))
  const ends: number[] = []
  for (let at = start; ; at++) {
    if (states.has(pattern.length)) ends.push(at)
    const char = chars[at]
    if (char === undefined || states.size === 0) return ends
    const next = new Set<number>()
    for (const state of states) {
      const token = pattern[state]
      if (token === undefined || !accepts(token, char)) continue
      next.add(token.kind === 'any' ? state : state + 1)
    }
    states = skipStars(pattern, next)
  }
}

function skipStars(pattern: Pattern, states: Set<number>): Set<number> {
  for (const state of states) if (pattern[state]?.kind === 'any') states.add(state + 1)
  return states
}

/** null: not known. */
export function matches(pattern: Pattern, text: string): boolean | null {
  const chars = charactersOf(text)
  return endsOf(pattern, chars, 0)?.includes(chars.length) ?? null
}

/** `${text#pattern}`, `##`, `%`, `%%`. */
export function removed(
  text: string,
  pattern: Pattern,
  operator: '#' | '##' | '%' | '%%',
): string | null {
  const fromEnd = operator.startsWith('%')
  const chars = fromEnd ? charactersOf(text).toReversed() : charactersOf(text)
  const ends = endsOf(fromEnd ? pattern.toReversed() : pattern, chars, 0)
  if (ends === null) return null
  const end = operator.length === 2 ? ends.at(-1) : ends[0]
  const left = chars.slice(end ?? 0)
  return (fromEnd ? left.toReversed() : left).join('')
}

/** `${text/pattern/by}`: `//` all, `/#` at the start, `/%` at the end. */
export function replaced(
  text: string,
  pattern: Pattern,
  by: string,
  operator: '/' | '//' | '/#' | '/%',
): string | null {
  const chars = charactersOf(text)
  if (pattern.length === 0 || chars.length * chars.length * pattern.length > workMax) return null
  let made = ''
  for (let at = 0; at < chars.length; at++) {
    const ends = endsOf(pattern, chars, at)
    if (ends === null) return null
    const end = operator === '/%' ? ends.find((one) => one === chars.length) : ends.at(-1)
    // An empty match is where shells differ.
    if (end === at) return null
    if (end === undefined) made += chars[at] ?? ''
    else {
      made += by
      if (operator !== '//') return made + chars.slice(end).join('')
      at = end - 1
    }
    if (operator === '/#') return made + chars.slice(1).join('')
  }
  return made
}
