// SQL of other engines as words: comments taken out as each engine does, strings and names told
// apart, statements split. MySQL and its kin run what stands in `/*! … */`.
// https://dev.mysql.com/doc/refman/8.4/en/comments.html
// https://www.sqlite.org/lang_comment.html

export type Engine = 'mysql' | 'sqlite' | 'other'

export interface SqlWord {
  /** word: bare, as written; name: quoted, without its quotes */
  readonly kind: 'word' | 'name' | 'string' | 'mark'
  readonly text: string
}

export type SqlStatement = readonly SqlWord[]

const charactersMax = 100_000
const statementsMax = 1_000

/** null: it cannot be told apart here. */
export function splitSql(text: string, engine: Engine): readonly SqlStatement[] | null {
  if (text.length > charactersMax || text.includes('\0')) return null
  const opened = engine === 'sqlite' ? text : openRunComments(text, engine)
  if (opened === null) return null
  const words = wordsOf(opened, engine)
  if (words === null) return null
  const statements: SqlWord[][] = [[]]
  for (const word of words) {
    if (word.kind === 'mark' && word.text === ';') statements.push([])
    else statements.at(-1)?.push(word)
  }
  const full = statements.filter((statement) => statement.length > 0)
  return full.length > statementsMax ? null : full
}

/**
 * `/*!50000 DROP … * /` as what it runs. Where such a mark stands in a string or a comment it is
 * not told apart from one that runs: then nothing is known.
 */
function openRunComments(text: string, engine: Engine): string | null {
  if (!/\/\*M?!/.test(text)) return text
  const parts = pieces(text, engine)
  if (parts === null) return null
  return parts
    .map(({ kind, text: piece }) => {
      if (kind !== 'comment' || !/^\/\*M?!/.test(piece)) return piece
      return ` ${piece.replace(/^\/\*M?!\d*/, '').replace(/\*\/$/, '')} `
    })
    .join('')
}

interface Piece {
  readonly kind: 'space' | 'comment' | 'word' | 'name' | 'string' | 'mark'
  readonly text: string
}

function wordsOf(text: string, engine: Engine): readonly SqlWord[] | null {
  const parts = pieces(text, engine)
  if (parts === null) return null
  const words: SqlWord[] = []
  for (const { kind, text: piece } of parts) {
    if (kind === 'space' || kind === 'comment') continue
    words.push({ kind, text: kind === 'name' ? piece.slice(1, -1) : piece })
  }
  return words
}

interface Rule {
  readonly kind: Piece['kind']
  readonly pattern: RegExp
}

const space: Rule = { kind: 'space', pattern: /\s+/y }
const block: Rule = { kind: 'comment', pattern: /\/\*[^]*?(?:\*\/|$)/y }
const dashes: Rule = { kind: 'comment', pattern: /--[^\n]*/y }
/** MySQL wants a blank after the dashes: `1--1` is a sum. */
const dashesBlank: Rule = { kind: 'comment', pattern: /--(?:[\s\0-\x1f][^\n]*|$)/y }
const hash: Rule = { kind: 'comment', pattern: /#[^\n]*/y }
const backtick: Rule = { kind: 'name', pattern: /`(?:[^`]|``)*`/y }
const bracket: Rule = { kind: 'name', pattern: /\[[^\]]*\]/y }
const double: Rule = { kind: 'name', pattern: /"(?:[^"]|"")*"/y }
const doubleEscaped: Rule = { kind: 'string', pattern: /"(?:[^"\\]|\\[^]|"")*"/y }
const single: Rule = { kind: 'string', pattern: /'(?:[^']|'')*'/y }
const singleEscaped: Rule = { kind: 'string', pattern: /'(?:[^'\\]|\\[^]|'')*'/y }
/** Whether a backslash escapes is not known: a string that has one is not read. */
const singlePlain: Rule = { kind: 'string', pattern: /'(?:[^'\\]|'')*'/y }
const doublePlain: Rule = { kind: 'name', pattern: /"(?:[^"\\]|"")*"/y }
const dollars: Rule = { kind: 'string', pattern: /\$\$[^]*?\$\$/y }
const word: Rule = { kind: 'word', pattern: /[\p{L}\p{N}_$@.]+/uy }
/** A line of its own sends what stands before it, in SQL Server's tools. */
const go: Rule = { kind: 'mark', pattern: /\bGO\b(?=[ \t\r]*(?:\n|$))/iy }
const mark: Rule = { kind: 'mark', pattern: /[^]/y }

const rules: Readonly<Record<Engine, readonly Rule[]>> = {
  mysql: [space, block, dashesBlank, hash, backtick, doubleEscaped, singleEscaped, word, mark],
  sqlite: [space, block, dashes, backtick, bracket, double, single, word, mark],
  other: [space, block, dashes, backtick, doublePlain, singlePlain, dollars, go, word, mark],
}

/** What opens a name or a string, where none ends. */
const unclosed: Readonly<Record<Engine, RegExp>> = {
  mysql: /['"`]/,
  sqlite: /['"`[]/,
  other: /['"`]/,
}

function pieces(text: string, engine: Engine): readonly Piece[] | null {
  const found: Piece[] = []
  let at = 0
  while (at < text.length) {
    const piece = next(text, at, rules[engine])
    if (piece === null) return null
    // A quote that is never closed, or one that this engine may read otherwise.
    if (piece.kind === 'mark' && unclosed[engine].test(piece.text)) return null
    found.push(
      /^go$/i.test(piece.text) && piece.kind === 'mark' ? { kind: 'mark', text: ';' } : piece,
    )
    at += piece.text.length
  }
  return found
}

function next(text: string, at: number, from: readonly Rule[]): Piece | null {
  for (const { kind, pattern } of from) {
    pattern.lastIndex = at
    const [found] = pattern.exec(text) ?? []
    if (found !== undefined && found !== '') return { kind, text: found }
  }
  return null
}
