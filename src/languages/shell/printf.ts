// What `printf` and `echo` write, of words that are known.
import { concat, hole, known, textOf } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
}

/**
 * Backslashes as `printf` reads them; null where shells differ or bytes make no text. `zero`: an
 * octal number may begin with one, as in `%b` and `echo -e`.
 */
export function unescaped(text: string, zero = false): string | null {
  const octal = zero ? '0[0-7]{0,3}|[1-7][0-7]{0,2}' : '[0-7]{1,3}'
  const hex = 'x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}'
  const parts = text.split(new RegExp(`\\\\(${hex}|${octal}|.|$)`, 's'))
  const made = parts.map((part, i) => (i % 2 === 0 ? part : (escapes[part] ?? coded(part))))
  return made.includes(null) ? null : made.join('')
}

function coded(code: string): string | null {
  const value = Number.parseInt(
    /^[xuU]/.test(code) ? code.slice(1) : code,
    /^[xuU]/.test(code) ? 16 : 8,
  )
  return value > 0 && value <= 0x7f ? String.fromCharCode(value) : null
}

/** `printf format words…` */
export function formatted(fields: readonly Field[]): Pieces {
  const [format, ...words] = fields
  if (format?.text === undefined || format.text === null) return hole
  if (fields.some((field) => field.loose === true || field.glob)) return hole
  const parts = format.text.split(/(%%|%[-+ #0]*(?:\d+|\*)?(?:\.\d*|\.\*)?[a-zA-Z(])/)
  const takes = parts.filter((part, i) => i % 2 === 1 && part !== '%%').length
  const rounds = takes === 0 ? 1 : Math.max(1, Math.ceil(words.length / takes))
  if (rounds > 512) return hole
  const made: Pieces[] = []
  let at = 0
  for (let round = 0; round < rounds; round++) {
    for (const [i, part] of parts.entries()) {
      if (part === '%%') made.push(['%'])
      else if (i % 2 === 1) made.push(converted(part, words[at++]))
      else {
        const text = part.includes('%') ? null : unescaped(part)
        if (text === null) return hole
        made.push(known(text))
      }
    }
  }
  return concat(...made)
}

function converted(conversion: string, word: Field | undefined): Pieces {
  if (conversion === '%s') return word?.pieces ?? []
  const text = word === undefined ? '' : textOf(word.pieces)
  if (text === null) return hole
  const padded = /^%(-?)(\d{1,3})?(?:\.(\d{1,3}))?s$/.exec(conversion)
  if (padded !== null) {
    const [, left, width, most] = padded
    const cut = most === undefined ? text : text.slice(0, Number(most))
    // Widths are of bytes.
    if (!/^[\0-\x7f]*$/.test(text)) return hole
    return known(left === '-' ? cut.padEnd(Number(width ?? 0)) : cut.padStart(Number(width ?? 0)))
  }
  if (conversion === '%b') {
    const value = text.includes('\\c') ? null : unescaped(text, true)
    return value === null ? hole : known(value)
  }
  if (conversion === '%c')
    return /^[\0-\x7f]/.test(text) ? known(text.slice(0, 1)) : text === '' ? [] : hole
  if (/^%[di]$/.test(conversion)) {
    return /^-?(0|[1-9]\d{0,14})$/.test(text) ? known(text) : text === '' ? ['0'] : hole
  }
  const base = ({ '%x': 16, '%o': 8, '%X': 16 } as const)[conversion]
  if (base === undefined || !/^(0|[1-9]\d{0,14})$/.test(text)) return hole
  const digits = Number(text).toString(base)
  return known(conversion === '%X' ? digits.toUpperCase() : digits)
}

/** `echo`: with a backslash, what it does is the shell's own taste, unless `-e` says. */
export function echoed(fields: readonly Field[]): Pieces {
  let at = 0
  let escaped = false
  let newline = true
  for (; /^-[neE]+$/.test(fields[at]?.text ?? ''); at++) {
    const options = fields[at]?.text ?? ''
    if (options.includes('n')) newline = false
    if (options.includes('e')) escaped = true
    if (options.includes('E')) escaped = false
  }
  const [first] = fields.slice(at)
  if (
    first?.text === null &&
    (first.pieces[0] === null || first.pieces[0]?.startsWith('-') === true)
  )
    return hole
  const words = fields.slice(at).map((field): Pieces => (field.glob ? hole : field.pieces))
  const text = concat(...words.map((word, i): Pieces => (i === 0 ? word : concat([' '], word))))
  const end: Pieces = newline ? ['\n'] : []
  if (!text.some((piece) => piece?.includes('\\') === true)) return concat(text, end)
  const whole = escaped ? textOf(text) : null
  const value = whole === null || whole.includes('\\c') ? null : unescaped(whole, true)
  return value === null ? hole : concat(known(value), end)
}
