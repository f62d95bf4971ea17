// Words of python, node, perl, ruby and php: names, numbers, strings with what is put into them,
// and signs. Not their grammars: enough to see calls and what they are given.
import { LimitReached } from '../limits.ts'
import { unescapeString } from './escapes.ts'
import type { Language } from './program.ts'

export type Token =
  | Readonly<{ kind: 'name' | 'number' | 'sign'; text: string }>
  /** strings are text, the rest is source of the same language */
  | Readonly<{
      kind: 'string'
      parts: readonly (string | Readonly<{ source: string }>)[]
      command: boolean
    }>
  | Readonly<{ kind: 'line' }>

export const programLimits = { textMax: 65_536, tokensMax: 20_000, depthMax: 60 } as const

type Parts = Extract<Token, { kind: 'string' }>['parts']

export function tokensOf(source: string, language: Language): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < source.length) {
    if (tokens.length > programLimits.tokensMax) throw new LimitReached('a program is too long')
    const next = tokenAt(source, at, language, tokens.at(-1))
    if (next.token !== null) tokens.push(next.token)
    at = Math.max(at + 1, next.end)
  }
  return tokens
}

interface Next {
  readonly token: Token | null
  readonly end: number
}

const comments: Readonly<Record<Language, RegExp>> = {
  python: /#[^\n]*/y,
  node: /\/\/[^\n]*|\/\*[\s\S]*?\*\//y,
  perl: /#[^\n]*/y,
  ruby: /#[^\n]*/y,
  php: /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\/|<\?php|<\?=?|\?>/y,
}

const sign = /=>|->|::|\?\.|\*\*|\.\.\.|==+|!=+|<=|>=|&&|\|\||\+=|-=|\.=|\*=|\/=|:=|[^\s\w]/y
const names = {
  plain: /[A-Za-z_$][\w$]*/y,
  sigil: /[$@%&]?[A-Za-z_]\w*|[$@][\W\d]/y,
  symbol: /[@$]{0,2}[A-Za-z_]\w*[!?]?/y,
}

function match(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at
  return pattern.exec(source)?.[0] ?? null
}

function tokenAt(source: string, at: number, language: Language, last: Token | undefined): Next {
  const char = source[at] ?? ''
  if (char === '\n') return { token: { kind: 'line' }, end: at + 1 }
  if (/\s/.test(char)) return { token: null, end: at + 1 }
  if (char === '\\' && source[at + 1] === '\n') return { token: null, end: at + 2 }
  const comment = match(comments[language], source, at)
  if (comment !== null) return { token: null, end: at + comment.length }
  const quoted = stringAt(source, at, language)
  if (quoted !== null) return quoted
  if (/\d/.test(char)) {
    const number = match(/0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d+)?/y, source, at) ?? char
    return { token: { kind: 'number', text: number }, end: at + number.length }
  }
  if (char === '/' && (language === 'node' || language === 'ruby' || language === 'perl')) {
    const pattern = isValue(last)
      ? null
      : match(/\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y, source, at)
    if (pattern !== null)
      return { token: { kind: 'name', text: '(pattern)' }, end: at + pattern.length }
  }
  const grammar =
    language === 'ruby'
      ? names.symbol
      : language === 'perl' || language === 'php'
        ? names.sigil
        : names.plain
  const name = match(grammar, source, at)
  if (name !== null) return { token: { kind: 'name', text: name }, end: at + name.length }
  const found = match(sign, source, at) ?? char
  return { token: { kind: 'sign', text: found }, end: at + found.length }
}

function isValue(token: Token | undefined): boolean {
  if (token === undefined || token.kind === 'line') return false
  return token.kind === 'sign' ? /^[)\]}]$/.test(token.text) : true
}

interface Quote {
  readonly open: RegExp
  /** the raw kind takes no escapes but of its own end */
  readonly raw: boolean
  /** what is put into it */
  readonly inside: 'none' | 'braces' | 'dollar-braces' | 'hash-braces' | 'dollar'
  readonly command?: true
}

