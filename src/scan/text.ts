// Credentials in one text: pure, with limits, no value in what it answers.
import { addressesIn } from './addresses.ts'
import { assignmentsIn } from './assignments.ts'
import type { Assignment } from './assignments.ts'
import { natureOf } from './file-nature.ts'
import type { Nature } from './file-nature.ts'
import type { Found, Kind, Span } from './found.ts'
import { headersIn } from './headers.ts'
import { keptMatches } from './kept-rules.ts'
import { entropyOf, isPlaceholder, isRandom, looksSecret, uuidPattern } from './look-alikes.ts'
import { nameOf, namedRows, publicName, secretName, unnamed } from './named-rows.ts'
import { originOf } from './origins.ts'
import type { Origin } from './origins.ts'
import { privateKeysIn } from './private-keys.ts'
import { tokenRows } from './token-rows.ts'
import { base64Views, joinedView, percentViews, unescaped } from './views.ts'
import type { View } from './views.ts'
import { webTokensIn } from './web-tokens.ts'

/** A text is read in windows of this many characters; what is longer than the overlap may be cut. */
const windowCharacters = 1_048_576
const overlapCharacters = 16_384

/** As many are answered for one text, and no more. */
export const foundMax = 5000

/** What a name is given that is longer is a document. */
const valueCharactersMax = 4096

/** One thing found, before it is known on which line. */
interface Match {
  readonly kind: Kind
  readonly span: Span
  readonly around?: Span
  readonly key?: string
  readonly prefix?: string
  readonly reachOf?: string | null
  readonly expiresAt?: number | null
  readonly form?: 'encoded'
}

interface Context {
  readonly nature: Nature
  /** what the file itself says about what is in it; null for nothing */
  readonly origin: Origin | null
  /** the provider that the text speaks to, where it speaks to one whose tokens have no shape */
  readonly spokenTo: Kind | null
}

/**
 * The credentials that a text holds, in order, none overlapping. The path tells the format and what
 * is known of such a file; the disk is not touched. `span` is exactly the value, so that a mask can
 * stand in its place.
 */
export function findInText(path: string, text: string): readonly Found[] {
  const context = { nature: natureOf(path, text), origin: originOf(path), spokenTo: spokenTo(text) }
  const matches: Match[] = []
  const step = windowCharacters - overlapCharacters
  for (let from = 0; from === 0 || from + overlapCharacters < text.length; from += step) {
    const window =
      from === 0 && text.length <= windowCharacters
        ? text
        : text.slice(from, from + windowCharacters)
    for (const match of matchesIn(window, context)) {
      matches.push(moved(match, from))
      if (matches.length >= foundMax) return numbered(text, apart(matches))
    }
  }
  return numbered(text, apart(matches))
}

/** Leases of Holdpoint in a text, which are what should be there. */
export function countLeases(text: string): number {
  return text.includes('hpl_') ? (text.match(/(?<![A-Za-z0-9])hpl_[\w-]{20,}/g)?.length ?? 0) : 0
}

/** The surest first: of two that overlap, the earlier stays. */
function* matchesIn(text: string, context: Context): Generator<Match> {
  const plain = unescaped(text)
  yield* sureIn(plain, context)
  yield* encodedIn(plain, text, context)
  if (context.nature === 'lock') return
  yield* named(plain, context)
}

/** What its own form gives away. */
function* sureIn(text: string, context: Context): Generator<Match> {
  yield* keysIn(text, context)
  yield* tokensIn(text)
  for (const { kind, span, prefix } of keptMatches(text)) {
    const value = text.slice(span.start, span.end)
    if (!isPlaceholder(value) && entropyOf(value) >= 2.8) yield { kind, span, prefix }
  }
  yield* webTokens(text, context)
  for (const { kind, span, around, reachOf } of addressesIn(text)) {
    if (context.nature === 'example' && kind.reach !== 'database') continue
    yield { kind, span, around, reachOf }
  }
  if (context.origin !== null) yield* wholly(text, context.origin)
}

