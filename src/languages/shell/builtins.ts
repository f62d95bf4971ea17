// Builtins that change the shell itself, a row each. All are listed as called too.
// https://www.gnu.org/software/bash/manual/html_node/Shell-Builtin-Commands.html
import { followAssigned, followName, followNumber } from './hidden.ts'
import { renames, tests } from './builtins-other.ts'
import { changeDirectory, popDirectory, pushDirectory } from './directories.ts'
import { emitCommand, inputOf, program, runInner, write } from './invoke.ts'
import type { Command } from './invoke.ts'
import { concat, hole, marked } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { formatted } from './printf.ts'
import { unread } from './run.ts'
import type { Run } from './run.ts'
import { runTraps, setTrap } from './traps.ts'
import {
  assign,
  assignText,
  copyOf,
  everyName,
  forgetVariables,
  positionalOf,
  scalarOf,
  valueOf,
} from './state.ts'
import type { Failed } from './walk.ts'

type Builtin = (run: Run, command: Command) => Failed

const name = /^[A-Za-z_]\w*$/

/** Words after the options, which begin with `-` or `+`. */
function operands(argv: readonly Field[]): readonly Field[] {
  const from = argv.slice(1).findIndex((field) => !/^[-+]./.test(field.text ?? 'x'))
  if (from < 0) return []
  return argv.slice(1 + from)
}

function optionsOf(argv: readonly Field[]): string {
  return argv
    .slice(1)
    .filter((field) => /^[-+]./.test(field.text ?? ''))
    .map((field) => field.text?.slice(1) ?? '')
    .join('')
}

/** `export A=1 B`: what is assigned has come through expansion by now. */
function declare(run: Run, command: Command): Failed {
  const { state } = run
  const options = optionsOf(command.argv)
  const builtin = command.argv[0]?.text ?? ''
  for (const field of operands(command.argv)) {
    const [first] = field.pieces
    const [head, variable, append] = /^([A-Za-z_]\w*)(\+?)=/s.exec(first ?? '') ?? []
    if (/[in]/.test(options)) followNumber(run, field.pieces)
    else followName(run, field.pieces)
    const bare = name.test(field.text ?? '') ? field.text : null
    const target = variable ?? bare
    if (target === null) {
      // It may have set anything.
      if (field.text === null) forgetVariables(state)
      continue
    }
    const listed = bare !== null && field.raw !== bare
    if (
      builtin === 'local' ||
      (run.around.exits.function !== null &&
        /^(declare|typeset)$/.test(builtin) &&
        !options.includes('g'))
    ) {
      const { locals } = run.around.exits
      if (!locals.has(target)) locals.set(target, listed ? undefined : state.variables.get(target))
      if (bare !== null && !listed) assign(state, target, { kind: 'unset' })
    }
    if (head !== undefined) {
      const value = concat([(first ?? '').slice(head.length)], field.pieces.slice(1))
      const before = scalarOf(valueOf(state, target))
      // -i counts, -u and -l change case, -n is another name for something.
      const odd = /[iulnaA]/.test(builtin === 'export' || builtin === 'readonly' ? '' : options)
      followAssigned(run, target, value)
      assignText(state, target, odd ? hole : append === '+' ? concat(before, value) : value)
    }
    if (/^(declare|typeset|local)$/.test(builtin)) oddities(run, target, options)
    if (builtin === 'export' || options.includes('x')) {
      state.exported.add(options.includes('f') ? `${target}()` : target)
    }
  }
  emitCommand(run, command)
  if (options.includes('p') || command.argv.length === 1) write(run, command, hole)
  return null
}

/** From here on a reference makes every name doubtful. */
function oddities(run: Run, target: string, options: string): void {
  const { state } = run
  if (options.includes('n')) state.doubtful = new Set([...state.doubtful, everyName])
  if (/[iul]/.test(options)) state.doubtful = new Set([...state.doubtful, target])
}

const unset: Builtin = (run, command) => {
  const functions = optionsOf(command.argv).includes('f')
  for (const field of operands(command.argv)) {
    const target = field.text
    followName(run, field.pieces)
    if (target === null) {
      forgetVariables(run.state)
      run.state.functions = new Map(
        [...run.state.functions].map(([key, all]) => [key, [...all, null]]),
      )
    } else if (functions) run.state.functions.delete(target)
    else if (name.test(target)) assign(run.state, target, { kind: 'unset' })
    else assignText(run.state, /^\w*/.exec(target)?.[0] ?? '', hole)
    if (target !== null && !functions && valueless(run, target)) run.state.functions.delete(target)
  }
  emitCommand(run, command)
  return null
}

/** `unset f` takes a function where there is no variable of that name. */
function valueless(run: Run, target: string): boolean {
  const all = run.state.functions.get(target)
  if (all !== undefined) run.state.functions.set(target, [...all, null])
  return false
}

