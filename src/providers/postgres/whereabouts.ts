// What a statement names is in the session's own database, but for other databases, and for what
// all databases of a server share: they are where they are, whoever speaks of them.
import type { Action } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import { mapNonEmpty } from '../../domain/nonempty.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { Resource } from '../../domain/resource.ts'
import type { SqlPlace } from './context.ts'

/** of the whole server: changed in one database, changed in all */
const shared: ReadonlySet<string> = new Set(['server', 'role', 'tablespace'])

/** `environmentOf` gives the inventory's id of the environment that a database is in. */
export function settleWhereabouts(
  actions: NonEmpty<Action>,
  place: SqlPlace,
  environmentOf: (database: string) => string,
): NonEmpty<Action> {
  const settle = (effect: Effect): Effect => {
    if (effect.kind === 'unknown') return effect
    const within = withinOf(effect.resource, place, environmentOf)
    return within === null ? effect : { ...effect, resource: { ...effect.resource, within } }
  }
  return mapNonEmpty(actions, (action) => {
    const effects = mapNonEmpty(action.effects, settle)
    return effects.every((effect, i) => effect === action.effects[i])
      ? action
      : { ...action, effects }
  })
}

/** null: where the session is */
function withinOf(
  { type, id }: Resource,
  { upstream, database }: SqlPlace,
  environmentOf: (database: string) => string,
): Resource['within'] | null {
  if (shared.has(type)) return { project: upstream }
  if (type !== 'database') return null
  const named = id?.replaceAll('%2F', '/') ?? null
  if (named === null) return { project: upstream }
  return named === database ? null : { environment: environmentOf(named) }
}
