// Interpreters: a program in a word or in the input is read; a script in a file is not known, and
// reads as nothing; one that comes from elsewhere is code that nobody has seen.
import type { Effect } from '../../domain/effect.ts'
import type { Invocation, Program, Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { escalate, resource, unknown } from './effects.ts'
import { runsProgram, shellOf, together } from './interpreters-text.ts'
import { programName, wordOf } from './match.ts'
import type { Args, Spec } from './match.ts'
import { command } from './row.ts'
import type { Call, Meant } from './row.ts'
import { edits, overwrites } from './touches.ts'

const standardInput = /^(-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/

const none: Meant = { effects: [], carried: [] }

/** Programs whose output comes from another machine. */
const fetchers =
  /^(curl|wget|fetch|aria2c|lynx|links|http|https|xh|nc|ncat|netcat|socat|ssh|scp|gh|aws|gsutil|telnet|ftp)$/
/** Programs that show a file of this machine as it is. */
const showers = /^(cat|head|tail|tac|tee|pv|bat)$/

/** A program read from a pipe, of which the text is not known. */
export function runsPiped(before: Invocation | null): readonly Effect[] {
  const name = before === null ? null : programName(before.program)
  const away = before !== null && before.where.kind === 'elsewhere'
  if (away || (name !== null && fetchers.test(name))) {
    return [escalate(resource('local', 'machine', null), 'some', 'never')]
  }
  if (name !== null && showers.test(name)) return []
  return [unknown('it runs what another program writes')]
}

interface Interpreter {
  readonly language: Program['language']
  readonly programs: readonly string[]
  readonly spec: Spec
  /** options that carry the program's text */
  readonly text: readonly string[]
  /** options with which the first operand is the text */
  readonly shown?: readonly string[]
  /** options with which its input is data */
  readonly data?: readonly string[]
}

/** `--print=text`, or the first operand. */
function printedText(args: Args): readonly Word[] {
  const attached = args.values('--print')
  return attached.length > 0 ? attached : args.operands.slice(0, 1)
}

function interprets({ language, text, shown = [], data = [] }: Interpreter): (call: Call) => Meant {
  return (call) => {
    const { args, invocation } = call
    const asked = args.values(...text)
    const printed = asked.length === 0 && args.has(...shown) ? printedText(args) : []
    const given = [...asked, ...printed]
    if (given.length > 0) return together(given.map((word) => runsProgram(language, word, call)))
    if (args.has(...data)) return none
    const [script] = args.places
    if (script !== undefined && script.word.text !== '-') return named(script.at, call)
    const { input } = invocation
    if (input.kind === 'text') return runsProgram(language, wordOf(input.text), call)
    if (input.kind === 'pipe') return { effects: runsPiped(call.before), carried: [] }
    return none
  }
}

/** A script may be a program that a row knows by its name: `php artisan`, `python manage.py`. */
function named(at: number, call: Call): Meant {
  const words = call.invocation.args.slice(at).map(({ raw }) => raw)
  const known =
    /(^|[/\\])(manage\.py|artisan|console|rails|rake|[\w-]+\.phar|wp|doctrine\S*)$|\.bin[/\\]/
  return known.test(call.invocation.args[at]?.text ?? '')
    ? { effects: [], carried: [shellOf(words.join(' '), null, call)] }
    : none
}

const perl: Interpreter = {
  language: 'perl',
  programs: ['perl'],
  spec: { valued: ['-e', '-E', '-I', '-m', '-M', '-F', '-C'], stops: true },
  text: ['-e', '-E'],
}

const ruby: Interpreter = {
  language: 'ruby',
  programs: ['ruby', 'irb', 'jruby'],
  spec: { valued: ['-e', '-r', '-I', '-C', '-E'], stops: true },
  text: ['-e'],
}

const others: readonly Interpreter[] = [
  {
    language: 'node',
    programs: ['node', 'nodejs', 'tsx', 'ts-node', 'esno'],
    spec: {
      valued: ['-e', '--eval', '-r', '--require', '--import', '-C'],
      stops: true,
    },
    text: ['-e', '--eval'],
    shown: ['-p', '--print'],
    data: ['--test', '-v', '--version', '-c', '--check', '--run'],
  },
  {
    language: 'php',
    programs: ['php'],
    spec: { valued: ['-r', '-R', '-B', '-E', '-d', '-c', '-f', '-z', '-t', '-S'], stops: true },
    text: ['-r', '-R', '-B', '-E'],
    data: ['-f', '-i', '-m', '-v', '-S', '-l'],
  },
]

/** `-i`: every file that is named is written anew, by a program that is read too. */
function rewritesFiles(one: Interpreter): (call: Call) => Meant {
  const meaning = interprets(one)
  return (call) => {
    const inPlace = call.args.flags.some(({ name }) => name === '-i')
    if (!inPlace) return meaning(call)
    const files = call.args.operands.flatMap((word) => edits(word, call))
    const { effects, carried } = meaning(call)
    return { effects: [...effects, ...files], carried }
  }
}

const python: Interpreter = {
  language: 'python',
  programs: ['python', 'python2', 'python3', 'pypy', 'pypy3', 'ipython', 'py'].concat(
    Array.from({ length: 15 }, (_, i) => `python3.${i}`),
  ),
  spec: { valued: ['-c', '-m', '-W', '-X', '--check-hash-based-pycs'], stops: true },
  text: ['-c'],
  data: ['-V', '--version'],
}

/** A module is a program of its own: `python -m pip`, `python -m alembic`. */
function pythons(call: Call): Meant {
  const { invocation, args } = call
  const at = invocation.args.findIndex(({ text }) => /^-[a-zA-Z]*m./.test(text ?? ''))
  const module = args.value('-m')
  const first = args.flags.find(({ name }) => name === '-m' || name === '-c')
  if (module === null || first?.name !== '-m') return interprets(python)(call)
  const from = at >= 0 && at === first.at ? first.at + 1 : first.at + 2
  const words = [module, ...invocation.args.slice(from)].map(({ raw }) => raw)
  return { effects: [], carried: [shellOf(words.join(' '), null, call)] }
}

/** Without a script of its own a shell reads its input. */
function shells(call: Call): readonly Effect[] {
  const { args, invocation } = call
  const [first] = args.operands
  const given = first !== undefined && !standardInput.test(first.text ?? '')
  const script = given && !args.has('-s')
  if (script || args.has('-c') || args.says('-n')) return []
  const { input, where } = invocation
  if (input.kind === 'file' && where.kind === 'elsewhere') {
    return [unknown('it runs a file of this machine on another one')]
  }
  return input.kind === 'pipe' ? runsPiped(call.before) : []
}

const awkCommand =
  /system\s*\(\s*"((?:[^"\\]|\\.)*)"\s*\)|\|\s*"((?:[^"\\]|\\.)*)"|"((?:[^"\\]|\\.)*)"\s*\|\s*getline/g
