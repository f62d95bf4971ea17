// Brace expansion, which comes before everything else and works on the word as written.
// https://www.gnu.org/software/bash/manual/html_node/Brace-Expansion.html
import { LimitReached, shellLimits } from './limits.ts'
import { holeMark } from './pieces.ts'

interface Group {
  readonly start: number
  readonly end: number
  /** between its commas, as written */
  readonly items: readonly string[]
}

/** What is left of words to make, and of characters to look at. */
interface Budget {
  left: number
  work: number
}

function createBudget(): Budget {
  return { left: shellLimits.wordsMax, work: 500_000 }
}

/** The words that it becomes, as written; itself where it has no braces that expand. */
export function expandBraces(raw: string, budget: Budget = createBudget()): readonly string[] {
  const group = firstGroup(raw, budget)
  if (group === null) {
    budget.left -= 1
    if (budget.left < 0) throw new LimitReached('braces make too many words')
    return [raw]
  }
  const before = raw.slice(0, group.start)
  const after = expandBraces(raw.slice(group.end), budget)
  const made: string[] = []
  const items = group.items.length === 1 ? sequence(group.items[0] ?? '') : null
  for (const item of items ?? group.items.flatMap((one) => expandBraces(one, budget))) {
    for (const rest of after) made.push(before + item + rest)
    if (made.length > shellLimits.wordsMax) throw new LimitReached('braces make too many words')
  }
  return made
}

/** The first braces that expand: with a comma of their own, or a sequence. */
function firstGroup(raw: string, budget: Budget): Group | null {
  for (let at = 0; at < raw.length; at = after(raw, at)) {
    if (raw[at] !== '{') continue
    const group = groupAt(raw, at, budget)
    if (group !== null) return group
  }
  return null
}

function groupAt(raw: string, start: number, budget: Budget): Group | null {
  const commas: number[] = []
  let depth = 0
  for (let at = start + 1; at < raw.length; at = after(raw, at)) {
    budget.work -= 1
    if (budget.work < 0) throw new LimitReached('braces are nested too deeply')
    const char = raw[at]
    if (char === '{') depth++
    else if (char === ',' && depth === 0) commas.push(at)
    else if (char === '}' && depth > 0) depth--
    else if (char === '}') {
      const cuts = [start, ...commas, at]
      const items = cuts.slice(1).map((cut, i) => raw.slice((cuts[i] ?? 0) + 1, cut))
      if (commas.length === 0 && sequence(items[0] ?? '') === null) continue
      return { start, end: at + 1, items }
    }
  }
  return null
}

/** Past one character, or past what is quoted or an expansion of another kind. */
function after(raw: string, at: number): number {
  switch (raw[at]) {
    case '\\':
      return at + 2
    case "'":
      return pastSingle(raw, at, false)
    case '"':
      return pastPaired(raw, at + 1, '"')
    case '`':
      return pastPaired(raw, at + 1, '`')
    case '$':
      if (raw[at + 1] === "'") return pastSingle(raw, at + 1, true)
      if (raw[at + 1] === '{') return pastPaired(raw, at + 2, '}')
      return raw[at + 1] === '(' ? pastPaired(raw, at + 2, ')') : at + 1
    case '<':
    case '>':
      return raw[at + 1] === '(' ? pastPaired(raw, at + 2, ')') : at + 1
    default:
      return at + 1
  }
}

function pastSingle(raw: string, at: number, ansi: boolean): number {
  for (let next = at + 1; next < raw.length; next++) {
    if (ansi && raw[next] === '\\') next++
    else if (raw[next] === "'") return next + 1
  }
  return raw.length
}

function pastPaired(raw: string, start: number, close: string): number {
  const open = close === ')' ? '(' : close === '}' ? '{' : null
  let depth = 0
  for (let at = start; at < raw.length;) {
    const char = raw[at]
    if (char === close && depth === 0) return at + 1
    if (char === close) depth--
    else if (char === open) depth++
    // In double quotes a single quote is a character.
    at = char === '\\' ? at + 2 : close === '"' && char === "'" ? at + 1 : after(raw, at)
  }
  return raw.length
}

/** `1..3`, `a..e`, `01..10..2`; null where it is none. */
function sequence(text: string): readonly string[] | null {
  const found =
    /^(?:(-?\d{1,9})\.\.(-?\d{1,9})|([a-zA-Z])\.\.([a-zA-Z]))(?:\.\.(-?\d{1,9}))?$/.exec(text)
  if (found === null) return null
  const [, from, to, first, last, by] = found
  const letters = first !== undefined && last !== undefined
  const start = letters ? first.charCodeAt(0) : Number(from)
  const end = letters ? last.charCodeAt(0) : Number(to)
  const step = Math.max(1, Math.abs(Number(by ?? 1)))
  if (Math.abs(end - start) / step > shellLimits.wordsMax) {
    throw new LimitReached('braces make too many words')
  }
  const made: string[] = []
  const padded = [from, to].some((one) => one !== undefined && /^-?0\d/.test(one))
  const width = padded ? Math.max((from ?? '').length, (to ?? '').length) : 0
  for (let at = start; start <= end ? at <= end : at >= end; at += start <= end ? step : -step) {
    made.push(letters ? letter(at) : number(at, width))
  }
  return made
}

/** Between `Z` and `a` are characters that mean something: a backslash is not told from quoting. */
function letter(code: number): string {
  const char = String.fromCharCode(code)
  return /[a-zA-Z]/.test(char) ? char : char === '\\' ? holeMark : `\\${char}`
}

function number(value: number, width: number): string {
  const digits = String(Math.abs(value))
  return value < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0')
}
