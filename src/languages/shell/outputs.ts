// What a program writes, where that follows from the text alone. Rows are for programs that turn
// known text into known text; whatever else is run writes something that is not known.
import { directoryOf, scalarOf, valueOf } from './state.ts'
import { inputOf } from './invoke.ts'
import type { Command } from './invoke.ts'
import { charactersOf, hole, known, nothing, textOf } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { narrows } from './narrowing.ts'
import { echoed, formatted } from './printf.ts'
import type { Invocation } from './syntax.ts'
import type { Roots, Run } from './run.ts'
import { decodeBase64, decodeHex, encodeBase64, translated } from './texts.ts'

type Output = (args: readonly Field[], input: string | null, run: Run) => Pieces

const silent =
  `: true false test [ cd mkdir rm cp mv touch export unset set shift alias unalias umask shopt trap
  chmod chown ln rmdir kill sleep exit return break continue read local hash`.split(/\s+/)

/** All are known, none a pattern; null otherwise. */
function texts(args: readonly Field[]): readonly string[] | null {
  const made: string[] = []
  for (const field of args) {
    if (field.text === null || field.glob || field.loose === true) return null
    made.push(field.text)
  }
  return made
}

const line = (text: string | null): Pieces => (text === null ? hole : known(`${text}\n`))
const whole = (text: string | null): Pieces => (text === null ? hole : known(text))

function baseName(args: readonly Field[]): Pieces {
  const [path, suffix, ...more] = texts(args) ?? []
  if (path === undefined || more.length > 0 || path.startsWith('-')) return hole
  const last = path.replace(/\/+$/, '').split('/').at(-1) ?? ''
  if (last === '') return hole
  return line(
    suffix !== undefined && last !== suffix && last.endsWith(suffix)
      ? last.slice(0, -suffix.length)
      : last,
  )
}

function folderName(args: readonly Field[]): Pieces {
  const [path, ...more] = texts(args) ?? []
  if (path === undefined || more.length > 0 || !/[^/]/.test(path) || path.startsWith('-'))
    return hole
  const parts = path.replace(/\/+$/, '').split('/')
  if (parts.length === 1) return line('.')
  return line(parts.slice(0, -1).join('/').replace(/\/+$/, '') || '/')
}

/** Its standard input where it has no operands, or only `-`. */
function catenated(args: readonly Field[], input: string | null): Pieces {
  const operands = texts(args)
  if (operands === null) return hole
  const own = operands.every((one) => one === '-' || one === '/dev/stdin' || one === '-u')
  return own && operands.filter((one) => one !== '-u').length <= 1 ? whole(input) : hole
}

function base64(args: readonly Field[], input: string | null): Pieces {
  const options = texts(args)
  if (options === null || input === null) return hole
  if (options.length === 0) return line(wrapped(encodeBase64(input)))
  if (options.join(' ') === '-w0' || options.join(' ') === '-w 0') return whole(encodeBase64(input))
  return options.every((one) => /^(-d|-D|--decode|-di|-i|-)$/.test(one))
    ? whole(decodeBase64(input))
    : hole
}

function wrapped(text: string): string {
  return text.replace(/(.{76})(?=.)/g, '$1\n')
}

function translate(args: readonly Field[], input: string | null): Pieces {
  const words = texts(args)
  return words === null || input === null ? hole : whole(translated(input, words))
}

function reversed(args: readonly Field[], input: string | null): Pieces {
  if (args.length > 0 || input === null) return hole
  return whole(
    input
      .split('\n')
      .map((one) => charactersOf(one).toReversed().join(''))
      .join('\n'),
  )
}

/** `xxd -r -p` */
function unhexed(args: readonly Field[], input: string | null): Pieces {
  const options = texts(args)?.join(' ') ?? ''
  return input !== null && /^(-r -p|-p -r|-rp|-pr)$/.test(options) ? whole(decodeHex(input)) : hole
}

/** A new name: what it stands for is as good as its template. */
function temporary(args: readonly Field[], _: string | null, run: Run): Pieces {
  const words = texts(args)
  if (words === null) return hole
  const folder = textOf(scalarOf(valueOf(run.state, 'TMPDIR'))) ?? '/tmp'
  const rest = words.filter((one) => !/^(-d|-q|-u|--directory|-t|-dt|-dq|--tmpdir)$/.test(one))
  if (rest.some((one) => one.startsWith('-')) || rest.length > 1) return hole
  const [template = 'tmp.XXXXXXXXXX'] = rest
  if (!/X{3}/.test(template)) return hole
  const below = rest.length === 0 || words.some((one) => /^-d?t$|^--tmpdir$/.test(one))
  const path = below ? `${folder}/${template}` : template
  return line(path)
}

