// From a word as written to the words that a program gets: braces, tilde, expansions, splitting,
// quotes taken off. Names are not looked up on any disk: a pattern stays a pattern.
// https://www.gnu.org/software/bash/manual/html_node/Shell-Expansions.html
import { parse } from 'unbash'
import type { Word as WordNode, WordPart } from 'unbash'
import { expandBraces } from './braces.ts'
import { LimitReached, shellLimits } from './limits.ts'
import { isAll, isStar, parameter, simpleParameter } from './parameters.ts'
import type { Expansion } from './parameters.ts'
import { hole, joined, known, looseField, textOf, withoutLastNewlines } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { number } from './numbers.ts'
import { spanOf, step, substituted } from './run.ts'
import type { Run } from './run.ts'
import { directoryOf, scalarOf, valueOf } from './state.ts'

/** Words being made out of one. */
interface Draft {
  readonly raw: string
  readonly done: Field[]
  pieces: (string | null)[]
  /** as a pattern: what is quoted has a backslash before what would mean something */
  pattern: string
  /** there is a word, though it be empty */
  begun: boolean
  loose: boolean
  written: Pieces | null
  /** it is not split, and no list in it becomes several */
  readonly whole: boolean
}

/** A pattern of which every character is literal. */
function quoted(text: string): string {
  return text.replace(/[*?[\]\\()|+@!-]/g, '\\$&')
}

