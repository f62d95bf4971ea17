// What is known of a shell at one point of its script. Where two ways meet, what differs between
// them is not known any more.
import type { Script } from 'unbash'
import { shellLimits } from './limits.ts'
import { hole, known, samePieces } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import type { Input, ShellKnown } from './syntax.ts'

type Statements = Script['commands']
export type CommandNode = Statements[number]['command']

export type Value =
  | Readonly<{ kind: 'text'; pieces: Pieces }>
  | Readonly<{ kind: 'list'; items: readonly Pieces[] }>
  | Readonly<{ kind: 'unset' }>

/** A function's body, and the text that its positions are of. */
export interface Body {
  readonly node: CommandNode
  readonly source: string
  readonly base: readonly [number, number] | null
}

export interface State {
  /** absent: not known */
  variables: Map<string, Value>
  exported: Set<string>
  /** null among them: it may also be no function */
  functions: Map<string, readonly (Body | null)[]>
  aliases: Map<string, string>
  /** null: not known */
  positional: readonly Pieces[] | null
  /** where it may be; null among them: anywhere */
  directories: readonly (string | null)[]
  previous: string | null
  stack: readonly (string | null)[]
  /** what has been written to standard output */
  out: Pieces
  /** no way leads here */
  dead: boolean
  exitsOnFailure: boolean
  exportsAll: boolean
  /** given by `exec <`; null: as it was */
  standing: Input | null
  /** those whose values are changed as they are assigned, or are other names */
  doubtful: ReadonlySet<string>
  /** texts run at the end of it */
  traps: readonly Pieces[]
}

/** Among the doubtful: a name may be that of another, from here on. */
export const everyName = '*'

/** Given by the shell itself, whatever is assigned. */
const living = new Set(
  `_ ? ! $ - 0 RANDOM SRANDOM SECONDS LINENO BASHPID BASH_COMMAND BASH_SUBSHELL EPOCHSECONDS FUNCNAME
  EPOCHREALTIME PIPESTATUS BASH_REMATCH DIRSTACK GROUPS HISTCMD UID EUID PPID SHELLOPTS BASHOPTS
  BASH_ARGV0 BASH_ARGV BASH_ARGC BASH_LINENO BASH_SOURCE BASH_VERSION BASH_VERSINFO COPROC REPLY
  MAPFILE OPTARG OPTIND COMP_WORDS READLINE_LINE BASH SHLVL`.split(/\s+/),
)

export function createState(given: ShellKnown): State {
  const variables = new Map<string, Value>()
  for (const [name, text] of Object.entries(given.variables)) {
    if (!living.has(name)) variables.set(name, { kind: 'text', pieces: known(text) })
  }
  if (given.home !== null) variables.set('HOME', { kind: 'text', pieces: known(given.home) })
  variables.set('IFS', { kind: 'text', pieces: [' \t\n'] })
  return {
    exported: new Set(variables.keys()),
    variables,
    functions: new Map(),
    aliases: new Map(),
    positional: [],
    directories: [given.directory],
    previous: null,
    stack: [],
    out: [],
    dead: false,
    exitsOnFailure: false,
    exportsAll: false,
    standing: null,
    doubtful: new Set(),
    traps: [],
  }
}

export function copyOf(state: State): State {
  return {
    ...state,
    variables: new Map(state.variables),
    exported: new Set(state.exported),
    functions: new Map(state.functions),
    aliases: new Map(state.aliases),
  }
}

/** `state` becomes `other`: whoever holds it goes on from there. */
export function become(state: State, other: State): void {
  if (state !== other) Object.assign(state, copyOf(other))
}

