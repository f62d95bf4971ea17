// Programs with many subcommands that act elsewhere, and with more options than anybody lists. A
// word after an option that is not known here may be its value or the next part of the subcommand:
// both are read, and the graver counts.
import { severity } from '../../domain/effect.ts'
import type { Effect } from '../../domain/effect.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { CommandRow } from './commands.ts'
import { nothingRead, readingOf, unknown } from './effects.ts'
import { programName, readArgs } from './match.ts'
import type { Args, Operand, Spec } from './match.ts'
import { nothing } from './row.ts'
import type { Call, Meaning, Meant } from './row.ts'
import { isVerb, kindOfVerb } from './verbs.ts'

export interface Cli {
  readonly programs: readonly string[]
  /** options that take the next word */
  readonly valued?: string
  /** options that take none; of all others it is not known */
  readonly bare?: string
  readonly dash?: Spec['dash']
  /** options that only explain; `-h` is a host to some */
  readonly help?: string
  /** options with which nothing is done */
  readonly dry?: string
  /** keys: `volumes|volume destroy|delete`; the longest one that fits counts */
  readonly rows: Readonly<Record<string, Meaning>>
  /** what a subcommand without a row does; null: not known */
  readonly otherwise?: (call: Call) => readonly Effect[] | null
  /** without any subcommand */
  readonly alone?: Meaning
}

const commonBare =
  '--yes -y --force --json --verbose --quiet -q --debug --recursive --all --no-color --auto-confirm'
const commonHelp = '--help -h --version'
const commonDry = '--dry-run --dryrun --dry_run'
const uncertainMax = 4

export function cli(described: Cli): CommandRow {
  const spec: Spec = {
    valued: split(described.valued ?? ''),
    ...(described.dash === undefined ? {} : { dash: described.dash }),
  }
  const bare = new Set([
    ...split(commonBare),
    ...split(described.bare ?? ''),
    ...split(described.help ?? commonHelp),
    ...split(described.dry ?? commonDry),
  ])
  const rows = spelledOut(described.rows)
  return {
    programs: described.programs,
    read(invocation, surroundings, before = null) {
      const args = readArgs(invocation.args, spec)
      if (onlyExplains(args, invocation.args, described, bare)) return nothingRead
      const program = programName(invocation.program) ?? described.programs[0] ?? ''
      const base = { invocation, surroundings, before }
      const calls = ways(args, bare).map((places): Way => {
        const { meaning, count } = longest(rows, places)
        return { meaning, call: callFor(base, program, args, places, count) }
      })
      const { verb, meant } = gravest(calls, described)
      return readingOf(verb, meant.effects, meant.carried, invocation)
    },
  }
}

interface Way {
  readonly meaning: Meaning | null
  readonly call: Call
}

function split(text: string): readonly string[] {
  return text.split(/\s+/).filter((one) => one !== '')
}

function spelledOut(rows: Readonly<Record<string, Meaning>>): ReadonlyMap<string, Meaning> {
  const all = new Map<string, Meaning>()
  for (const [keys, meaning] of Object.entries(rows)) {
    for (const key of spellings(keys.toLowerCase())) all.set(key, meaning)
  }
  return all
}

function spellings(keys: string): readonly string[] {
  return keys
    .split(' ')
    .map((segment) => segment.split('|'))
    .reduce<readonly string[]>(
      (starts, choices) =>
        starts.flatMap((start) => choices.map((one) => (start === '' ? one : `${start} ${one}`))),
      [''],
    )
}

function onlyExplains(
  args: Args,
  words: readonly Word[],
  described: Cli,
  bare: ReadonlySet<string>,
): boolean {
  if (args.operands[0]?.text === 'help') return true
  const lowering = split(`${described.help ?? commonHelp} ${described.dry ?? commonDry}`)
  return saysPlainly(args, words, lowering, bare)
}

/** Says so, in a word of its own that cannot be the value of the option before it. */
function saysPlainly(
  args: Args,
  words: readonly Word[],
  names: readonly string[],
  bare: ReadonlySet<string>,
): boolean {
  const said = names.filter((name) => args.says(name))
  return args.flags.some(({ name, at }) => {
    const whole = words[at]?.text?.split('=')[0] === name
    return whole && said.includes(name) && !mayTakeNext(args, at - 1, bare)
  })
}

