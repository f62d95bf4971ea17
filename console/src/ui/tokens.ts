// Text in pieces to colour. The readings are exact where a wrong one could mislead: what is painted
// as a comment or a string is one for the server too. General highlighters are not: they take `#`
// for a comment and `\'` for an escape in SQL, so that a live DROP can be painted as a comment.
// Every rule is linear in the text.
// https://www.postgresql.org/docs/current/sql-syntax-lexical.html
// https://spec.graphql.org/October2021/#sec-Language.Source-Text
import { inertPieces } from '../../../src/wire/inert.ts'

export type Language = 'graphql' | 'sql' | 'json' | 'http' | 'cedar' | 'yaml' | 'text'

/** grave: a word that destroys or disarms, wherever it stands as a word of the language */
export type Tone = 'comment' | 'string' | 'number' | 'keyword' | 'grave' | 'name' | 'plain'

export interface Token {
  readonly tone: Tone
  readonly text: string
}

/** A token's text made harmless; escape: stands for one character that was taken out. */
export interface Painted extends Token {
  readonly escape: boolean
}

/** longer texts are shown without colour, as whole as ever, and at once: colours cost seconds then */
export const colouredMax = 30_000

/** The text in order, nothing left out, ready to be shown. */
export function paint(text: string, language: Language): readonly Painted[] {
  const tokens = tokensOf(text, language)
  const painted: Painted[] = []
  let [token, tokenEnd, at] = [0, tokens[0]?.text.length ?? 0, 0]
  const skipTo = (offset: number): void => {
    while (tokenEnd <= offset && token < tokens.length - 1) {
      token += 1
      tokenEnd += tokens[token]?.text.length ?? 0
    }
  }
  // The whole text is made inert at once: a look-alike is one by the word it stands in.
  for (const piece of inertPieces(text, true)) {
    const escape = piece.kind === 'escape'
    const length = escape ? characterAt(text, at).length : piece.text.length
    for (const end = at + length; at < end;) {
      skipTo(at)
      const until = Math.min(tokenEnd, end)
      const shown = escape ? piece.text : text.slice(at, until)
      painted.push({ tone: tokens[token]?.tone ?? 'plain', text: shown, escape })
      at = escape ? end : until
    }
  }
  return painted
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0)
}

/** Joined, they are the text again. */
export function tokensOf(text: string, language: Language): readonly Token[] {
  const rules = rulesOf[language]
  if (rules.length === 0 || text.length > colouredMax) return [{ tone: 'plain', text }]
  const tokens: Token[] = []
  let plainFrom = 0
  for (let at = 0; at < text.length;) {
    const found = match(rules, text, at)
    if (found === null) {
      at += 1
      continue
    }
    if (plainFrom < at) tokens.push({ tone: 'plain', text: text.slice(plainFrom, at) })
    tokens.push(found)
    at += found.text.length
    plainFrom = at
  }
  if (plainFrom < text.length) tokens.push({ tone: 'plain', text: text.slice(plainFrom) })
  return tokens
}

type Rule = readonly [read: RegExp | Scan, tone: Tone | ((found: string) => Tone)]
/** Where the token that begins here ends; its start where none does. */
type Scan = (text: string, at: number) => number

function match(rules: readonly Rule[], text: string, at: number): Token | null {
  for (const [read, tone] of rules) {
    const end = typeof read === 'function' ? read(text, at) : sticky(read, text, at)
    if (end <= at) continue
    const found = text.slice(at, end)
    return { tone: typeof tone === 'function' ? tone(found) : tone, text: found }
  }
  return null
}