function isGlob(pattern: string): boolean {
  return /[*?]|\[.+\]|[+@!]\(/s.test(pattern.replace(/\\./gs, 'x'))
}

function add(draft: Draft, pieces: Pieces, isQuoted: boolean): void {
  for (const piece of pieces) {
    draft.pieces.push(piece)
    draft.pattern += piece === null ? 'x' : isQuoted ? quoted(piece) : piece
  }
  if (isQuoted || pieces.length > 0) draft.begun = true
}

function finish(draft: Draft): void {
  if (draft.begun) {
    const pieces = joined(draft.pieces)
    const { raw, loose, written } = draft
    draft.done.push({
      raw,
      text: loose ? null : textOf(pieces),
      pieces: loose && !pieces.includes(null) ? hole : pieces,
      glob: isGlob(draft.pattern),
      ...(loose ? { loose: true as const } : {}),
      ...(written === null ? {} : { written }),
    })
  }
  if (draft.done.length > shellLimits.wordsMax) throw new LimitReached('a word becomes too many')
  Object.assign(draft, { pieces: [], pattern: '', begun: false, loose: false, written: null })
}

/** What came of an expansion that was not quoted becomes words at the separators in it. */
function split(run: Run, draft: Draft, pieces: Pieces): void {
  const separators = textOf(scalarOf(valueOf(run.state, 'IFS')))
  if (draft.whole) {
    add(draft, pieces, false)
    return
  }
  if (separators === '') {
    add(draft, pieces, false)
    if (pieces.includes(null)) draft.loose = true
    return
  }
  for (const piece of pieces) {
    // What is nothing but separators may be no word or an empty one, by its neighbours.
    if (piece === null || separators === null || onlySeparators(piece, separators)) {
      add(draft, [null], false)
      draft.loose = true
    } else splitKnown(draft, piece, separators)
  }
}

function onlySeparators(text: string, separators: string): boolean {
  return /[^ \t\n]/.test(text) && Array.from(text).every((char) => separators.includes(char))
}

function splitKnown(draft: Draft, text: string, separators: string): void {
  let word = ''
  // A word that a blank has ended: another separator next to it belongs to that same end.
  let ended = false
  const flush = (): void => {
    if (word !== '') add(draft, [word], false)
    word = ''
  }
  for (const char of text) {
    if (!separators.includes(char)) {
      word += char
      ended = false
    } else if (/[ \t\n]/.test(char)) {
      flush()
      ended ||= draft.begun
      finish(draft)
    } else {
      flush()
      draft.begun = !ended
      finish(draft)
      ended = false
    }
  }
  flush()
}

function apply(run: Run, draft: Draft, expansion: Expansion, isQuoted: boolean): void {
  if (expansion.kind === 'text') {
    if (isQuoted) add(draft, expansion.pieces, true)
    else split(run, draft, expansion.pieces)
    return
  }
  if (expansion.kind === 'operand') {
    operand(run, draft, expansion.word, isQuoted)
    return
  }
  const separators = textOf(scalarOf(valueOf(run.state, 'IFS')))
  // How a list is put together where nothing, or something odd, separates its words differs.
  const odd = draft.whole ? separators !== ' \t\n' : !isQuoted && separators === ''
  const several = (expansion.items?.length ?? 2) > 1
  if (expansion.items === null || (odd && several)) {
    add(draft, [null], isQuoted)
    draft.loose = true
    return
  }
  expansion.items.forEach((item, i) => {
    if (i > 0 && draft.whole) add(draft, [' '], true)
    else if (i > 0) finish(draft)
    if (isQuoted) add(draft, item, true)
    else split(run, draft, item)
  })
}

/** `${x:-word}`: what is not quoted in the word is split, as a value would be. */
function operand(run: Run, draft: Draft, word: WordNode, isQuoted: boolean): void {
  const parts = partsOf(word)
  const usual = textOf(scalarOf(valueOf(run.state, 'IFS'))) === ' \t\n'
  // A list inside it comes apart by rules of its own.
  if (!usual && /[@*]/.test(word.text)) draft.loose = true
  parts.forEach((part, i) => {
    if (part.type !== 'Literal') addPart(run, draft, part, isQuoted)
    else if (isQuoted) add(draft, known(part.value), true)
    else if (part.text !== part.value && /\s/.test(part.value)) add(draft, [null], false)
    else if (i === 0 && part.text.startsWith('~'))
      literal(run, draft, part, true, parts.length === 1)
    else if (part.text !== part.value) addLiteral(draft, part.text, part.value)
    else split(run, draft, known(part.value))
  })
}

function partsOf(word: WordNode): readonly WordPart[] {
  const { text, value, pos, end } = word
  return word.parts ?? [{ type: 'Literal', text, value, pos, end }]
}

function tilde(run: Run, text: string, at: number): Pieces | null {
  const [, name = ''] = /^~([^/:]*)/.exec(text.slice(at)) ?? []
  switch (name) {
    case '':
      return scalarOf(valueOf(run.state, 'HOME'))
    case '+':
      return [directoryOf(run.state)]
    case '-':
      return [run.state.previous]
    case 'root':
      return ['/root']
    default:
      return /^[\w.-]+$/.test(name) ? [null] : null
  }
}

/** Unquoted text: a tilde at its start, in an assignment after `=` and every `:`, is a folder. */
function literal(
  run: Run,
  draft: Draft,
  part: { text: string; value: string },
  first: boolean,
  last: boolean,
): void {
  const { text, value } = part
  const starts = tildesIn(draft, text, first).filter((at) => last || /[/:]/.test(text.slice(at)))
  if (starts.length === 0) {
    addLiteral(draft, text, value)
    return
  }
  // Escapes and colons beside a tilde are rare enough not to be told apart.
  const colon = !draft.whole && starts[0] === 0 && /^~[^/]*:/.test(text)
  if (text !== value || colon) {
    add(draft, [null], false)
    return
  }
  let at = 0
  for (const start of starts) {
    const home = tilde(run, text, start)
    if (home === null) continue
    addLiteral(draft, text.slice(at, start), text.slice(at, start))
    add(draft, home, true)
    at = start + (/^~[^/:]*/.exec(text.slice(start))?.[0].length ?? 1)
  }
  addLiteral(draft, text.slice(at), text.slice(at))
}

function tildesIn(draft: Draft, text: string, first: boolean): readonly number[] {
  const starts = first && text.startsWith('~') ? [0] : []
  const [head] = /^[A-Za-z_]\w*\+?=/.exec(draft.raw) ?? []
  if (head === undefined) return starts
  if (!draft.whole && first && text.startsWith(`${head}~`)) starts.push(head.length)
  for (const found of text.matchAll(/:~/g)) starts.push(found.index + 1)
  return starts
}

function addLiteral(draft: Draft, text: string, value: string): void {
  if (value === '' && text !== '') return
  draft.pieces.push(...known(value))
  draft.pattern += text.replaceAll('\\\n', '')
  if (value !== '') draft.begun = true
}

function addPart(run: Run, draft: Draft, part: WordPart, isQuoted: boolean): void {
  switch (part.type) {
    case 'Literal':
      if (isQuoted) {
        add(draft, known(part.value), true)
        return
      }
      {
        addLiteral(draft, part.text, part.value)
        return
      }
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion': {
      patternPart(run, draft, part)
      return
    }
    case 'SingleQuoted':
    case 'AnsiCQuoted': {
      add(draft, known(part.value), true)
      return
    }
    case 'DoubleQuoted':
    case 'LocaleString': {
      const before = draft.begun
      // `"$@"` of nothing is no word; `""` is one.
      const bare = part.parts.length === 1 && part.parts[0] !== undefined && isAll(part.parts[0])
      for (const inner of part.parts) addPart(run, draft, inner, true)
      // Beside `$@`, what is done to `$*` comes apart in ways of its own.
      if (part.parts.some(isAll) && part.parts.some(isStar)) draft.loose = true
      if (!bare) draft.begun = true
      else draft.begun = draft.begun || before
      return
    }
    case 'SimpleExpansion': {
      apply(run, draft, simpleParameter(run, part.text, isQuoted), isQuoted)
      return
    }
    case 'ParameterExpansion': {
      apply(run, draft, parameter(run, part, isQuoted), isQuoted)
      return
    }
    case 'CommandExpansion': {
      const written = withoutLastNewlines(substituted(run, part.script, spanOf(run, part)))
      apply(run, draft, { kind: 'text', pieces: written }, isQuoted)
      return
    }
    case 'ArithmeticExpansion': {
      const value = part.expression === undefined ? null : number(run, part.expression)
      apply(run, draft, { kind: 'text', pieces: [value === null ? null : String(value)] }, isQuoted)
      return
    }
    case 'ProcessSubstitution':
      draft.written = substituted(run, part.script, spanOf(run, part))
      {
        add(draft, [null], true)
        return
      }
  }
}