const set: Builtin = (run, command) => {
  const { state } = run
  const args = command.argv.slice(1)
  let at = 0
  for (; at < args.length; at++) {
    const text = args[at]?.text ?? null
    if (text === '--' || text === null || !/^[-+]./.test(text)) break
    const on = text.startsWith('-')
    const word = /o$/.test(text) ? (args[++at]?.text ?? null) : null
    if (text.includes('e') || word === 'errexit') state.exitsOnFailure = on
    if (text.includes('a') || word === 'allexport') state.exportsAll = on
  }
  const rest = args.slice(at)
  if (rest[0]?.text === '--') state.positional = positionalOf(rest.slice(1))
  else if (rest.length > 0)
    state.positional = rest.some((one) => one.text === null) ? null : positionalOf(rest)
  emitCommand(run, command)
  if (args.length === 0) write(run, command, hole)
  return null
}

const shift: Builtin = (run, command) => {
  const by = command.argv[1] === undefined ? '1' : command.argv[1].text
  const known = by !== null && /^\d{1,3}$/.test(by) && run.state.positional !== null
  const left = known && Number(by) <= (run.state.positional?.length ?? 0)
  if (!known) run.state.positional = null
  else if (left) run.state.positional = run.state.positional?.slice(Number(by)) ?? null
  emitCommand(run, command)
  return null
}

/** Those that put what they read into the variables they are given. */
const fills: Builtin = (run, command) => {
  for (const field of command.argv.slice(1)) {
    followName(run, field.pieces)
    if (field.text === null) forgetVariables(run.state)
    else if (name.test(field.text)) assignText(run.state, field.text, hole)
    else {
      const [target] = /^[A-Za-z_]\w*/.exec(field.text.replace(/^-\w/, '')) ?? []
      if (target !== undefined) assignText(run.state, target, hole)
    }
  }
  const callback = command.argv.findIndex((field) => field.text === '-C')
  const text = callback < 0 ? undefined : command.argv[callback + 1]
  if (text !== undefined && /^(mapfile|readarray)$/.test(command.argv[0]?.text ?? '')) {
    evaluate(run, command, text.pieces)
  }
  emitCommand(run, command)
  return null
}

function evaluate(run: Run, command: Command, text: Pieces): void {
  if (text.includes(null)) unread(run, '`eval` of a text of which not all is known', command.span)
  const inner: Run = {
    ...run,
    base: command.span,
    around: { ...run.around, depth: run.around.depth + 1, input: inputOf(run, command) },
  }
  const before = run.state.out
  if (text.some((piece) => piece !== null)) inner.text(inner, marked(text))
  else if (text.length > 0) run.state.out = hole
  if (text.includes(null)) forgetVariables(run.state)
  if (command.silent) run.state.out = before
}

const evaluates: Builtin = (run, command) => {
  const args = command.argv.slice(command.argv[1]?.text === '--' ? 2 : 1)
  const text = concat(
    ...args.map(({ pieces }, i): Pieces => (i === 0 ? pieces : concat([' '], pieces))),
  )
  if (args.some((one) => one.loose === true && one.text !== null))
    unread(run, '`eval` of words that are not known', command.span)
  evaluate(run, command, text)
  return null
}