/** The path of a program ends in its name, and that is what counts. */
function which(args: readonly Field[]): Pieces {
  const words = texts(args)?.filter((one) => !/^-[vpaP]+$/.test(one)) ?? []
  const [name, ...more] = words
  return name === undefined || more.length > 0 || name.includes('/') ? hole : line(name)
}

function counted(args: readonly Field[]): Pieces {
  const numbers =
    texts(args)?.map((one) => (/^\d{1,3}$/.test(one) ? Number(one) : Number.NaN)) ?? []
  const [last, first, ...more] = numbers.toReversed()
  if (last === undefined || more.length > 0 || numbers.some(Number.isNaN)) return hole
  const from = first ?? 1
  if (last - from > 512) return hole
  return known(
    Array.from({ length: Math.max(0, last - from + 1) }, (_, i) => `${from + i}\n`).join(''),
  )
}

const outputs: Readonly<Record<string, Output>> = {
  echo: (args) => echoed(args),
  printf: (args) => formatted(args[0]?.text === '--' ? args.slice(1) : args),
  pwd: (_, __, run) => line(directoryOf(run.state)),
  basename: (args) => baseName(args),
  dirname: (args) => folderName(args),
  cat: catenated,
  tee: (_, input) => whole(input),
  base64,
  tr: translate,
  rev: reversed,
  xxd: unhexed,
  mktemp: temporary,
  which,
  command: which,
  seq: (args) => counted(args),
  ...Object.fromEntries(silent.map((name) => [name, () => nothing])),
}

/** What it writes to standard output. */
export function outputOf(run: Run, command: Command): Pieces {
  const [program, ...args] = command.argv
  const name = program?.text?.split('/').at(-1) ?? ''
  const output = Object.hasOwn(outputs, name) ? outputs[name] : undefined
  const input = inputOf(run, command)
  return (
    output?.(
      args,
      input.kind === 'text' ? input.text : input.kind === 'nothing' ? '' : null,
      run,
    ) ?? hole
  )
}

/** Of what lists files at the end of a part of a pipe, where these are. */
export function rootsOf(run: Run, before: number): Roots | null {
  const last = run.log.invocations.at(-1)
  if (last === undefined || run.log.invocations.length !== before + 1) return null
  const name = last.program.text?.split('/').at(-1) ?? ''
  if (name !== 'find') {
    return listsBelow(name, last.args) ? { folders: ['.'], every: name === 'ls' } : null
  }
  if (last.args.some((word) => /^-f?printf$|^-ls$/.test(word.text ?? ''))) return null
  const folders = findRoots(last.args)
  return folders === null ? null : { folders, every: !narrows(last.args) }
}

/** `rg -l x`, `git ls-files`, `ls`: only names of files below the folder it runs in. */
function listsBelow(name: string, args: Invocation['args']): boolean {
  const words = args.map(({ text }) => text)
  const stays = words.every((text) => text !== null && !/^[/~]|(^|[/=])\.\.?(\/|$)/.test(text))
  if (!stays) return false
  switch (name) {
    case 'ls':
      return args.every(({ glob, text }) => !glob && (text ?? '').startsWith('-'))
    case 'git':
      return (
        /^(ls-files|diff|grep)$/.test(words[0] ?? '') && namesOnly(words, words[0] === 'ls-files')
      )
    case 'rg':
    case 'grep':
    case 'egrep':
      return namesOnly(words, false)
    default:
      return false
  }
}

function namesOnly(words: readonly (string | null)[], always: boolean): boolean {
  return (
    always ||
    words.some((text) => /^(-[a-zA-Z]*l[a-zA-Z]*|--files.*|--name-only)$/.test(text ?? ''))
  )
}

/** Where a `find` starts; null: not known. */
export function findRoots(args: Invocation['args']): readonly string[] | null {
  let at = 0
  while (/^-([HLP]|O\d|D)$/.test(args[at]?.text ?? '')) at += args[at]?.text === '-D' ? 2 : 1
  const end = args.slice(at).findIndex((word) => /^[-(!,]/.test(word.text ?? 'x'))
  const words = args.slice(at, end < 0 ? undefined : at + end)
  if (words.some((word) => word.text === null || word.glob)) return null
  return words.length === 0 ? ['.'] : words.map((word) => word.text ?? '')
}
