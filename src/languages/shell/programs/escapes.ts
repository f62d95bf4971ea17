// Backslashes in the strings of these languages, as far as they agree.
import type { Language } from './program.ts'

const plain: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
}

/** From the backslash at `at`. A raw string keeps it, but before its own end. */
export function unescapeString(
  body: string,
  at: number,
  raw: boolean,
  language: Language,
): { readonly text: string; readonly end: number } {
  const next = body[at + 1] ?? ''
  if (raw) {
    const kept = language === 'python' || !/['\\]/.test(next)
    return { text: kept ? `\\${next}` : next, end: at + 2 }
  }
  const coded =
    /\\(?:x\{?([\da-fA-F]{1,6})\}?|u\{?([\da-fA-F]{1,6})\}?|U([\da-fA-F]{8})|([0-7]{2,3}))/y
  coded.lastIndex = at
  const found = coded.exec(body)
  if (found !== null) {
    const [whole, x, u, long, octal] = found
    // `\x` has two digits, `\u` four, unless they stand in braces.
    const width = whole.includes('{') ? undefined : x !== undefined ? 2 : u !== undefined ? 4 : 8
    const digits = (x ?? u ?? long ?? '').slice(0, width)
    const value = octal === undefined ? Number.parseInt(digits, 16) : Number.parseInt(octal, 8)
    const used = octal === undefined && width !== undefined ? 2 + digits.length : whole.length
    if (value <= 0x10ffff) return { text: String.fromCodePoint(value), end: at + used }
  }
  if (next === '\n') return { text: '', end: at + 2 }
  return { text: plain[next] ?? next, end: at + 2 }
}