function sticky(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

/** Comments of PostgreSQL nest; one that is not closed is all the rest. */
function nestedComment(text: string, at: number): number {
  if (!text.startsWith('/*', at)) return at
  const edge = /\/\*|\*\//g
  edge.lastIndex = at + 2
  for (let depth = 1; ;) {
    const found = edge.exec(text)
    if (found === null) return text.length
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
}

/** `$tag$ … $tag$` */
function dollarQuoted(text: string, at: number): number {
  const open = /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy
  const from = sticky(open, text, at)
  if (from === at) return at
  const close = text.indexOf(text.slice(at, from), from)
  return close < 0 ? text.length : close + (from - at)
}

const graveSql = words('alter delete drop grant revoke truncate update merge cascade disable')
const keywordsSql = words(
  `add all analyze and as asc begin between by case check cluster column commit comment
  constraint copy create cross database default deferrable desc distinct do else end except execute
  exists extension false foreign from full function group having if in index inner insert into is
  join key lateral left like ilike limit lock materialized natural not null offset on or order
  outer over owner partition primary privileges procedure public recursive references reindex
  rename reset restrict returning right rollback row rule schema select sequence set show table
  tablespace temporary then to trigger true type union unique user using vacuum values view when
  where with`,
)

const number = /\d[\w.]*/y

const rulesOf: Readonly<Record<Language, readonly Rule[]>> = {
  sql: [
    [/--[^\n\r]*/y, 'comment'],
    [nestedComment, 'comment'],
    [/[eE]'(?:[^'\\]|''|\\[^])*(?:'|$)/y, 'string'],
    [/(?:[uU]&|[bBxXnN])?'(?:[^']|'')*(?:'|$)/y, 'string'],
    [/(?:[uU]&)?"(?:[^"]|"")*(?:"|$)/y, 'name'],
    [dollarQuoted, 'string'],
    [/\$\d+/y, 'name'],
    [number, 'number'],
    [/[a-zA-Z_\u0080-\uffff][\w$\u0080-\uffff]*/y, sqlWord],
  ],
  graphql: [
    [/#[^\n\r]*/y, 'comment'],
    [/"""(?:\\"""|(?!""")[^])*(?:"""|$)/y, 'string'],
    [/"(?:[^"\\\n\r]|\\[^\n\r])*"?/y, 'string'],
    [/[$@][_A-Za-z]\w*/y, 'name'],
    [/-?\d[\w.]*/y, 'number'],
    [/[_A-Za-z]\w*/y, graphqlWord],
  ],
  json: [
    [/"(?:[^"\\\n\r]|\\[^\n\r])*"(?=[ \t\n\r]{0,99}:)/y, 'name'],
    [/"(?:[^"\\\n\r]|\\[^\n\r])*"?/y, 'string'],
    [/-?\d[\w.+-]*/y, 'number'],
    [/(?:true|false|null)\b/y, 'keyword'],
  ],
  http: [
    [/(?<![^\n])[A-Z]+(?= )/y, (found) => (found === 'DELETE' ? 'grave' : 'keyword')],
    [/(?<![^\n])[\w!#$%&'*+.^`|~-]+(?=:)/y, 'name'],
  ],
  cedar: [
    [/\/\/[^\n\r]*/y, 'comment'],
    [/"(?:[^"\\]|\\[^])*"?/y, 'string'],
    [/@\w+/y, 'name'],
    [number, 'number'],
    [/[_A-Za-z]\w*/y, cedarWord],
  ],
  yaml: [
    [/(?<!\S)#[^\n\r]*/y, 'comment'],
    [/"(?:[^"\\]|\\[^])*"?/y, 'string'],
    [/(?<=[\s[{,])'(?:[^']|'')*'?/y, 'string'],
    [/[\w.-]+(?=:(?:\s|$))/y, 'name'],
    [/(?<![\w.-])(?:true|false|null)(?![\w.-])/y, 'keyword'],
    [/(?<![\w.-])\d[\d_.]*(?![\w.-])/y, 'number'],
    [/[\w.-]+/y, 'plain'],
  ],
  text: [],
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/))
}

function sqlWord(found: string): Tone {
  const word = found.toLowerCase()
  if (graveSql.has(word)) return 'grave'
  return keywordsSql.has(word) ? 'keyword' : 'plain'
}

const keywordsGraphql = words('query mutation subscription fragment on true false null')

function graphqlWord(found: string): Tone {
  if (keywordsGraphql.has(found)) return 'keyword'
  return /(?:delete|destroy|remove|wipe|reset|restore|disable)/i.test(found) ? 'grave' : 'plain'
}

const keywordsCedar = words(
  'permit forbid when unless principal action resource context in is if then else like has true false',
)

function cedarWord(found: string): Tone {
  if (found === 'forbid') return 'grave'
  return keywordsCedar.has(found) ? 'keyword' : 'plain'
}
