// Options and operands of a command line, as getopt and its kin read them.
// What raises a reading (`has`) is recognised when abbreviated; what lowers it (`says`) only when
// it is written out and not taken back.
import type { Word } from '../../languages/shell/syntax.ts'

export interface Spec {
  /** options that take the next word, unless written with `=`: `-C`, `--namespace` */
  readonly valued?: readonly string[]
  /** bundle: `-rf` is `-r` and `-f`; word: `-auto-approve` is one option; slash: `/s` too */
  readonly dash?: 'bundle' | 'word' | 'slash'
  /** what stands after the first operand is not its own: `docker run image -v` */
  readonly stops?: boolean
}

export interface Flag {
  /** with its dashes: `-f`, `--force` */
  readonly name: string
  readonly value: Word | null
  /** place of its word among the arguments */
  readonly at: number
}

export interface Operand {
  readonly word: Word
  readonly at: number
}

export interface Args {
  readonly flags: readonly Flag[]
  readonly operands: readonly Word[]
  readonly places: readonly Operand[]
  /** some word is not known here and not quoted: it may be options as well as operands */
  readonly obscured: boolean
  /** raises: long names may be abbreviated */
  has(...names: readonly string[]): boolean
  /** lowers: in full, before `--`, and neither `--no-x` nor `=false` after it */
  says(...names: readonly string[]): boolean
  /** the last value given */
  value(...names: readonly string[]): Word | null
  values(...names: readonly string[]): readonly Word[]
}

const abbreviationCharactersMin = 3
const refusals: readonly string[] = ['false', 'none', 'no', '0', 'off']

export function readArgs(words: readonly Word[], spec: Spec = {}): Args {
  const { flags, places } = split(words, spec)
  const named = (names: readonly string[]): readonly Flag[] =>
    flags.filter(({ name }) => names.some((one) => isCalled(name, one)))
  return {
    flags,
    places,
    operands: places.map(({ word }) => word),
    obscured: words.some(isObscure),
    has: (...names) => named(names).some(({ value }) => !isRefusal(value)),
    says: (...names) => saysOneOf(flags, names),
    value: (...names) => named(names).at(-1)?.value ?? null,
    values: (...names) => named(names).flatMap(({ value }) => (value === null ? [] : [value])),
  }
}

function isCalled(given: string, name: string): boolean {
  if (given === name) return true
  return (
    given.length >= abbreviationCharactersMin && given.startsWith('--') && name.startsWith(given)
  )
}

function isRefusal(value: Word | null): boolean {
  return value?.text !== null && refusals.includes(value?.text.toLowerCase() ?? '')
}

function saysOneOf(flags: readonly Flag[], names: readonly string[]): boolean {
  let said = false
  for (const { name, value } of flags) {
    if (names.includes(name)) said = value === null || (value.text !== null && !isRefusal(value))
    if (names.some((one) => `--no-${one.replace(/^-+/, '')}`.startsWith(name))) {
      if (name.length > '--no-'.length) said = false
    }
  }
  return said
}

/** `$X` without quotes may be several words, or none. */
export function isObscure({ pieces, loose }: Word): boolean {
  return pieces[0] === null && loose === true
}

function split(
  words: readonly Word[],
  { valued = [], dash = 'bundle', stops = false }: Spec,
): { flags: readonly Flag[]; places: readonly Operand[] } {
  const flags: Flag[] = []
  const places: Operand[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined) break
    const start = word.text ?? word.pieces[0] ?? ''
    if (start === '--' && word.text !== null) {
      words.slice(at + 1).forEach((rest, i) => places.push({ word: rest, at: at + 1 + i }))
      break
    }
    if (!isOption(start, dash)) {
      places.push({ word, at })
      if (!stops) continue
      words.slice(at + 1).forEach((rest, i) => places.push({ word: rest, at: at + 1 + i }))
      break
    }
    const read = optionsOf(word, start, words[at + 1] ?? null, at, { valued, dash })
    flags.push(...read.flags)
    if (read.tookNext) at += 1
  }
  return { flags, places }
}

function isOption(text: string, dash: Spec['dash']): boolean {
  if (dash === 'slash' && /^\/[a-z?]+(:.*)?$/i.test(text)) return true
  return text.length > 1 && text.startsWith('-')
}

function optionsOf(
  word: Word,
  start: string,
  next: Word | null,
  at: number,
  { valued, dash }: { valued: readonly string[]; dash: Spec['dash'] },
): { flags: readonly Flag[]; tookNext: boolean } {
  const equals = start.search(dash === 'slash' ? /[:=]/ : /=/)
  const whole = start.startsWith('--') || dash !== 'bundle'
  if (whole && equals > 0) {
    const name = start.slice(0, equals)
    return { flags: [{ name, value: after(word, equals + 1), at }], tookNext: false }
  }
  if (whole) {
    const takes = valued.includes(start) && next !== null
    return { flags: [{ name: start, value: takes ? next : null, at }], tookNext: takes }
  }
  const flags: Flag[] = []
  for (let i = 1; i < start.length; i++) {
    const name = `-${start[i] ?? ''}`
    if (!valued.includes(name)) {
      flags.push({ name, value: null, at })
      continue
    }
    const attached = i + 1 < start.length || word.text === null
    flags.push({ name, value: attached ? after(word, i + 1) : next, at })
    return { flags, tookNext: !attached && next !== null }
  }
  return { flags, tookNext: false }
}

/** The word without its first characters, which are known. */
export function after(word: Word, characters: number): Word {
  const [first, ...rest] = word.pieces
  const left = typeof first === 'string' ? first.slice(characters) : null
  const text = word.text === null ? null : word.text.slice(characters)
  const pieces = text === null ? [...(left === '' ? [] : [left]), ...rest] : [text]
  return { ...word, raw: word.raw.slice(characters), text, pieces }
}

export function wordOf(text: string): Word {
  return { raw: text, text, pieces: [text], glob: false }
}

/** `rm` of `/bin/rm`, `RM.EXE` and `$X/bin/rm`; null where it is not known. */
export function programName({ text, pieces }: Word): string | null {
  const end = text ?? pieces.at(-1) ?? null
  if (end === null || (text === null && !/[/\\]/.test(end))) return null
  const base = end.split(/[/\\]/).at(-1) ?? ''
  return base.toLowerCase().replace(/\.(exe|cmd|bat|ps1)$/, '')
}
