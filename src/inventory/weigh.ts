// What a trial found, as impacts: the effects that were read, with exact rows; what was touched and
// not read is added, and what could not be known is unknown.
import type { Effect } from '../domain/effect.ts'
import type { Dependant, Hit, Impact, Reach, Rows } from '../domain/impact.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import { isNonEmpty, mapNonEmpty } from '../domain/nonempty.ts'
import type { Measured, MeasuredTable } from '../domain/trial.ts'

/** tables named beyond those that were read; more of them end in one unknown effect */
const surprisesMax = 100
/** objects that fall with another, named one by one */
const fallenMax = 100

/**
 * `nameOf` gives a table the id that effects name it by. Only impacts with a trial change; a
 * statement that touched nothing has read, and no more.
 */
export function weigh(
  impacts: NonEmpty<Impact>,
  measured: Measured,
  nameOf: (table: Pick<MeasuredTable, 'schema' | 'name'>) => string,
): NonEmpty<Impact> {
  if (measured.failed === true) return mapNonEmpty(impacts, withoutEffect)
  const tables = new Map(measured.tables.map((table) => [nameOf(table), table]))
  const read = new Set(impacts.flatMap(({ hits }) => hits.map(({ effect }) => tableOf(effect))))
  const surprises = [...tables].filter(([name, table]) => !read.has(name) && touched(table) > 0)
  const first = impacts.findIndex(({ action }) => action.trial !== undefined)
  const weighed = mapNonEmpty(impacts, (impact) => weighOne(impact, tables, measured))
  return mapNonEmpty(weighed, (impact) =>
    impact === weighed[first] ? addTo(impact, surprises, measured) : impact,
  )
}

/** The server would say no: what is known of it comes to nothing. */
function withoutEffect(impact: Impact): Impact {
  const known = impact.hits.filter(({ effect }) => effect.kind !== 'unknown')
  // What the server cannot even parse does nothing at all, however little we understood of it.
  const hits = impact.action.trial === 'parse' && isNonEmpty(known) ? known : impact.hits
  return { ...impact, hits: mapNonEmpty(hits, asRead) }
}

function asRead(hit: Hit): Hit {
  const { effect } = hit
  if (effect.kind === 'unknown' || effect.kind === 'disclose') return hit
  return { ...hit, effect: { kind: 'read', resource: effect.resource, extent: 'some' } }
}

function weighOne(
  impact: Impact,
  tables: ReadonlyMap<string, MeasuredTable>,
  measured: Measured,
): Impact {
  const { trial } = impact.action
  if (trial === undefined) return impact
  if (!measured.complete) {
    const forgo = (hit: Hit): Hit => ({ ...hit, effect: recoverableOr(hit.effect, null) })
    return { ...impact, hits: mapNonEmpty(impact.hits, forgo) }
  }
  const [first, ...rest] = mapNonEmpty(impact.hits, (hit) =>
    weighHit(hit, tables, trial === 'rows', measured),
  )
  const dependants = trial === 'drop' ? fallenOf(measured) : []
  return {
    ...impact,
    hits: [{ ...first, dependants: [...first.dependants, ...dependants] }, ...rest],
  }
}

/** What goes because something else goes. */
function fallenOf({ dropped }: Measured): readonly Dependant[] {
  const fallen = dropped.filter(({ original }) => !original)
  const named = fallen.slice(0, fallenMax).map(({ type, identity }): Dependant => {
    const label = `${type} ${identity}`.slice(0, 120).toWellFormed()
    return { resource: `postgres:${type.replaceAll(' ', '-')}/*`, label, relation: 'goes-with' }
  })
  const more = fallen.length - named.length
  if (more === 0) return named
  return [...named, { resource: 'postgres:*', label: `and ${more} more`, relation: 'goes-with' }]
}