/** Files of which no name tells what is secret: by where in them it stands. */
function* wholly(text: string, { form, kind }: Origin): Generator<Match> {
  if (form === 'whole') {
    const value = /^\s*([\x21-\x7e]{16,4096})\s*$/.exec(text)?.[1]
    if (value === undefined || isPlaceholder(value)) return
    const start = text.indexOf(value)
    yield { kind, span: { start, end: start + value.length } }
  }
  if (form !== 'pgpass') return
  // hostname:port:database:username:password, with `\:` and `\\` for those in a value
  const line =
    /^(?!#)((?:\\.|[^:\\\n])+):((?:\\.|[^:\\\n])+):((?:\\.|[^:\\\n])+):(?:\\.|[^:\\\n])+:([^\n\r]+)/gm
  for (const match of text.matchAll(line)) {
    const [whole, host = '', , database = '', password = ''] = match
    const end = match.index + whole.length
    if (isPlaceholder(password)) continue
    const reachOf = /^[\w.-]{1,80}$/.test(host) ? `${host}/${database}` : null
    yield { kind, span: { start: end - password.length, end }, reachOf }
  }
}

function* keysIn(text: string, { nature, origin }: Context): Generator<Match> {
  // Keys of tests and of libraries open nothing.
  if (nature === 'example') return
  for (const { kind, span, reachOf } of privateKeysIn(text)) {
    const known = kind.provider === 'unknown' && kind.reach === 'unknown' ? origin?.kind : undefined
    yield { kind: known ?? kind, span, reachOf }
  }
}

const prefixes = new RegExp(
  tokenRows.map(({ prefix }) => prefix.replace(/[.\\+*?^$|()[\]{}]/g, '\\$&')).join('|'),
  'g',
)

/** A token begins a word; in a URL it may follow an encoded character. */
function begins(text: string, at: number): boolean {
  if (at === 0 || !/[A-Za-z0-9]/.test(text.charAt(at - 1))) return true
  return /%[0-9A-F]{2}$/.test(text.slice(Math.max(0, at - 3), at))
}

function* tokensIn(text: string): Generator<Match> {
  for (const { index } of text.matchAll(prefixes)) {
    if (!begins(text, index)) continue
    for (const row of tokenRows) {
      if (!text.startsWith(row.prefix, index)) continue
      row.pattern.lastIndex = index
      const [token] = row.pattern.exec(text) ?? []
      if (token === undefined) continue
      if (isRandom(token.slice(row.prefix.length))) {
        const span = { start: index, end: index + token.length }
        yield { kind: row, span, prefix: row.prefix }
      }
      break
    }
  }
}

function* webTokens(text: string, { nature, origin }: Context): Generator<Match> {
  for (const { kind, span, reachOf, expiresAt } of webTokensIn(text)) {
    // Public, or an example: said, so that its name does not make it one after all.
    if (kind === null || (nature === 'example' && kind.provider === 'unknown')) continue
    const known = kind.provider === 'unknown' ? origin?.kind : undefined
    yield { kind: known ?? kind, span, reachOf, expiresAt, prefix: 'eyJ' }
  }
}

function* encodedIn(plain: string, text: string, context: Context): Generator<Match> {
  const joined = joinedView(text)
  const views: Iterable<View>[] = [base64Views(plain), percentViews(plain)]
  if (joined !== null) views.unshift([joined])
  for (const some of views) {
    for (const view of some) {
      for (const { kind, span, prefix, reachOf, expiresAt } of sureIn(view.text, context)) {
        const said = {
          prefix: prefix ?? '',
          reachOf: reachOf ?? null,
          expiresAt: expiresAt ?? null,
        }
        yield { kind, span: view.at(span), ...said, form: 'encoded' }
      }
    }
  }
}

/** What only its name gives away. */
function* named(text: string, context: Context): Generator<Match> {
  for (const assignment of assignmentsIn(text)) {
    const { key, span } = assignment
    const kind = kindOf(assignment, text.slice(span.start, span.end), context)
    if (kind !== null) yield { kind, span, key, reachOf: hostBefore(text, span, kind) }
  }
  if (context.nature === 'example') return
  for (const { kind, span } of headersIn(text)) {
    const value = text.slice(span.start, span.end)
    const chosen = kind.says.includes('password')
    if (!uuidPattern.test(value) && !looksSecret(value, !chosen)) continue
    yield { kind: chosen ? kind : (context.spokenTo ?? kind), span }
  }
}

/** Of netrc: the machine that a password is for. */
function hostBefore(text: string, { start }: Span, { provider }: Kind): string | null {
  if (provider !== 'netrc') return null
  const before = text.slice(Math.max(0, start - 400), start)
  return [...before.matchAll(/\bmachine\s+([\w.-]{1,120})/g)].at(-1)?.[1] ?? null
}

function kindOf({ key, quoted }: Assignment, value: string, context: Context): Kind | null {
  const { nature, origin } = context
  if (value.length > valueCharactersMax || (nature === 'code' && !quoted)) return null
  const name = nameOf(key)
  if (value.startsWith('eyJ') && value.includes('.')) return null
  const known = origin?.keys.test(name) === true ? origin.kind : null
  if (known !== null) return looksSecret(value, false) || uuidPattern.test(value) ? known : null
  const row = namedRows.find((one) => one.name.test(name) && one.value.test(value))
  if (row !== undefined) {
    if (row.shaped) return isRandom(value) ? row : null
    if (row.chosen) return nature !== 'example' && looksSecret(value, false) ? row : null
    return looksSecret(value, true) || (uuidPattern.test(value) && isRandom(value)) ? row : null
  }
  if (nature === 'example' || nature === 'minified') return null
  if (!secretName.test(name) || publicName.test(name)) return null
  const secret = /PASS|PWD/.test(name)
    ? looksSecret(value, nature === 'code')
    : looksSecret(value, true)
  if (!secret) return null
  return context.spokenTo !== null && /TOKEN|KEY|SECRET/.test(name) ? context.spokenTo : unnamed
}

const railway: Kind = {
  id: 'railway-token',
  provider: 'railway',
  says: 'token',
  reach: 'unknown',
  destroys: 'yes',
}

/** Railway's tokens are UUIDs: what a file does with one tells whose it is. */
function spokenTo(text: string): Kind | null {
  return /backboard\.railway\.(?:app|com)/.test(text) ? railway : null
}

function moved(match: Match, by: number): Match {
  if (by === 0) return match
  const shift = ({ start, end }: Span): Span => ({ start: start + by, end: end + by })
  const { around } = match
  return { ...match, span: shift(match.span), ...(around && { around: shift(around) }) }
}

function apart(matches: readonly Match[]): readonly Match[] {
  const kept: Match[] = []
  const inOrder: Match[] = []
  for (const match of matches) {
    const { start, end } = match.around ?? match.span
    if (end <= start) continue
    const at = inOrder.findIndex((other) => (other.around ?? other.span).end > start)
    const next = at === -1 ? undefined : inOrder[at]
    if (next !== undefined && (next.around ?? next.span).start < end) {
      nameBy(kept, next, match)
      continue
    }
    inOrder.splice(at === -1 ? inOrder.length : at, 0, match)
    kept.push(match)
  }
  return inOrder.map((match) => kept.find((one) => one.span.start === match.span.start) ?? match)
}

/** A token known by its form takes the name that the text gives it. */
function nameBy(kept: Match[], first: Match, later: Match): void {
  if (later.key === undefined) return
  const at = kept.findIndex((one) => one.span.start === first.span.start)
  if (at !== -1 && first.key === undefined) kept[at] = { ...first, key: later.key }
}

const nameBefore = /(?:^|[^\w.-])([A-Za-z_][\w.-]{1,80})["'`]?\]?\s{0,4}[:=]>?\s{0,4}["'`]?$/

function numbered(text: string, matches: readonly Match[]): readonly Found[] {
  let line = 1
  let at = 0
  return matches.map(({ kind, span, around, key, prefix, reachOf, expiresAt, form }) => {
    for (let next = text.indexOf('\n', at); next !== -1 && next < span.start;) {
      line += 1
      at = next + 1
      next = text.indexOf('\n', at)
    }
    const { id, provider, says, reach, destroys } = kind
    const { start } = around ?? span
    const [, before] = nameBefore.exec(text.slice(Math.max(0, start - 100), start)) ?? []
    return {
      ...{ id, provider, says, reach, destroys, span, line },
      around: around ?? null,
      key: key ?? before ?? null,
      prefix: prefix ?? '',
      reachOf: reachOf ?? null,
      expiresAt: expiresAt ?? null,
      form: form ?? 'plain',
    }
  })
}
