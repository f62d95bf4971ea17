// What a row of the table of operations is made of. A row says which arguments it was written for
// and what a call does; whatever it was not written for makes the call `unknown`.
import type { Effect, Extent, Undo } from '../../domain/effect.ts'
import { isNonEmpty } from '../../domain/nonempty.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import { isUnresolved, isValueList, isValueObject } from '../../languages/graphql/value.ts'
import type { Value } from '../../languages/graphql/value.ts'
import { changing, looking, unknownEffect, valueAt } from './call.ts'
import type { Call, Path, Reading, Within } from './call.ts'

/**
 * `trivial`: one more ordinary request brings it back, with nothing that the request or a look
 * beforehand does not show. `from-safeguard`: what it held must have been kept beforehand. `never`:
 * data, history or the value of a secret is gone, or what follows is out of our hands.
 */
export interface Operation {
  /** every argument that the row was written for */
  readonly takes: ReadonlySet<string>
  readonly does: Reading
}

export type Table = Readonly<Record<string, Operation>>

export function row(takes: string, does: Reading): Operation {
  return { takes: new Set(takes.split(' ').filter((name) => name !== '')), does }
}

/** What the call does, as the row says; an argument that the row does not know makes it unknown. */
export function effectsOf(operation: Operation, call: Call): NonEmpty<Effect> {
  for (const name of Object.keys(call.arguments)) {
    if (!operation.takes.has(name)) {
      return [unknownEffect(`\`${call.verb}\` takes an argument that is not in the table`)]
    }
  }
  const effects = operation.does(call)
  return effects.length === 1 ? effects : withoutDoubles(effects)
}

function withoutDoubles(effects: NonEmpty<Effect>): NonEmpty<Effect> {
  const seen = new Set<string>()
  const [first, ...rest] = effects
  seen.add(JSON.stringify(first))
  return [first, ...rest.filter((effect) => isNew(seen, JSON.stringify(effect)))]
}

function isNew(seen: Set<string>, text: string): boolean {
  if (seen.has(text)) return false
  seen.add(text)
  return true
}

const nowhere: Within = {}

/** `environmentId` and `projectId` among the arguments themselves. */
export const inEnvironment: Within = { environment: 'environmentId' }
export const inEnvironmentOrAll: Within = { environment: 'environmentId?' }
export const inProject: Within = { project: 'projectId' }
export const inWorkspace: Within = { workspace: 'workspaceId' }
export const inBoth: Within = { environment: 'environmentId', project: 'projectId' }
/** The same inside `input`. */
export const inputEnvironment: Within = { environment: 'input.environmentId' }
export const inputEnvironmentOrAll: Within = {
  environment: 'input.environmentId?',
  project: 'input.projectId',
}
export const inputProject: Within = { project: 'input.projectId' }
export const inputBoth: Within = {
  environment: 'input.environmentId',
  project: 'input.projectId',
}

export function reads(type: string, id: Path | null = null, within = nowhere): Reading {
  return looking('read', type, id, within)
}

export function discloses(type: string, id: Path | null, within = nowhere): Reading {
  return looking('disclose', type, id, within)
}

export function writes(
  type: string,
  id: Path | null = null,
  within = nowhere,
  undo: Undo = 'trivial',
): Reading {
  return changing('write', type, id, undo, within, 'some')
}

export function destroys(
  type: string,
  id: Path | null,
  undo: Undo,
  within = nowhere,
  extent: Extent = 'whole',
): Reading {
  return changing('destroy', type, id, undo, within, extent)
}

/** A part of it, or its working for a while. */
export function breaks(type: string, id: Path | null, undo: Undo, within = nowhere): Reading {
  return changing('destroy', type, id, undo, within, 'some')
}

/** A protection can be put back; what happens meanwhile is another matter. */
export function disarms(type: string, id: Path | null = null, within = nowhere): Reading {
  return changing('disarm', type, id, 'trivial', within, 'some')
}

/** What was minted, granted or run has been used before it can be taken back. */
export function escalates(type: string, id: Path | null = null, within = nowhere): Reading {
  return changing('escalate', type, id, 'never', within, 'some')
}

/** Never tells what it does; says why. */
export function cannotTell(why: string): Reading {
  return () => [unknownEffect(why)]
}

export function both(first: Reading, second: Reading): Reading {
  return (call) => [...first(call), ...second(call)]
}

type Surely = (value: Value | undefined) => boolean

export const surelyTrue: Surely = (value) => value === true
export const surelyTrueOrAbsent: Surely = (value) => value === true || value === undefined
export const surelyNotTrue: Surely = (value) =>
  value === false || value === null || value === undefined
export const surelyText: Surely = (value) => typeof value === 'string' && value !== ''

export function surelyAll(words: readonly string[]): Surely {
  return (value) => isValueList(value) && words.every((word) => value.includes(word))
}

export function surelyEmpty(value: Value | undefined): boolean {
  return isValueList(value) && value.length === 0
}

/** `calm` only when the value surely passes; what is not known does not. */
export function onlyIf(path: Path, surely: Surely, calm: Reading, otherwise: Reading): Reading {
  return (call) => (surely(valueAt(call, path)) ? calm(call) : otherwise(call))
}

/**
 * By the members of an object argument: null for those that add nothing to `base`, a reading for
 * those that add something, `unknown` for those that are not listed.
 */
export function byMember(
  path: Path,
  base: Reading,
  members: Readonly<Record<string, Reading | null>>,
): Reading {
  return (call) => {
    const given = valueAt(call, path)
    if (given === undefined || given === null) return base(call)
    if (!isValueObject(given)) {
      return [unknownEffect(`\`${path}\` of \`${call.verb}\` is not an object`)]
    }
    const effects: Effect[] = [...base(call)]
    for (const name of Object.keys(given)) {
      const reading = Object.hasOwn(members, name) ? members[name] : undefined
      if (reading === undefined) {
        return [unknownEffect(`\`${call.verb}\` sets a member of \`${path}\` not in the table`)]
      }
      if (reading !== null) effects.push(...reading(call))
    }
    return isNonEmpty(effects) ? effects : base(call)
  }
}

const listedMax = 100

/** One effect for every id of a list; none for an empty one, or one left out. */
export function each(path: Path, make: (list: Path) => Reading): (call: Call) => readonly Effect[] {
  return (call) => {
    const listed = valueAt(call, path)
    if (listed === undefined || listed === null) return []
    // A single value where a list is expected is a list of one (section 3.11 of the specification).
    const ids: readonly Value[] = isValueList(listed) ? listed : [listed]
    if (isUnresolved(listed) || ids.length > listedMax) {
      return [unknownEffect(`\`${path}\` of \`${call.verb}\` cannot be read as a list of ids`)]
    }
    return ids.flatMap((id) => make(path)({ verb: call.verb, arguments: { [path]: id } }))
  }
}

/** One effect for every id of a list; for an empty one, what `none` says. */
export function eachOr(path: Path, make: (list: Path) => Reading, none: Reading): Reading {
  const effects = each(path, make)
  return (call) => {
    const found = effects(call)
    return isNonEmpty(found) ? found : none(call)
  }
}

export function also(base: Reading, more: (call: Call) => readonly Effect[]): Reading {
  return (call) => [...base(call), ...more(call)]
}
