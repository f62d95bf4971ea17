// Other ways in which a text says something: in pieces that are joined, in base64, percent-encoded.
// Each is read as if it stood there plainly; what is found in it is all of the encoded run.
import type { Span } from './found.ts'

export interface View {
  readonly text: string
  /** where a span of the view stands in the text */
  at(span: Span): Span
}

const runsMax = 2000
const runCharactersMin = 32
const runCharactersMax = 16_384
const percentRun = /(?:%[0-9A-Fa-f]{2}[\w.~+/:@?=&-]{0,2048}){3,1024}/g
const wordUnit = /[\w.~+-]/
const wordCharactersMax = 256
const printable = /^[\x09\x0a\x0d\x20-\x7e]{20,}$/

/** What the text carries in base64, once or twice over, where that is printable. */
export function* base64Views(text: string): Generator<View> {
  let count = 0
  for (const whole of base64Runs(text)) {
    if (++count > runsMax) return
    const decoded = decodeBase64(text.slice(whole.start, whole.end))
    if (decoded === null) continue
    yield { text: decoded, at: () => whole }
    for (const inner of base64Runs(decoded)) {
      const again = decodeBase64(decoded.slice(inner.start, inner.end))
      if (again !== null) yield { text: again, at: () => whole }
    }
  }
}

/** Looks at every 32nd character only, until one may be in a run that is long enough. */
function* base64Runs(text: string): Generator<Span> {
  let start = 0
  while (start + runCharactersMin <= text.length) {
    let at = start + runCharactersMin - 1
    while (at >= start && isBase64(text.charCodeAt(at))) at -= 1
    if (at >= start) {
      start = at + 1
      continue
    }
    let end = start + runCharactersMin
    while (end < text.length && isBase64(text.charCodeAt(end))) end += 1
    const next = end
    while (end < next + 2 && text.charAt(end) === '=') end += 1
    if (end - start <= runCharactersMax) yield { start, end }
    start = end + 1
  }
}

/** Of both alphabets: `+/` and `-_`. */
function isBase64(unit: number): boolean {
  if (unit >= 97) return unit <= 122
  if (unit >= 65) return unit <= 90 || unit === 95
  return (unit >= 47 && unit <= 57) || unit === 43 || unit === 45
}

function decodeBase64(run: string): string | null {
  // The first quartet alone tells most of what is no text.
  const lead = Buffer.from(run.slice(0, 8), 'base64').toString('latin1')
  if (!/^[\x09\x0a\x0d\x20-\x7e]+$/.test(lead)) return null
  const decoded = Buffer.from(run, 'base64').toString('latin1')
  return printable.test(decoded) ? decoded : null
}

export function* percentViews(text: string): Generator<View> {
  if (!/%(?:3A|3D|2F|40|5F|7C)/i.test(text)) return
  let count = 0
  for (const match of text.matchAll(percentRun)) {
    if (++count > runsMax) return
    let start = match.index
    // Not by the pattern: it would look at a long word once for each of its letters.
    const least = Math.max(0, start - wordCharactersMax)
    while (start > least && wordUnit.test(text.charAt(start - 1))) start -= 1
    const whole = { start, end: match.index + match[0].length }
    try {
      yield { text: decodeURIComponent(text.slice(start, whole.end)), at: () => whole }
    } catch {
      continue
    }
  }
}

// No two neighbours that take the same characters: a table of padded cells would take for ever.
const seam =
  /["'`][ \t]{0,16}(?:[+&\\]|\.\.?)[ \t]{0,16}(?:\r?\n[ \t]{0,64})?["'`]|["'`][ \t]{0,16}\r?\n[ \t]{0,64}(?:(?:[+&]|\.\.?)[ \t]{0,16})?["'`]|\\\r?\n[ \t]{0,64}/g

/** The text with its seams taken out: `'ab' + 'cd'`, a line that ends in a backslash. */
export function joinedView(text: string): View | null {
  if (text.search(seam) === -1) return null
  const kept: { from: number; at: number; length: number }[] = []
  let joined = ''
  let from = 0
  const keep = (to: number): void => {
    if (to > from) kept.push({ from, at: joined.length, length: to - from })
    joined += text.slice(from, to)
  }
  for (const match of text.matchAll(seam)) {
    keep(match.index)
    from = match.index + match[0].length
  }
  keep(text.length)
  const origin = (offset: number): number => {
    const piece = kept.findLast(({ at }) => at <= offset)
    return piece === undefined ? 0 : piece.from + Math.min(offset - piece.at, piece.length)
  }
  const at = ({ start, end }: Span): Span => ({ start: origin(start), end: origin(end - 1) + 1 })
  return { text: joined, at }
}

/** Escapes of strings inside strings, of the same length: a value begins after `\n` too. */
export function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(/\\{1,8}[nrt"']/g, (escape) => {
    const last = escape.at(-1) ?? ''
    const quote = last === '"' || last === "'"
    return quote ? last.padStart(escape.length) : '\n'.repeat(escape.length)
  })
}
