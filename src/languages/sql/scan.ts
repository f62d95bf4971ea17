// What is looked at before a text reaches the parser, and where its statements lie. Nothing here
// decides what a text means: counts are upper bounds, whatever is a comment and whatever a literal.

export interface SqlLimits {
  readonly charactersMax: number
  /** openings of block comments: nested ones take time by the square of their depth */
  readonly commentsMax: number
  /** words, numbers and signs, roughly; an expression is as deep as it has terms */
  readonly tokensMax: number
}

/** What may be parsed where others wait for it. */
export const lightLimits: SqlLimits = { charactersMax: 8192, commentsMax: 64, tokensMax: 1200 }
/** What may be parsed at all, elsewhere and against the clock. */
export const heavyLimits: SqlLimits = {
  charactersMax: 1_048_576,
  commentsMax: 512,
  tokensMax: 200_000,
}

/** Why a text is over the limits; null when it is not. */
export function overLimits(text: string, limits: SqlLimits): string | null {
  if (text.length > limits.charactersMax) return `longer than ${limits.charactersMax} characters`
  if (countOf(text, '/*', limits.commentsMax) > limits.commentsMax) {
    return `more than ${limits.commentsMax} block comments`
  }
  if (text.length > limits.tokensMax && tokensIn(text) > limits.tokensMax) {
    return `more than ${limits.tokensMax} words and signs`
  }
  return null
}

/** Why no server would take it as it is; null when one would. */
export function unsendable(text: string): string | null {
  if (text.includes('\0')) return 'a NUL character'
  return text.isWellFormed() ? null : 'half of a surrogate pair'
}

function countOf(text: string, piece: string, enough: number): number {
  let count = 0
  for (let at = text.indexOf(piece); at !== -1; at = text.indexOf(piece, at + 1)) {
    if (++count > enough) break
  }
  return count
}

/** Runs of letters and digits count once, every other character that is no space counts. */
function tokensIn(text: string): number {
  let count = 0
  let inWord = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isWord =
      (code >= 97 && code <= 122) ||
      (code >= 48 && code <= 57) ||
      (code >= 65 && code <= 90) ||
      code === 95 ||
      code > 127
    if (isWord ? !inWord : code > 32) count++
    inWord = isWord
  }
  return count
}

/** Offsets in UTF-8 to offsets in UTF-16, asked in rising order. */
export function createOffsets(text: string): (bytes: number) => number {
  let at = 0
  let seen = 0
  return (bytes) => {
    if (bytes < seen) {
      at = 0
      seen = 0
    }
    while (seen < bytes && at < text.length) {
      const point = text.codePointAt(at) ?? 0
      seen += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
      at += point < 0x10000 ? 1 : 2
    }
    return at
  }
}

/** Where the first token is, from `start` on: past white space and comments. */
export function firstToken(text: string, start: number, end: number): number {
  let at = start
  for (;;) {
    while (at < end && ' \t\n\r\f\v'.includes(text.charAt(at))) at++
    if (text.startsWith('--', at)) {
      while (at < end && text.charAt(at) !== '\n' && text.charAt(at) !== '\r') at++
    } else if (text.startsWith('/*', at)) {
      at = endOfComment(text, at, end)
    } else return Math.min(at, end)
  }
}

function endOfComment(text: string, start: number, end: number): number {
  let depth = 0
  let at = start
  while (at < end) {
    if (text.startsWith('/*', at)) depth++
    else if (text.startsWith('*/', at)) depth--
    else {
      at++
      continue
    }
    at += 2
    if (depth === 0) break
  }
  return at
}
