// Which relation or routine a name stands for, as the server would find it.
import type { Catalogue, ForeignKey, Relation, Routine } from './catalogue.ts'

export type Resolved =
  | Readonly<{ kind: 'relation'; relation: Relation }>
  /** one of PostgreSQL's own, in `pg_catalog` or `information_schema` */
  | Readonly<{ kind: 'system'; schema: string; name: string }>
  /** there is none; where the schema is not said, it is the one where it would be made */
  | Readonly<{ kind: 'missing'; schema: string; name: string }>

export interface Names {
  relation(schema: string, name: string): Resolved
  byOid(oid: string): Relation | null
  /** all that a call by this name may mean, of the routines that PostgreSQL did not bring */
  routines(schema: string, name: string): readonly Routine[]
  routine(oid: string): Routine | null
  /** partitions and inheriting tables, theirs too, itself left out */
  below(relation: Relation): readonly Relation[]
  /** keys that refer to the relation */
  referring(relation: Relation): readonly ForeignKey[]
  indexesOf(relation: Relation): readonly Relation[]
  inSchema(schema: string): readonly Relation[]
  /** where an unqualified name is made */
  readonly creationSchema: string
  readonly hasUnqualifiedSystem: boolean
}

const known = new WeakMap<Catalogue, Names>()

export function namesOf(catalogue: Catalogue): Names {
  let names = known.get(catalogue)
  if (names === undefined) {
    names = createNames(catalogue)
    known.set(catalogue, names)
  }
  return names
}

const systemSchemas: ReadonlySet<string> = new Set(['pg_catalog', 'information_schema', 'pg_toast'])

export function isSystemSchema(schema: string): boolean {
  return systemSchemas.has(schema)
}

function createNames(catalogue: Catalogue): Names {
  const { session } = catalogue
  const relations = new Map(catalogue.relations.map((one) => [`${one.schema}\0${one.name}`, one]))
  const oids = new Map(catalogue.relations.map((one) => [one.oid, one]))
  const children = new Map<string, Relation[]>()
  for (const one of catalogue.relations) {
    for (const parent of one.parents) push(children, parent, one)
  }
  const indexes = new Map<string, Relation[]>()
  for (const one of catalogue.relations) if (one.table !== null) push(indexes, one.table, one)
  const keys = new Map<string, ForeignKey[]>()
  for (const key of catalogue.foreignKeys) push(keys, key.to, key)
  const routines = new Map<string, Routine[]>()
  for (const one of catalogue.routines) push(routines, one.name, one)
  const byRoutineOid = new Map(catalogue.routines.map((one) => [one.oid, one]))
  const temporary = session.temporary === '' ? 'pg_temp' : session.temporary
  const creationSchema =
    session.searchPath.find((one) => !isSystemSchema(one) && one !== temporary) ?? 'public'
  const qualified = (schema: string): string => (schema === 'pg_temp' ? temporary : schema)

  function relation(schema: string, name: string): Resolved {
    const places = schema === '' ? session.searchPath : [qualified(schema)]
    for (const place of places) {
      const found = relations.get(`${place}\0${name}`)
      if (found !== undefined) return { kind: 'relation', relation: found }
      const isSystem =
        place === 'pg_catalog' ? schema !== '' || name.startsWith('pg_') : isSystemSchema(place)
      if (isSystem && (schema !== '' || place === 'pg_catalog')) {
        return { kind: 'system', schema: place, name }
      }
    }
    return { kind: 'missing', schema: schema === '' ? creationSchema : qualified(schema), name }
  }

  function below(relation: Relation): readonly Relation[] {
    const found: Relation[] = []
    const seen = new Set([relation.oid])
    const queue = [relation.oid]
    for (const oid of queue) {
      for (const child of children.get(oid) ?? []) {
        if (seen.has(child.oid)) continue
        seen.add(child.oid)
        queue.push(child.oid)
        found.push(child)
      }
    }
    return found
  }

  return {
    relation,
    byOid: (oid) => oids.get(oid) ?? null,
    routines: (schema, name) =>
      (routines.get(name) ?? []).filter((one) =>
        schema === ''
          ? session.searchPath.includes(one.schema) && one.schema !== temporary
          : one.schema === qualified(schema),
      ),
    routine: (oid) => byRoutineOid.get(oid) ?? null,
    below,
    referring: ({ oid }) => keys.get(oid) ?? [],
    indexesOf: ({ oid }) => indexes.get(oid) ?? [],
    inSchema: (schema) => catalogue.relations.filter((one) => one.schema === schema),
    creationSchema,
    hasUnqualifiedSystem: session.searchPath.includes('information_schema'),
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** How deep bodies, views and triggers are followed into one another. */
export const depthMax = 32
