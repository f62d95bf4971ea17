// `xargs`, `find -exec`, `parallel`: one command, run for what is found or read.
import { inputOf } from '../invoke.ts'
import { narrows } from '../narrowing.ts'
import { findRoots } from '../outputs.ts'
import { fieldOf, hole, literalField, looseField } from '../pieces.ts'
import type { Field, Pieces } from '../pieces.ts'
import { lastOf, parseOptions, unreadable, names } from './wrapper.ts'
import type { Inner, Options, Parsed, Wrapper } from './wrapper.ts'

const xargsOptions: Options = {
  letters: 'adEILnPsJRS',
  long: names('arg-file delimiter max-args max-procs max-chars process-slot-var'),
}

const wordsMax = 64

/** The words in a known text; null: too many, or quoted. */
function itemsOf(text: string, parsed: Parsed): readonly string[] | null {
  const delimiter = lastOf(parsed, 'd', 'delimiter')
  if (parsed.options.has('a') || parsed.options.has('arg-file')) return null
  const whole = parsed.options.has('I') || parsed.options.has('L')
  let items: readonly string[]
  if (parsed.options.has('0') || parsed.options.has('null')) items = text.split('\0')
  else if (delimiter !== undefined) {
    const by = delimiter.text === '\\n' ? '\n' : delimiter.text
    if (by?.length !== 1) return null
    items = text.split(by)
  } else {
    if (/["'\\]/.test(text)) return null
    items = whole ? text.split('\n').map((line) => line.trimStart()) : text.split(/\s+/)
  }
  const filled = items.filter((item) => item !== '')
  return filled.length > wordsMax ? null : filled
}

/** `{}` in it stands for something. */
function filledIn(word: Field, mark: string, by: Pieces): Field {
  const pieces = word.pieces.flatMap((piece) => {
    if (piece === null) return [null]
    return piece.split(mark).flatMap((part, i) => (i === 0 ? [part] : [...by, part]))
  })
  return fieldOf(word.raw, pieces)
}

/** What is found below a folder: all of it, or some. */
function marksEvery(field: Field, every: boolean): Field {
  return every ? { ...field, every: true } : field
}

const below = (root: string): Pieces => [root.endsWith('/') ? root : `${root}/`, null]

const xargs: Wrapper = (run, command) => {
  const parsed = parseOptions(command.argv.slice(1), xargsOptions)
  if (parsed === null) return unreadable('xargs')
  const argv = parsed.rest.length === 0 ? [literalField('echo')] : parsed.rest
  const input = inputOf(run, command)
  const items = input.kind === 'text' ? itemsOf(input.text, parsed) : null
  const { roots } = run.around
  const mark = parsed.options.has('i') ? '{}' : (lastOf(parsed, 'I', 'J', 'replace')?.text ?? null)
  const words: readonly Pieces[] = items?.map((item): Pieces => [item]) ??
    roots?.folders.map(below) ?? [hole]
  // A command that comes out of the input has a name that is not known.
  if (items?.length === 0 && parsed.options.has('r')) return { inner: [], listed: false }
  const shared = {
    through: 'xargs',
    times: 'many',
    input: { kind: 'nothing' },
    roots: null,
  } as const
  if (mark !== null && mark !== '') {
    const inner = words.map((word): Inner => ({
      kind: 'argv',
      argv: argv.map((field) =>
        marksEvery(filledIn(field, mark, word), field.text === mark && roots?.every === true),
      ),
      ...shared,
    }))
    return { inner, listed: false }
  }
  const known = items ?? roots
  const every = items === null && roots?.every === true
  const tail =
    known === null ? [looseField('')] : words.map((word) => marksEvery(fieldOf('', word), every))
  return { inner: [{ kind: 'argv', argv: [...argv, ...tail], ...shared }], listed: false }
}

/** What each `-exec` runs, up to its `;` or `+`. */
const find: Wrapper = (_, { argv }) => {
  const args = argv.slice(1)
  const roots = findRoots(args)
  const every = !narrows(args)
  const inner: Inner[] = []
  for (let at = 0; at < args.length; at++) {
    const option = args[at]?.text ?? ''
    if (!/^-(exec|execdir|ok|okdir)$/.test(option)) continue
    const rest = args.slice(at + 1)
    const end = rest.findIndex(
      (field, i) => field.text === ';' || (field.text === '+' && rest[i - 1]?.text === '{}'),
    )
    const words = end < 0 ? rest : rest.slice(0, end)
    for (const root of roots ?? [null]) {
      const inPlace = option.endsWith('dir')
      const by: Pieces = root === null || inPlace ? hole : below(root)
      inner.push({
        kind: 'argv',
        argv: words.map((field) =>
          marksEvery(filledIn(field, '{}', by), every && field.text === '{}' && !inPlace),
        ),
        through: `find ${option}`,
        times: 'many',
        ...(inPlace ? { directory: null } : {}),
      })
    }
    at += words.length
  }
  return inner.length === 0 ? null : { inner, listed: true }
}

const parallelOptions: Options = {
  letters: 'jaInNLsSdCP',
  long: names(
    'jobs arg-file max-args max-procs delay timeout retries joblog results sshlogin sshloginfile colsep delimiter workdir tmpdir tagstring load halt',
  ),
}

/** `parallel words ::: items`: its words are put together for a shell. */
const parallel: Wrapper = (run, command) => {
  const parsed = parseOptions(command.argv.slice(1), parallelOptions)
  if (parsed === null) return unreadable('parallel')
  if (['S', 'sshlogin', 'sshloginfile'].some((name) => parsed.options.has(name)))
    return unreadable('parallel')
  const colons = parsed.rest.findIndex((field) => /^::::?\+?$/.test(field.text ?? ''))
  const words = colons < 0 ? parsed.rest : parsed.rest.slice(0, colons)
  const lists = colons < 0 ? [] : parsed.rest.slice(colons)
  const simple =
    lists[0]?.text === ':::' &&
    lists.filter((one) => /^::::?\+?$/.test(one.text ?? '')).length === 1
  const input = inputOf(run, command)
  const lines =
    colons < 0 && input.kind === 'text'
      ? input.text.split('\n').filter((line) => line !== '')
      : null
  const items: readonly Pieces[] = simple
    ? lists.slice(1).map((one) => one.pieces)
    : (lines?.map((line): Pieces => [line]) ?? [hole])
  if (items.length > wordsMax) return unreadable('parallel')
  const inner = items.map((item): Inner => {
    const text = words.flatMap((field, i) => (i === 0 ? field.pieces : [' ', ...field.pieces]))
    const joined = fieldOf('', text)
    const marked = /\{[^}]*\}/.test(joined.pieces.join(''))
    // `{.}` and its like are parts of the item.
    const odd = /\{[^}]+\}/.test(joined.pieces.join(''))
    const filled = marked
      ? filledIn(joined, '{}', odd ? hole : item).pieces
      : words.length === 0
        ? item
        : [...text, ' ', ...item]
    return {
      kind: 'text',
      text: filled,
      through: 'parallel',
      times: 'many',
      input: { kind: 'nothing' },
    }
  })
  return { inner, listed: false }
}

export const many: Readonly<Record<string, Wrapper>> = {
  find,
  gfind: find,
  gxargs: xargs,
  parallel,
  xargs,
}
