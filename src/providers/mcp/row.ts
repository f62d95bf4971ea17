// One row says what one tool of a known server does.
import type { Carried } from '../../domain/carried.ts'
import type { Extent, KnownEffectKind, Undo } from '../../domain/effect.ts'
import type { JsonObject } from '../../languages/json/value.ts'
import { isList, member } from '../../languages/json/value.ts'
import { wordsOf } from './arguments.ts'

export interface ToolRow {
  readonly effect: KnownEffectKind
  readonly extent: Extent
  readonly undo: Undo
  /** arguments that are paths of files */
  readonly paths: readonly string[]
  /** what its arguments make it run somewhere else */
  readonly carries: (args: JsonObject) => readonly Carried[]
  /** what certain arguments make of it; null: as the row says. Only graver ones count */
  readonly graver: (args: JsonObject) => KnownEffectKind | null
}

export type ToolTable = Readonly<Record<string, ToolRow>>

const plain = {
  extent: 'some',
  undo: 'never',
  paths: [],
  carries: () => [],
  graver: () => null,
} as const

type Rest = Partial<Omit<ToolRow, 'effect'>>

export const reads = (rest: Rest = {}): ToolRow => ({ ...plain, effect: 'read', ...rest })
export const writes = (rest: Rest = {}): ToolRow => ({
  ...plain,
  ...{ effect: 'write', undo: 'trivial' },
  ...rest,
})
export const destroys = (rest: Rest = {}): ToolRow => ({
  ...plain,
  ...{ effect: 'destroy', extent: 'whole' },
  ...rest,
})
export const disarms = (rest: Rest = {}): ToolRow => ({ ...plain, effect: 'disarm', ...rest })
export const escalates = (rest: Rest = {}): ToolRow => ({ ...plain, effect: 'escalate', ...rest })
export const discloses = (rest: Rest = {}): ToolRow => ({ ...plain, effect: 'disclose', ...rest })

/** Many names, one row. */
export function each(names: string, row: ToolRow): ToolTable {
  return Object.fromEntries(names.split(/\s+/).map((name) => [name, row]))
}

export function textOf(args: JsonObject, name: string): string | null {
  const value = member(args, name)
  return typeof value === 'string' ? value : null
}

function textsOf(args: JsonObject, name: string): readonly string[] {
  const value = member(args, name)
  const all = isList(value) ? value : [value]
  return all.filter((one) => typeof one === 'string').slice(0, textsMax)
}

const textsMax = 50

/** SQL in one argument, or a list of it; where it is missing, the tool runs none. */
export function sql(
  engine: 'postgres' | 'sqlite' | 'other',
  name: string,
): (args: JsonObject) => readonly Carried[] {
  return (args) => textsOf(args, name).map((text) => ({ kind: 'sql', engine, text, target: null }))
}

/** A command in one argument, or a list of commands, with the program that the tool leaves out. */
export function shell(
  name: string,
  program: string | null = null,
): (args: JsonObject) => readonly Carried[] {
  return (args) =>
    textsOf(args, name).map((given) => {
      const named = program === null || new RegExp(`^\\s*${program}\\s`).test(given)
      const text = named ? given : `${program} ${given}`
      return { kind: 'shell', text, directory: null }
    })
}

/** A command in one argument, as a text or as the list of its words. */
export function words(name: string): (args: JsonObject) => readonly Carried[] {
  return (args) => {
    const text = wordsOf(member(args, name) ?? null)
    return text === null ? [] : [{ kind: 'shell', text, directory: null }]
  }
}
