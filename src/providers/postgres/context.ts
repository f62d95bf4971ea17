// What is gathered while a statement is read, and what all of it depends on.
import type { Trial } from '../../domain/action.ts'
import type { Effect, Extent } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { SqlParser } from '../../languages/sql/parse.ts'
import type { Node } from '../../languages/sql/tree.ts'
import type { Catalogue, Relation } from './catalogue.ts'
import { namesOf } from './names.ts'
import type { Names } from './names.ts'

/** Where a statement is read for. */
export interface SqlPlace {
  readonly upstream: string
  readonly database: string
  /** the environment's id in the inventory, as resources say it: `shop-db/shop` */
  readonly environment: string
}

/**
 * How an effect can be taken back: at once; by what a trial of this class keeps; not at all.
 * `lost`: it is one of those, done where no trial could keep it.
 */
export type Keeping = 'trivial' | Trial | 'never'

export interface Context {
  readonly catalogue: Catalogue
  readonly names: Names
  readonly place: SqlPlace
  readonly parser: SqlParser
  readonly found: Found
  /** names of common table expressions in sight */
  readonly scope: ReadonlySet<string>
  /** 0: the statement itself; more: inside a body, a view, a trigger */
  readonly depth: number
  /** what earlier statements of the same text may have changed */
  readonly changed: Changed
  /** it is planned and not run: only what the planner itself calls is done */
  readonly planning: boolean
  /** called for a statement that defines something: event triggers run then */
  readonly onDefinition: (context: Context) => void
}

/** Statements are read before the first of them runs: what it changes, the catalogue cannot say. */
export interface Changed {
  /** ids `schema.name` that were made in the same text, with nothing on them */
  readonly made: Set<string>
  /** relations (`name`) and routines (`name()`) whose meaning is not known any more */
  readonly names: Set<string>
  /** prepared in the same text */
  readonly prepared: Map<string, Node>
  /** why no name can be relied on any more; null while they can */
  everything: string | null
}

export function startChanged(): Changed {
  return { made: new Set(), names: new Set(), prepared: new Map(), everything: null }
}

/** Gathers effects; the same one twice is one. */
export interface Found {
  add(effect: Effect, keeping?: Keeping): void
  readonly effects: readonly (readonly [Effect, Keeping])[]
  /** why it cannot be tried behind a savepoint; null while it can */
  untried: string | null
  /** a constant in the text decides what is done: SQL given as a value, the name of a setting */
  inConstants: boolean
  /** what was looked into already: `routine/123`, `delete/456` */
  readonly seen: Set<string>
}

const effectsMax = 2000

const tooMany = `more than ${effectsMax} effects`

/** Of two ways to keep what is one effect, the one that must be taken. */
const rankOf: Readonly<Record<Keeping, number>> = {
  trivial: 0,
  rows: 1,
  drop: 2,
  image: 3,
  database: 4,
  parse: 5,
  never: 6,
}

function keyOf(effect: Effect): string {
  if (effect.kind === 'unknown') return `unknown ${effect.why}`
  const { resource, kind, extent } = effect
  return `${kind} ${resource.type}/${resource.id ?? '*'} ${extent}`
}

export function createFound(): Found {
  const kept = new Map<string, readonly [Effect, Keeping]>()
  return {
    add(effect, keeping = 'never') {
      const key = keyOf(effect)
      const known = kept.get(key)
      if (known !== undefined) {
        if (rankOf[keeping] > rankOf[known[1]]) kept.set(key, [known[0], keeping])
      } else if (kept.size < effectsMax) kept.set(key, [effect, keeping])
      else kept.set('', [{ kind: 'unknown', why: tooMany, legible: true }, 'never'])
    },
    get effects() {
      return [...kept.values()]
    },
    untried: null,
    inConstants: false,
    seen: new Set(),
  }
}

export type ContextParts = Pick<
  Context,
  'catalogue' | 'place' | 'parser' | 'changed' | 'onDefinition'
>

export function createContext(parts: ContextParts): Context {
  const { catalogue } = parts
  return {
    ...parts,
    names: namesOf(catalogue),
    found: createFound(),
    scope: new Set(),
    depth: 0,
    planning: false,
  }
}

export type ResourceType =
  | 'database'
  | 'schema'
  | 'table'
  | 'view'
  | 'sequence'
  | 'function'
  | 'type'
  | 'index'
  | 'role'
  | 'setting'
  | 'server'

export function resourceOf(context: Context, type: ResourceType, id: string | null): Resource {
  const within = { environment: context.place.environment }
  return { provider: 'postgres', type, id: id === null ? null : written(id), within }
}

/** A `/` in a name would look like a step down. */
function written(id: string): string {
  return id.replaceAll('%', '%25').replaceAll('/', '%2F')
}

export function databaseOf(context: Context): Resource {
  return resourceOf(context, 'database', context.place.database)
}

export function serverOf(context: Context): Resource {
  return resourceOf(context, 'server', context.place.upstream)
}

export function qualify(schema: string, name: string): string {
  return `${schema.replaceAll('.', '%2E')}.${name}`
}

const typeOfKind: Readonly<Record<string, ResourceType>> = {
  v: 'view',
  m: 'view',
  S: 'sequence',
  i: 'index',
  I: 'index',
  c: 'type',
}

export function relationResource(context: Context, relation: Relation): Resource {
  const schema = relation.persistence === 't' ? 'pg_temp' : relation.schema
  const type = typeOfKind[relation.kind] ?? 'table'
  return resourceOf(context, type, qualify(schema, relation.name))
}

export function reads(context: Context, resource: Resource): void {
  context.found.add({ kind: 'read', resource, extent: 'some' })
}

export function discloses(context: Context, resource: Resource): void {
  context.found.add({ kind: 'disclose', resource, extent: 'some' })
}

export function writes(context: Context, resource: Resource, keeping: Keeping = 'trivial'): void {
  // Its undo is filled in when all is known: see `actionOf`.
  context.found.add({ kind: 'write', resource, extent: 'some', undo: 'never' }, keeping)
}

export function destroys(
  context: Context,
  resource: Resource,
  extent: Extent,
  keeping: Keeping,
): void {
  context.found.add({ kind: 'destroy', resource, extent, undo: 'never' }, keeping)
}

export function disarms(context: Context, resource: Resource, keeping: Keeping = 'never'): void {
  context.found.add({ kind: 'disarm', resource, extent: 'some', undo: 'never' }, keeping)
}

export function escalates(context: Context, resource: Resource, keeping: Keeping = 'never'): void {
  context.found.add({ kind: 'escalate', resource, extent: 'some', undo: 'never' }, keeping)
}

export function unknown(context: Context, why: string, legible = true): void {
  context.found.add({ kind: 'unknown', why: why.slice(0, 200).toWellFormed(), legible })
}

/** Objects fall in a trial only where the whole statement is about their falling. */
export function dropping(context: Context): Keeping {
  return context.depth === 0 ? 'drop' : 'never'
}

export function deeper(context: Context): Context {
  return { ...context, depth: context.depth + 1, scope: new Set(), planning: false }
}