function mayTakeNext({ flags }: Args, at: number, bare: ReadonlySet<string>): boolean {
  const last = flags.filter((flag) => flag.at === at).at(-1)
  return last?.value === null && !bare.has(last.name)
}

/** The operands, in each way they can be told from the values of options. */
function ways(args: Args, bare: ReadonlySet<string>): readonly (readonly Operand[])[] {
  const uncertain = args.places
    .slice(0, uncertainMax * 2)
    .filter(({ at }) => mayTakeNext(args, at - 1, bare))
    .slice(0, uncertainMax)
  return uncertain.reduce<readonly (readonly Operand[])[]>(
    (all, one) => [...all, ...all.map((places) => places.filter((place) => place !== one))],
    [args.places],
  )
}

function longest(
  rows: ReadonlyMap<string, Meaning>,
  places: readonly Operand[],
): { meaning: Meaning | null; count: number } {
  const words = places.map(({ word }) => word.text)
  const known = words.indexOf(null)
  const most = Math.min(known < 0 ? words.length : known, 5)
  for (let count = most; count > 0; count--) {
    const meaning = rows.get(words.slice(0, count).join(' ').toLowerCase())
    if (meaning !== undefined) return { meaning, count }
  }
  return { meaning: null, count: 0 }
}

function callFor(
  base: Pick<Call, 'invocation' | 'surroundings' | 'before'>,
  program: string,
  all: Args,
  places: readonly Operand[],
  count: number,
): Call {
  const taken = places.slice(0, count)
  const left = places.slice(count)
  const values = all.places.filter((place) => !places.includes(place))
  const flags = all.flags.map((flag) => {
    const value = values.find(({ at }) => at === flag.at + 1)?.word ?? null
    return flag.value === null && value !== null ? { ...flag, value } : flag
  })
  return {
    ...base,
    verb: [program, ...taken.map(({ word }) => word.text ?? '')].join(' '),
    args: { ...all, flags, places: left, operands: left.map(({ word }) => word) },
    rest: base.invocation.args.slice((taken.at(-1)?.at ?? -1) + 1),
  }
}

function gravest(calls: readonly Way[], { alone, otherwise }: Cli): { verb: string; meant: Meant } {
  const read = calls.flatMap(({ meaning, call }) => {
    const empty = call.args.operands.length === 0 && call.verb.split(' ').length === 1
    const fits = meaning === nothing && hidesMore(call) ? null : meaning
    const chosen = fits ?? (empty ? (alone ?? nothing) : null)
    const effects = chosen === null ? (otherwise?.(call) ?? null) : chosen(call)
    return effects === null ? [] : [{ verb: call.verb, meant: asMeant(effects) }]
  })
  const [first, ...rest] = read.toSorted((a, b) => gravity(b.meant) - gravity(a.meant))
  if (first === undefined) return unlisted(calls)
  const others = rest.flatMap(({ meant }) => meant.carried)
  const carried = first.meant.carried.length === 0 ? others : first.meant.carried
  return { verb: first.verb, meant: { effects: first.meant.effects, carried } }
}

/** `domains purge`, where only `domains` has a row: a group shows, what is in it may not. */
function hidesMore({ args }: Call): boolean {
  const word = args.operands[0]?.text ?? ''
  const kind = isVerb(word) ? kindOfVerb(word) : null
  return kind === 'destroy' || kind === 'stop' || kind === 'disarm'
}

export function asMeant(meant: readonly Effect[] | Meant): Meant {
  return 'effects' in meant ? meant : { effects: meant, carried: [] }
}

function gravity({ effects }: Meant): number {
  return Math.max(0, ...effects.map(({ kind }) => severity(kind)))
}

function unlisted(calls: readonly Way[]): { verb: string; meant: Meant } {
  const call = calls[0]?.call
  const verb = call?.verb ?? ''
  const shown = (call?.args.operands ?? []).slice(0, 3).map(shownWord).join(' ')
  const why = `what \`${verb} ${shown}\` does is not known here`
  return { verb, meant: { effects: [unknown(why)], carried: [] } }
}

function shownWord({ raw }: Word): string {
  return raw.length > 40 ? `${raw.slice(0, 40).toWellFormed()}…` : raw
}