const awkFile = /(?<![>=!<])>>?\s*"((?:[^"\\]|\\.)+)"/g

/** Only what is written out: a command or a file made of parts is not known. */
function awks(call: Call): Meant {
  const { args } = call
  const program = args.has('-f', '--file') ? null : (args.operands[0] ?? null)
  if (program === null) return none
  if (program.text === null)
    return { effects: [unknown('an awk program of which not all is known')], carried: [] }
  const runs = [...program.text.matchAll(awkCommand)].map(([, called, piped, got]) =>
    [called, piped, got].join(''),
  )
  const hidden = /system\s*\(\s*[^"\s]|\|\s*[a-z_(]\w*\s*[})]|system\s*\(\s*"[^"]*"\s+[^)\s]/.test(
    program.text,
  )
  const files = [...program.text.matchAll(awkFile)].flatMap(([, name = '']) =>
    overwrites(wordOf(name), call),
  )
  const inPlace = args.values('-i').some(({ text }) => text === 'inplace')
  const edited = inPlace ? args.operands.slice(1).flatMap((word) => edits(word, call)) : []
  return {
    effects: [
      ...(hidden ? [unknown('`awk` runs a command that it makes')] : []),
      ...files,
      ...edited,
    ],
    carried: runs.map((text) => shellOf(text.replace(/\\(.)/g, '$1'), null, call)),
  }
}

function appleScripts(call: Call): Meant {
  const scripts = call.args.values('-e')
  const text = scripts.map((word) => word.text ?? '').join('\n')
  const runs = [...text.matchAll(/do shell script "((?:[^"\\]|\\.)*)"/g)]
  const more = scripts.some((word) => word.text === null) || /do shell script(?! ")/.test(text)
  const acts = /\b(delete|empty|move|erase|shut down|restart|keystroke)\b/.test(
    text.replace(/"[^"]*"/g, ''),
  )
  return {
    effects: more || acts ? [unknown('an AppleScript that acts on other programs')] : [],
    carried: runs.map(([, one = '']) => shellOf(one.replace(/\\(.)/g, '$1'), null, call)),
  }
}

/** `cmd /c "…"`: its words, put together, are commands of Windows. */
function windowsShell(call: Call): Meant {
  const at = call.rest.findIndex(({ text }) => /^\/[ckr]$/i.test(text ?? ''))
  const words = call.rest.slice(at + 1)
  if (at < 0 || words.length === 0) return none
  if (words.some(({ text }) => text === null)) {
    return { effects: [unknown('a script for `cmd` of which not all is known')], carried: [] }
  }
  const text = words.map((word) => word.text ?? '').join(' ')
  return { effects: [], carried: windowsCommands(text).map((one) => shellOf(one, null, call)) }
}

/** Split at `&` and `|` outside double quotes, and quoted again for a shell. */
export function windowsCommands(text: string): readonly string[] {
  const commands = text.match(/(?:"[^"]*"?|[^"&|])+/g) ?? []
  return commands.map((one) =>
    (one.match(/(?:"[^"]*"?|[^\s"])+/g) ?? [])
      .map((word) => `'${word.replaceAll('"', '').replaceAll("'", `'\\''`)}'`)
      .join(' '),
  )
}

const awkSpec = { valued: ['-F', '-v', '-f', '--file', '-i', '--assign'], stops: true } as const

export const interpreters: readonly CommandRow[] = [
  command(python.programs, python.spec, pythons),
  command(perl.programs, perl.spec, rewritesFiles(perl)),
  command(ruby.programs, ruby.spec, rewritesFiles(ruby)),
  ...others.map((one) => command(one.programs, one.spec, interprets(one))),
  command(['deno'], { valued: ['--ext'] }, (call) => {
    const [what, code] = call.args.operands
    return what?.text === 'eval' && code !== undefined ? runsProgram('node', code, call) : none
  }),
  command(['bash', 'sh', 'zsh', 'dash', 'ksh', 'mksh', 'ash', 'fish'], { stops: true }, shells),
  command(['awk', 'gawk', 'mawk', 'nawk'], awkSpec, awks),
  command(['osascript'], { valued: ['-e', '-l', '-s'] }, appleScripts),
  command(['cmd'], { dash: 'slash' }, windowsShell),
]