const sources: Builtin = (run, command) => {
  const [file] = command.argv.slice(command.argv[1]?.text === '--' ? 2 : 1)
  const input = inputOf(run, command)
  const fromInput = /^(\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(file?.text ?? '')
  const written = file?.written ?? (fromInput && input.kind === 'text' ? [input.text] : undefined)
  if (written !== undefined) evaluate(run, command, written)
  else {
    emitCommand(run, command)
    // The file may set any variable; what it runs is for whoever knows the file.
    forgetVariables(run.state)
    if (file !== undefined && (file.text === null || fromInput)) {
      unread(run, 'a script whose file is not known', command.span)
    }
  }
  write(run, command, written === undefined ? hole : [])
  return null
}

const leavesLoop: Builtin = (run, command) => {
  const { loops } = run.around.exits
  emitCommand(run, command)
  if (loops.length === 0) return null
  for (const loop of loops) loop.push(copyOf(run.state))
  if (endsSurely(command)) run.state.dead = true
  return null
}

/** With an argument that the shell may refuse, it may go on. */
function endsSurely({ argv }: Command): boolean {
  return argv.length === 1 || (argv.length === 2 && /^\d{1,4}$/.test(argv[1]?.text ?? ''))
}

const leavesFunction: Builtin = (run, command) => {
  const exits = run.around.exits.function
  emitCommand(run, command)
  if (exits === null) return null
  exits.push(copyOf(run.state))
  if (endsSurely(command)) run.state.dead = true
  return null
}

const exits: Builtin = (run, command) => {
  emitCommand(run, command)
  const { traps } = run.state
  runTraps(run)
  run.state.traps = traps
  if (endsSurely(command)) run.state.dead = true
  return null
}

const traps: Builtin = (run, command) => {
  const [text, ...signals] = command.argv.slice(command.argv[1]?.text === '--' ? 2 : 1)
  emitCommand(run, command)
  const plain = text?.text ?? null
  if (text === undefined || plain === '-' || plain === '' || /^-[lp]$/.test(plain ?? ''))
    return null
  setTrap(
    run,
    text.pieces,
    signals.map((one) => one.text ?? 'DEBUG'),
    command.span,
  )
  return null
}

const aliases: Builtin = (run, command) => {
  for (const field of command.argv.slice(1)) {
    const [first] = field.pieces
    const [head, target] = /^([^=]+)=/s.exec(first ?? '') ?? []
    if (head === undefined || target === undefined) continue
    run.state.aliases.set(
      target,
      marked(concat([(first ?? '').slice(head.length)], field.pieces.slice(1))),
    )
  }
  emitCommand(run, command)
  return null
}

const prints: Builtin = (run, command) => {
  const { argv } = command
  if (argv[1]?.text !== '-v') {
    program(run, command)
    return null
  }
  const target = argv[2]?.text ?? null
  if (argv[2] !== undefined) followName(run, argv[2].pieces)
  if (target === null || !name.test(target)) forgetVariables(run.state)
  else assignText(run.state, target, formatted(argv.slice(3)))
  emitCommand(run, command)
  return null
}

/** `exec` with no command moves the shell's own files. */
const executes: Builtin = (run, command) => {
  if (command.argv.length === 1) {
    emitCommand(run, { ...command, argv: [{ raw: ':', text: ':', pieces: [':'], glob: false }] })
    if (command.input !== null && command.input !== undefined) run.state.standing = command.input
    if (command.silent) run.state.out = hole
    return null
  }
  let at = 1
  for (; at < command.argv.length; at++) {
    const text = command.argv[at]?.text ?? null
    if (text === '-a') at++
    else if (text === null || !/^-[clL]+$|^--$/.test(text)) break
  }
  runInner(run, command, { kind: 'argv', argv: command.argv.slice(at), through: 'exec' })
  return null
}

/** Past functions, and past aliases. */
const direct: Builtin = (run, command) => {
  const [word] = command.argv
  const options = /^-[a-zA-Z]+$/.test(command.argv[1]?.text ?? '')
    ? (command.argv[1]?.text ?? '')
    : ''
  if (/[vV]/.test(options)) {
    program(run, command)
    return null
  }
  const after = command.argv.slice(options === '' ? 1 : 2)
  const argv = after[0]?.text === '--' ? after.slice(1) : after
  if (argv.length === 0) return null
  const target = argv[0]?.text ?? null
  const builtin = target === null ? undefined : builtins.get(target)
  const inner = {
    ...run,
    around: { ...run.around, through: [...run.around.through, word?.text ?? ''] },
  }
  if (builtin !== undefined) return builtin(inner, { ...command, argv })
  runInner(run, command, { kind: 'argv', argv, through: word?.text ?? '' })
  return null
}

const directories =
  (move: typeof changeDirectory): Builtin =>
  (run, command) => {
    emitCommand(run, command)
    return move(run, command)
  }

/** `let`, `getopts`, `wait -p`, and others that may set what is not seen here. */
const counts: Builtin = (run, command) => {
  for (const field of command.argv.slice(1)) {
    followNumber(run, field.pieces)
    if (field.text === null) forgetVariables(run.state)
    for (const [target] of (field.text ?? '').matchAll(/[A-Za-z_]\w*/g))
      assignText(run.state, target, hole)
  }
  program(run, command)
  return null
}

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['.', sources],
  ['[', tests],
  ['alias', aliases],
  ['break', leavesLoop],
  ['builtin', direct],
  ['cd', directories(changeDirectory)],
  ['command', direct],
  ['continue', leavesLoop],
  ['declare', declare],
  ['eval', evaluates],
  ['exec', executes],
  ['exit', exits],
  ['export', declare],
  ['getopts', counts],
  ['hash', renames],
  ['let', counts],
  ['local', declare],
  ['mapfile', fills],
  ['popd', directories(popDirectory)],
  ['printf', prints],
  ['pushd', directories(pushDirectory)],
  ['read', fills],
  ['readarray', fills],
  ['readonly', declare],
  ['return', leavesFunction],
  ['set', set],
  ['shift', shift],
  ['source', sources],
  ['test', tests],
  ['trap', traps],
  ['typeset', declare],
  ['unset', unset],
  ['wait', counts],
])

export type { Builtin }