function weighHit(
  hit: Hit,
  tables: ReadonlyMap<string, MeasuredTable>,
  countsAll: boolean,
  { kept }: Measured,
): Hit {
  const { effect } = hit
  const name = tableOf(effect)
  if (name === null || (effect.kind !== 'write' && effect.kind !== 'destroy')) {
    return { ...hit, effect: recoverableOr(effect, kept) }
  }
  const table = tables.get(name)
  if (table === undefined && !countsAll) return { ...hit, effect: recoverableOr(effect, kept) }
  const rows = rowsOf(table)
  // It was really run, and what it did is all there is: nothing was touched, so nothing is lost.
  if (countsAll && rows.count === 0) {
    return { ...asRead(hit), rows }
  }
  const exact = recoverableOr(effect, kept)
  if (!countsAll || rows.share !== 100) return { ...hit, effect: exact, rows }
  // Every row there was, and more than one: that overwrites the table, whatever its WHERE says.
  const kind = exact.kind === 'destroy' || overwritten(table) > 1 ? 'destroy' : exact.kind
  const extent = kind === 'destroy' ? 'whole' : exact.extent
  return { ...hit, effect: { ...exact, kind, extent }, rows }
}

/** What was to be kept and was not cannot be taken back. */
function recoverableOr<E extends Effect>(effect: E, kept: Measured['kept']): E {
  const lost = 'undo' in effect && effect.undo === 'from-safeguard' && kept === null
  return lost ? { ...effect, undo: 'never' } : effect
}

type ExactRows = Extract<Rows, { kind: 'exact' }>

function rowsOf(table: MeasuredTable | undefined): ExactRows {
  if (table === undefined) return { kind: 'exact', count: 0, share: null }
  const count = touched(table)
  return { kind: 'exact', count, share: shareOf(table) }
}

function touched({ inserted, updated, deleted }: MeasuredTable): number {
  return inserted + updated + deleted
}

function overwritten(table: MeasuredTable | undefined): number {
  return table === undefined ? 0 : table.updated + table.deleted
}

/** of the rows that were there before; inserted ones are not */
function shareOf({ updated, deleted, total }: MeasuredTable): number | null {
  if (total === null || total === 0) return null
  return Math.min(100, Math.ceil((100 * (updated + deleted)) / total))
}

function addTo(
  impact: Impact,
  surprises: readonly (readonly [string, MeasuredTable])[],
  measured: Measured,
): Impact {
  const like = impact.hits.find(({ effect }) => effect.kind !== 'unknown') ?? impact.hits[0]
  const named = surprises
    .slice(0, surprisesMax)
    .map(([name, table]) => surprise(name, table, like, measured.kept))
  const why = [...measured.because]
  if (surprises.length > surprisesMax) why.push('more tables were touched than can be named')
  const unknown = !measured.complete || surprises.length > surprisesMax
  const added = unknown ? [...named, notKnown(why.join('; '))] : named
  return { ...impact, hits: [...impact.hits, ...added] }
}

/** Touched, and not read: by a trigger, a rule or a function that changed meanwhile. */
function surprise(name: string, table: MeasuredTable, like: Hit, kept: Measured['kept']): Hit {
  const { effect, environments, basis } = like
  const within = effect.kind === 'unknown' ? {} : effect.resource.within
  const provider = effect.kind === 'unknown' ? 'postgres' : effect.resource.provider
  const resource = { provider, type: 'table', id: name, within }
  const kind = table.deleted > 0 ? 'destroy' : 'write'
  const lost = kept === null ? 'never' : 'from-safeguard'
  const undo = table.deleted + table.updated > 0 ? lost : 'trivial'
  return {
    effect: { kind, resource, extent: 'some', undo },
    ...{ environments, basis, label: `table ${name}`, dependants: [] },
    backups: { kind: 'unknown' },
    rows: rowsOf(table),
  }
}

function notKnown(why: string): Hit {
  const says = why === '' ? 'it could not be measured' : why.slice(0, 300).toWellFormed()
  const environments: Reach = { kind: 'unknown', why: says }
  return {
    effect: { kind: 'unknown', why: says, legible: true },
    ...{ environments, label: 'what could not be measured', dependants: [] },
    backups: { kind: 'unknown' },
    rows: { kind: 'unknown' },
    basis: 'unresolved',
  }
}

function tableOf(effect: Effect): string | null {
  if (effect.kind === 'unknown') return null
  const { type, id } = effect.resource
  return type === 'table' ? id : null
}
