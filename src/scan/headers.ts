// Credentials that follow a word of HTTP and not a name: `Authorization: Bearer …`, `-u user:…`.
import type { Kind, Span } from './found.ts'

export interface HeaderMatch {
  readonly kind: Kind
  readonly span: Span
  readonly reachOf?: string
}

const bearer: Kind = {
  id: 'bearer-token',
  provider: 'unknown',
  says: 'bearer token',
  reach: 'unknown',
  destroys: 'unknown',
}
const basic: Kind = { ...bearer, id: 'basic-password', says: 'password for HTTP' }

const bearerShape = /\b(?:Bearer|bearer)[ \t]+([\w.+/=~-]{20,4096})/g
const basicShape = /\bBasic[ \t]+([A-Za-z0-9+/]{12,1024}={0,2})(?![A-Za-z0-9+/=])/g
const userShape = /(?:^|\s)(?:-u|--user)[ =]?["']?[\w.@+-]{1,80}:([^\s"'`$]{8,256})/gm
const mysqlShape = /\bmysql(?:dump|admin)?\s[^\n]{0,200}?\s-p([^\s"'`$-][^\s"'`]{5,100})/g

export function* headersIn(text: string): Generator<HeaderMatch> {
  if (/bearer/i.test(text)) yield* each(text, bearerShape, bearer)
  if (text.includes('Basic ')) {
    for (const match of each(text, basicShape, basic)) {
      const pair = Buffer.from(text.slice(match.span.start, match.span.end), 'base64')
      if (/^[\x21-\x7e]{1,200}:[\x21-\x7e]{6,200}$/.test(pair.toString('latin1'))) yield match
    }
  }
  yield* each(text, userShape, basic)
  yield* each(text, mysqlShape, {
    ...bearer,
    id: 'mysql-password',
    provider: 'mysql',
    says: 'database password',
    reach: 'database',
    destroys: 'yes',
  })
}

function* each(text: string, shape: RegExp, kind: Kind): Generator<HeaderMatch> {
  for (const match of text.matchAll(shape)) {
    const value = match[1] ?? ''
    const end = match.index + match[0].length
    yield { kind, span: { start: end - value.length, end } }
  }
}