/** A pattern's text as written; where it has quotes or expansions in it, it is not known. */
function patternPart(
  run: Run,
  draft: Draft,
  part: Extract<WordPart, { type: 'Glob' | 'ExtendedGlob' | 'BraceExpansion' }>,
): void {
  for (const inner of part.parts ?? []) addPart(run, draftOf(part.text, true), inner, true)
  draft.pieces.push(...(/["'\\$`]/.test(part.text) ? [null] : known(part.text)))
  draft.pattern += part.text
  draft.begun = true
}

/** The words that one word becomes. */
export function expandWord(run: Run, word: WordNode): readonly Field[] {
  step(run)
  if (word.text.includes('{') && /[,]|\.\./.test(word.text)) {
    const texts = expandBraces(word.text)
    if (texts.length !== 1 || texts[0] !== word.text) {
      // A newline taken out joins what is beside it first; empty braces begin a list or do not.
      if (/\\\n|\{\}/.test(word.text)) return [looseField(word.text)]
      return texts.flatMap((text) => expandText(run, text, word))
    }
  }
  return expandParts(run, word)
}

/** A word that braces made: read again, as nothing but a word. */

function expandParts(run: Run, word: WordNode): readonly Field[] {
  const draft = draftOf(word.text)
  fill(run, draft, word)
  finish(draft)
  return draft.done
}

function draftOf(raw: string, whole = false): Draft {
  return {
    raw,
    done: [],
    pieces: [],
    pattern: '',
    begun: false,
    loose: false,
    written: null,
    whole,
  }
}

function fill(run: Run, draft: Draft, word: WordNode): void {
  const parts = partsOf(word)
  parts.forEach((part, i) => {
    if (part.type === 'Literal') literal(run, draft, part, i === 0, i === parts.length - 1)
    else addPart(run, draft, part, false)
  })
}

function whole(run: Run, word: WordNode, raw: string): Draft {
  step(run)
  const draft = draftOf(raw, true)
  fill(run, draft, word)
  return draft
}

/** A word that stays one: after a redirection, as a `case` subject, the value of a variable. */
export function expandValue(run: Run, word: WordNode, assigned = false): Pieces {
  return joined(whole(run, word, assigned ? `_=${word.text}` : word.text).pieces)
}

/** As a pattern: quoted characters have a backslash before them; null: not known. */
export function expandPattern(run: Run, word: WordNode): string | null {
  const draft = whole(run, word, word.text)
  return draft.pieces.includes(null) ? null : draft.pattern
}

/** A here-document's body, or anything else read as between double quotes. */
export function expandQuoted(
  run: Run,
  parts: readonly WordPart[] | undefined,
  text: string,
): Pieces {
  step(run)
  if (parts === undefined) return known(text)
  const draft = draftOf(text, true)
  for (const part of parts) addPart(run, draft, part, true)
  return joined(draft.pieces)
}

/** Text that was made, such as one of the words of braces: read again, as nothing but a word. */
export function expandText(
  run: Run,
  text: string,
  from: { readonly text: string; readonly pos: number; readonly end: number },
): readonly Field[] {
  if (text === '') return []
  const source = `_ ${text}`
  const script = parse(source)
  const [statement, ...others] = script.commands
  const command = statement?.command
  const words = command?.type === 'Command' ? command.suffix : []
  const [word] = words
  if (others.length > 0 || words.length !== 1 || word?.type !== 'Word' || script.errors?.length) {
    return [looseField(from.text)]
  }
  const made = expandParts({ ...run, source, base: spanOf(run, from) }, word)
  return made.map((field) => ({ ...field, raw: from.text }))
}
