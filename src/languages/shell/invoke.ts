// What a command's first word means: a function of the script, a builtin that changes the shell,
// a wrapper around another command, or a program.
import { builtins } from './builtins.ts'
import { emit } from './emit.ts'
import type { Call } from './emit.ts'
import { concat, hole, marked, nothing } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { outputOf } from './outputs.ts'
import { aroundWith, noExits, subshell, unread } from './run.ts'
import type { Around, Run } from './run.ts'
import { become, copyOf, createState, meet, positionalOf } from './state.ts'
import type { Body, State } from './state.ts'
import type { Input } from './syntax.ts'
import { runNode } from './walk.ts'
import type { Failed } from './walk.ts'
import type { Inner } from './wrappers/wrapper.ts'
import { takeOff } from './wrappers/table.ts'

export interface Command extends Omit<Call, 'input'> {
  readonly silent: boolean
  readonly input?: Input | null
}

export function inputOf(run: Run, command: Pick<Command, 'input'>): Input {
  return command.input ?? run.state.standing ?? run.around.input
}

export function write(run: Run, command: Pick<Command, 'silent'>, pieces: Pieces): void {
  if (!command.silent) run.state.out = concat(run.state.out, pieces)
}

/** `lookUp`: functions and builtins come first, as they do in the shell itself. */
export function invoke(run: Run, command: Command, lookUp: boolean): Failed {
  const [first] = command.argv
  if (first === undefined) return null
  const name = first.text
  const bodies = lookUp && name !== null ? run.state.functions.get(name) : undefined
  if (bodies === undefined) return invokeProgram(run, command, lookUp)
  const before = copyOf(run.state)
  const ends = bodies.map((body) => {
    become(run.state, copyOf(before))
    if (body !== null) call(run, command, body, name ?? '')
    else {
      const failed = invokeProgram(run, command, lookUp)
      if (failed !== null) become(run.state, meet(run.state, failed))
    }
    return copyOf(run.state)
  })
  const [end, ...others] = ends
  if (end !== undefined) become(run.state, others.reduce(meet, end))
  return null
}

function invokeProgram(run: Run, command: Command, lookUp: boolean): Failed {
  const name = command.argv[0]?.text ?? null
  const builtin = lookUp && name !== null ? builtins.get(name) : undefined
  if (builtin !== undefined) return builtin(run, command)
  const taken = takeOff(run, command)
  if (taken === null) {
    program(run, command)
    return null
  }
  if (taken.listed) program(run, command)
  for (const inner of taken.inner) runInner(run, command, inner)
  return null
}

/** A program, or a builtin that only acts on what is outside the shell. */
export function program(run: Run, command: Command): void {
  emitCommand(run, command)
  write(run, command, outputOf(run, command))
}

export function emitCommand(run: Run, command: Command): void {
  const { argv, span, assignments = [], redirects = [] } = command
  emit(run, { argv, span, assignments, redirects, input: inputOf(run, command) })
}

function changesOf(run: Run, command: Command, inner: Readable): Partial<Around> {
  return {
    input: inner.input ?? inputOf(run, command),
    through: [...run.around.through, inner.through],
    depth: run.around.depth + 1,
    ...(inner.roots === undefined ? {} : { roots: inner.roots }),
    ...(inner.where === undefined ? {} : { where: inner.where }),
    ...(inner.user === undefined ? {} : { user: inner.user }),
    ...(inner.times === undefined ? {} : { times: inner.times }),
  }
}

type Readable = Exclude<Inner, { kind: 'unread' }>

/** What a wrapper runs: words, or text for a shell. */
export function runInner(run: Run, command: Command, inner: Inner): void {
  const { span } = command
  if (inner.kind === 'unread') {
    unread(run, inner.why, span)
    write(run, command, hole)
    return
  }
  // A wrapper is a process: what its command does to variables and folders ends with it.
  const away = subshell(
    { ...run, base: span },
    { ...changesOf(run, command, inner), exits: noExits() },
  )
  if (inner.directory !== undefined) away.state.directories = [inner.directory]
  for (const { name, value } of inner.assignments ?? []) {
    away.state.variables.set(name, { kind: 'text', pieces: value.pieces })
    away.state.exported.add(name)
  }
  if (inner.kind === 'argv') {
    const { assignments = [], redirects = [] } = command
    // Whatever is redirected, the program at the end of the wrappers has it.
    const call: Command = {
      argv: inner.argv,
      span,
      assignments: [...assignments, ...(inner.assignments ?? [])],
      redirects,
      silent: false,
      input: inner.input ?? inputOf(run, command),
    }
    invoke(away, call, inner.lookUp === true)
  } else {
    readText(away, inner.text, inner.positional ?? [], inner.where !== undefined, span)
  }
  write(run, command, away.state.out)
}

/** A script for another shell: it has the variables that are exported, and nothing else. */
function readText(
  away: Run,
  text: Pieces,
  positional: readonly Field[],
  remote: boolean,
  span: Call['span'],
): void {
  if (text.includes(null)) unread(away, 'a script of which not all is known', span)
  if (!text.some((piece) => piece !== null)) {
    away.state.out = text.length === 0 ? [] : hole
    return
  }
  childState(away, positional, remote)
  away.text(away, marked(text))
}

function childState(away: Run, positional: readonly Field[], remote: boolean): void {
  const { state } = away
  if (remote) {
    const fresh = createState({ directory: null, home: null, variables: {} })
    become(state, {
      ...fresh,
      out: nothing,
      dead: state.dead,
      positional: positionalOf(positional),
    })
    return
  }
  const variables: State['variables'] = new Map()
  for (const [name, value] of state.variables) {
    if (state.exported.has(name) && value.kind === 'text') variables.set(name, value)
  }
  variables.set('IFS', { kind: 'text', pieces: [' \t\n'] })
  const functions: State['functions'] = new Map()
  for (const [name, body] of state.functions) {
    if (state.exported.has(`${name}()`)) functions.set(name, body)
  }
  Object.assign(state, {
    variables,
    functions,
    aliases: new Map(),
    stack: [],
    traps: [],
    exitsOnFailure: false,
    exportsAll: false,
    standing: null,
    positional: positionalOf(positional),
  })
}

const sameCallsMax = 2

/** Runs a function's body with the words of the call. */
function call(run: Run, command: Command, body: Body, name: string): void {
  const { calls } = run.around
  if (calls.filter((one) => one === name).length >= sameCallsMax) {
    unread(run, `\`${name}\` calls itself`, command.span)
    write(run, command, hole)
    return
  }
  const { positional, out } = run.state
  const exits: State[] = []
  const locals: Around['exits']['locals'] = new Map()
  const inner = aroundWith(run, {
    input: inputOf(run, command),
    depth: run.around.depth + 1,
    calls: [...calls, name],
    exits: { loops: [], function: exits, locals },
  })
  if (command.redirects?.some((one) => one.kind !== 'read') === true) {
    emitCommand(run, { ...command, argv: [{ raw: ':', text: ':', pieces: [':'], glob: false }] })
  }
  run.state.positional = positionalOf(command.argv.slice(1))
  const failed = runNode({ ...inner, source: body.source, base: body.base }, body.node)
  const ends = failed === null ? exits : [...exits, failed]
  become(run.state, ends.reduce(meet, copyOf(run.state)))
  run.state.positional = positional
  for (const [local, value] of locals) {
    if (value === undefined) run.state.variables.delete(local)
    else run.state.variables.set(local, value)
  }
  if (command.silent) run.state.out = out
}