const quotes: Readonly<Record<Language, readonly Quote[]>> = {
  python: [
    { open: /(?:[rR][bB]|[bB][rR]|[rR])("""|'''|"|')/y, raw: true, inside: 'none' },
    { open: /(?:[fF][rR]|[rR][fF])("""|'''|"|')/y, raw: true, inside: 'braces' },
    { open: /[fF]("""|'''|"|')/y, raw: false, inside: 'braces' },
    { open: /[bBuU]?("""|'''|"|')/y, raw: false, inside: 'none' },
  ],
  node: [
    { open: /(["'])/y, raw: false, inside: 'none' },
    { open: /(`)/y, raw: false, inside: 'dollar-braces' },
  ],
  perl: [
    { open: /(')/y, raw: true, inside: 'none' },
    { open: /q\s?([({[<|/!~])/y, raw: true, inside: 'none' },
    { open: /(")/y, raw: false, inside: 'dollar' },
    { open: /qq\s?([({[<|/!~])/y, raw: false, inside: 'dollar' },
    { open: /(`)/y, raw: false, inside: 'dollar', command: true },
    { open: /qx\s?([({[<|/!~'])/y, raw: false, inside: 'dollar', command: true },
  ],
  ruby: [
    { open: /(')/y, raw: true, inside: 'none' },
    { open: /%q([({[<|!])/y, raw: true, inside: 'none' },
    { open: /(")/y, raw: false, inside: 'hash-braces' },
    { open: /%Q?([({[<|!])/y, raw: false, inside: 'hash-braces' },
    { open: /(`)/y, raw: false, inside: 'hash-braces', command: true },
    { open: /%x([({[<|!/])/y, raw: false, inside: 'hash-braces', command: true },
  ],
  php: [
    { open: /(')/y, raw: true, inside: 'none' },
    { open: /(")/y, raw: false, inside: 'dollar' },
    { open: /(`)/y, raw: false, inside: 'dollar', command: true },
  ],
}

const closers: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']', '<': '>' }

function stringAt(source: string, at: number, language: Language): Next | null {
  for (const quote of quotes[language]) {
    quote.open.lastIndex = at
    const opened = quote.open.exec(source)
    if (opened === null) continue
    const open = opened[1] ?? ''
    const start = at + opened[0].length
    const end = closing(source, start, open)
    const parts = partsOf(source.slice(start, end), quote, language)
    const length = open.length
    return { token: { kind: 'string', parts, command: quote.command === true }, end: end + length }
  }
  return null
}

function closing(source: string, start: number, open: string): number {
  const close = closers[open] ?? open
  let depth = 0
  for (let at = start; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source.startsWith(close, at) && depth === 0) return at
    else if (close !== open && source[at] === open) depth++
    else if (close !== open && source[at] === close) depth--
  }
  return source.length
}

const inserts = {
  none: /$^/y,
  braces: /\{\{|\}\}|\{([^{}]*)\}/y,
  'dollar-braces': /\$\{((?:[^{}]|\{[^{}]*\})*)\}/y,
  'hash-braces': /#\{((?:[^{}]|\{[^{}]*\})*)\}/y,
  dollar: /\{?([$@]\{?\w+\}?(?:(?:->)?[[{][^\]}]*[\]}])*)\}?/y,
} as const

function partsOf(body: string, quote: Quote, language: Language): Parts {
  const parts: (string | { source: string })[] = []
  let plain = ''
  for (let at = 0; at < body.length;) {
    if (body[at] === '\\' && at + 1 < body.length) {
      const escape = unescapeString(body, at, quote.raw, language)
      plain += escape.text
      at = escape.end
      continue
    }
    const pattern = inserts[quote.inside]
    pattern.lastIndex = at
    const found = quote.inside === 'none' ? null : pattern.exec(body)
    if (found === null) {
      plain += body[at] ?? ''
      at++
      continue
    }
    at += found[0].length
    if (found[1] === undefined) plain += found[0].slice(1)
    else {
      const inner =
        quote.inside === 'braces'
          ? found[1].replace(/(![rsa])?(:[^:]*)?$/, '')
          : found[1].replace(/^(\$)\{(\w+)\}$/, '$1$2')
      parts.push(plain, { source: inner })
      plain = ''
    }
  }
  return [...parts, plain]
}
