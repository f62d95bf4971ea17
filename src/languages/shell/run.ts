// One run of the reader over one script: what it has found, and what is around where it reads.
import type { ParsedScript } from 'unbash'
import { faultIn, isPlain } from './faults.ts'
import { LimitReached, shellLimits } from './limits.ts'
import type { Field, Pieces } from './pieces.ts'
import { copyOf } from './state.ts'
import type { State, Value } from './state.ts'
import type { Input, Invocation, ShellKnown, Unread, Whereabouts } from './syntax.ts'

export type Span = readonly [start: number, end: number]

/** What is found, by everything that reads on behalf of one script. */
export interface Log {
  readonly invocations: Invocation[]
  readonly unread: Unread[]
  steps: number
}

/** Ways out of what is being read, to the loop or function around it. */
export interface Exits {
  readonly loops: readonly State[][]
  /** null outside functions */
  readonly function: State[] | null
  /** what `local` hides until the function ends */
  readonly locals: Map<string, Value | undefined>
}

export function noExits(): Exits {
  return { loops: [], function: null, locals: new Map() }
}

/** Folders, and whether all that is in them is meant. */
export type Roots = Readonly<{ folders: readonly string[]; every: boolean }>

export interface Around {
  readonly input: Input
  /** what `input` is, where a program before it in the pipe lists files below these */
  readonly roots: Roots | null
  readonly where: Whereabouts
  readonly user: string | null
  readonly through: readonly string[]
  readonly times: Invocation['times']
  /** inside what may fail without ending the script */
  readonly tested: boolean
  readonly depth: number
  /** the functions that are being called */
  readonly calls: readonly string[]
  readonly exits: Exits
}

export interface Run {
  readonly known: ShellKnown
  readonly log: Log
  /** what positions are of */
  readonly source: string
  /** stands for every position, where the text was made */
  readonly base: Span | null
  readonly state: State
  readonly around: Around
  /** these two are here so that the files can be read from the bottom up */
  readonly script: (run: Run, script: ParsedScript) => void
  readonly text: (run: Run, text: string) => void
}

export function step(run: Run): void {
  run.log.steps += 1
  if (run.log.steps > shellLimits.stepsMax) throw new LimitReached('it takes too many steps')
  if (run.around.depth > shellLimits.depthMax) throw new LimitReached('it is nested too deeply')
}

export function spanOf(run: Run, node: { readonly pos: number; readonly end: number }): Span {
  return run.base ?? [node.pos, node.end]
}

export function unread(run: Run, why: string, span: Span): void {
  if (run.state.dead) return
  run.log.unread.push({ why, span })
  if (run.log.unread.length > shellLimits.invocationsMax) {
    throw new LimitReached('it has too many parts that cannot be read')
  }
}

export function aroundWith(run: Run, changes: Partial<Around>): Run {
  return { ...run, around: { ...run.around, ...changes } }
}

/** A run whose changes to the shell are lost at its end, as in `( … )`. */
export function subshell(run: Run, changes: Partial<Around> = {}): Run {
  return {
    ...run,
    state: {
      ...copyOf(run.state),
      out: [],
      traps: [],
      standing: changes.input === undefined ? run.state.standing : null,
    },
    around: {
      ...run.around,
      depth: run.around.depth + 1,
      exits: noExits(),
      ...changes,
    },
  }
}

/** Runs a substitution; what it writes. */
export function substituted(run: Run, script: ParsedScript | undefined, part: Span): Pieces {
  if (script === undefined) {
    unread(run, 'a substitution that could not be read', part)
    return [null]
  }
  step(run)
  const plain = run.known.shell === 'sh' || isPlain(run.around.through)
  // A script of its own text had backslashes taken off since it was looked at.
  const fault = faultIn(script.source ?? '', script, plain && script.source !== undefined)
  if (fault !== null) throw new LimitReached(fault)
  const inner = subshell(run)
  const own = script.source === undefined ? inner : { ...inner, source: script.source, base: part }
  run.script(own, script)
  return own.state.out
}

/** The last command of the list, for whoever reads what it writes. */
export function pipeFrom(run: Run, before: number): Input {
  const last = run.log.invocations.length - 1
  return last < before ? { kind: 'pipe', from: -1 } : { kind: 'pipe', from: last }
}

export type { Field }
