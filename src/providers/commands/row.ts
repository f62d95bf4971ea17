// Two ways to write a row: a program that does one thing, and one with subcommands.
import type { Carried } from '../../domain/carried.ts'
import type { Effect } from '../../domain/effect.ts'
import type { Invocation, Word } from '../../languages/shell/syntax.ts'
import type { CommandReading, CommandRow, Surroundings } from './commands.ts'
import { nothingRead, readingOf, unknown } from './effects.ts'
import { isObscure, programName, readArgs } from './match.ts'
import type { Args, Operand, Spec } from './match.ts'

/** One invocation as its row sees it. */
export interface Call {
  readonly invocation: Invocation
  readonly surroundings: Surroundings
  /** `docker volume rm` */
  readonly verb: string
  /** options wherever they stand; operands without the subcommand */
  readonly args: Args
  /** every word after the subcommand, to be read again by other rules */
  readonly rest: readonly Word[]
  /** whose output it reads; null where it reads none */
  readonly before: Invocation | null
}

export interface Meant {
  readonly effects: readonly Effect[]
  readonly carried: readonly Carried[]
}

/** Total; empty: it does nothing that anybody minds. */
export type Meaning = (call: Call) => readonly Effect[] | Meant

export const nothing: Meaning = () => []

/** A dry run, or something alike: it says what it would do. `-n` only where that is its name. */
export function unless(flags: readonly string[], meaning: Meaning): Meaning {
  return (call) => (call.args.says(...flags) ? [] : meaning(call))
}

/** A subcommand has options of its own. */
export function own(spec: Spec, meaning: Meaning): Meaning {
  return (call) => meaning({ ...call, args: readArgs(call.rest, spec) })
}

/** Options that are not known here may be any of those which raise it. */
export function clear(meaning: Meaning): Meaning {
  return (call): readonly Effect[] | Meant => {
    if (!call.args.obscured) return meaning(call)
    return [unknown(`not all that \`${call.verb}\` is told is known here`)]
  }
}

/** A program that does one thing: `rm`. */
export function command(programs: readonly string[], spec: Spec, meaning: Meaning): CommandRow {
  return {
    programs,
    read(invocation, surroundings, before = null) {
      const args = readArgs(invocation.args, spec)
      if (asksForHelp(args, args.places[0])) return nothingRead
      const verb = programName(invocation.program) ?? programs[0] ?? ''
      const call = { invocation, surroundings, verb, args, rest: invocation.args, before }
      return readingFor(call, meaning(call))
    },
  }
}

/**
 * A program with subcommands. Keys: `volume rm|remove, prune`; the longest that fits counts. A
 * subcommand without a key is an `unknown` effect, unless `otherwise` says something else.
 */
export function subcommands(
  programs: readonly string[],
  spec: Spec,
  table: Readonly<Record<string, Meaning>>,
  otherwise: Meaning = unlisted,
): CommandRow {
  const meanings = new Map(
    Object.entries(table).flatMap(([keys, meaning]) =>
      spelledOut(keys).map((key) => [key, meaning] as const),
    ),
  )
  const depth = Math.max(...[...meanings.keys()].map((key) => key.split(' ').length))
  return {
    programs,
    read(invocation, surroundings, before = null) {
      const all = readArgs(invocation.args, spec)
      const program = programName(invocation.program) ?? programs[0] ?? ''
      const found = find(meanings, all, depth)
      const call = callOf(invocation, surroundings, before, program, all, found.count)
      if (asksForHelp(all, all.places[found.count])) return nothingRead
      if (found.meaning === null && all.operands.length === 0) return nothingRead
      return readingFor(call, (found.meaning ?? otherwise)(call))
    },
  }
}

function spelledOut(keys: string): readonly string[] {
  return keys.split(', ').flatMap(spelledOutOne)
}

function spelledOutOne(key: string): readonly string[] {
  return key
    .split(' ')
    .map((segment) => segment.split('|'))
    .reduce<readonly string[]>(
      (before, choices) =>
        before.flatMap((start) => choices.map((one) => (start === '' ? one : `${start} ${one}`))),
      [''],
    )
}

function find(
  meanings: ReadonlyMap<string, Meaning>,
  { operands }: Args,
  depth: number,
): { meaning: Meaning | null; count: number } {
  for (let count = Math.min(depth, operands.length); count > 0; count--) {
    const words = operands.slice(0, count).map(({ text }) => text)
    const meaning = words.includes(null) ? undefined : meanings.get(words.join(' '))
    if (meaning !== undefined) return { meaning, count }
  }
  return { meaning: null, count: 0 }
}

function callOf(
  invocation: Invocation,
  surroundings: Surroundings,
  before: Invocation | null,
  program: string,
  all: Args,
  count: number,
): Call {
  const taken = all.places.slice(0, count)
  const from = (taken.at(-1)?.at ?? -1) + 1
  const places = all.places.slice(count)
  return {
    invocation,
    surroundings,
    before,
    verb: [program, ...taken.map(({ word }) => word.text ?? '')].join(' '),
    args: { ...all, places, operands: places.map(({ word }) => word) },
    rest: invocation.args.slice(from),
  }
}

/** Only where it stands before what the program acts on: some take it for an operand after that. */
function asksForHelp(args: Args, first: Operand | undefined): boolean {
  return args.flags.some(
    ({ name, at }) => /^(--help|--version|-help)$/.test(name) && at < (first?.at ?? Infinity),
  )
}

const unlisted: Meaning = ({ verb, args }) => {
  const [word] = args.operands
  const shown = word === undefined || isObscure(word) ? '…' : word.raw.slice(0, 40)
  return [unknown(`what \`${verb} ${shown}\` does is not known here`)]
}

function readingFor(call: Call, meant: readonly Effect[] | Meant): CommandReading {
  const { effects, carried } = 'effects' in meant ? meant : { effects: meant, carried: [] }
  return readingOf(call.verb, effects, carried, call.invocation)
}