/** The state after either of two ways. */
export function meet(one: State, other: State): State {
  if (one === other || other.dead) return one
  if (one.dead) return other
  return {
    variables: meetMaps(one.variables, other.variables, sameValue),
    exported: new Set([...one.exported].filter((name) => other.exported.has(name))),
    functions: meetFunctions(one.functions, other.functions),
    aliases: new Map([...one.aliases, ...other.aliases]),
    positional: samePositional(one.positional, other.positional) ? one.positional : null,
    directories: meetDirectories(one.directories, other.directories),
    previous: one.previous === other.previous ? one.previous : null,
    stack:
      one.stack.length === other.stack.length
        ? one.stack.map((at, i) => (at === other.stack[i] ? at : null))
        : [],
    out: samePieces(one.out, other.out) ? one.out : meetOutput(one.out, other.out),
    dead: false,
    exitsOnFailure: one.exitsOnFailure && other.exitsOnFailure,
    exportsAll: one.exportsAll || other.exportsAll,
    standing: one.standing === other.standing ? one.standing : { kind: 'pipe', from: -1 },
    doubtful:
      one.doubtful === other.doubtful
        ? one.doubtful
        : new Set([...one.doubtful, ...other.doubtful]),
    traps: [...new Set([...one.traps, ...other.traps])],
  }
}

function meetMaps<T>(
  one: Map<string, T>,
  other: Map<string, T>,
  same: (a: T, b: T) => boolean,
): Map<string, T> {
  const made = new Map<string, T>()
  for (const [name, value] of one) {
    const there = other.get(name)
    if (there !== undefined && (there === value || same(there, value))) made.set(name, value)
  }
  return made
}

function meetFunctions(one: State['functions'], other: State['functions']): State['functions'] {
  const made: State['functions'] = new Map()
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    made.set(name, [...new Set([...(one.get(name) ?? [null]), ...(other.get(name) ?? [null])])])
  }
  return made
}

export function meetDirectories(
  one: State['directories'],
  other: State['directories'],
): State['directories'] {
  const all = [...new Set([...one, ...other])]
  return all.length > shellLimits.directoriesMax ? [null] : all
}

function meetOutput(one: Pieces, other: Pieces): Pieces {
  const [first] = one
  return first !== null && first !== undefined && first === other[0] ? [first, null] : hole
}

function sameValue(one: Value, other: Value): boolean {
  if (one.kind === 'text') return other.kind === 'text' && samePieces(one.pieces, other.pieces)
  if (one.kind === 'unset') return other.kind === 'unset'
  return other.kind === 'list' && samePositional(one.items, other.items)
}

function samePositional(one: readonly Pieces[] | null, other: readonly Pieces[] | null): boolean {
  if (one === null || other === null) return one === other
  return one.length === other.length && one.every((item, i) => samePieces(item, other[i] ?? hole))
}

export function sameState(one: State, other: State): boolean {
  return (
    one.dead === other.dead &&
    one.variables.size === other.variables.size &&
    [...one.variables].every(([name, value]) =>
      sameValue(value, other.variables.get(name) ?? { kind: 'text', pieces: hole }),
    ) &&
    samePositional(one.positional, other.positional) &&
    one.directories.length === other.directories.length &&
    one.directories.every((at) => other.directories.includes(at)) &&
    one.functions.size === other.functions.size
  )
}

export function valueOf(state: State, name: string): Value {
  if (name === 'PWD') return { kind: 'text', pieces: [directoryOf(state)] }
  if (name === 'OLDPWD') return { kind: 'text', pieces: [state.previous] }
  if (living.has(name) || state.doubtful.has(name) || state.doubtful.has(everyName))
    return { kind: 'text', pieces: hole }
  return state.variables.get(name) ?? { kind: 'text', pieces: hole }
}

/** The first item where there is a list, as `$name` has it. */
export function scalarOf(value: Value): Pieces {
  switch (value.kind) {
    case 'text':
      return value.pieces
    case 'list':
      return value.items[0] ?? []
    case 'unset':
      return []
  }
}

export function assign(state: State, name: string, value: Value): void {
  state.variables.set(name, value)
  if (state.exportsAll) state.exported.add(name)
}

export function assignText(state: State, name: string, pieces: Pieces): void {
  assign(state, name, { kind: 'text', pieces })
}

/** Something may have set any of them: what they are is not known. */
export function forgetVariables(state: State): void {
  const separators = state.variables.get('IFS')
  state.variables = new Map(separators === undefined ? [] : [['IFS', separators]])
}

export function directoryOf(state: State): string | null {
  return state.directories.length === 1 ? (state.directories[0] ?? null) : null
}

export function positionalOf(fields: readonly Field[]): readonly Pieces[] | null {
  return fields.some((field) => field.loose === true || field.glob)
    ? null
    : fields.map((field) => field.pieces)
}
