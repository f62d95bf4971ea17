import type {
  Context,
  EntityJson,
  StatefulAuthorizationCall,
} from '@cedar-policy/cedar-wasm/nodejs'

import type { Action } from '../domain/action.ts'
import { coverageOf } from '../domain/coverage.ts'
import type { Relation } from '../domain/coverage.ts'
import { reversibilityOf } from '../domain/effect.ts'
import type { Effect, Extent, Reversibility } from '../domain/effect.ts'
import type { Hit, Reach } from '../domain/impact.ts'
import type { Standing } from '../domain/mandate.ts'
import { showResource, strictestProtection } from '../domain/resource.ts'
import type { Protection } from '../domain/resource.ts'

export type Question = Omit<
  StatefulAuthorizationCall,
  'preparsedPolicySetId' | 'preparsedSchemaName'
>

// Words of the schema's enumerations, made once: a word that is not here gives no entity, and Cedar
// refuses a question that lacks one.
const relations = entities<Relation>('Relation', ['inside', 'overlap', 'outside'])
const protections = entities<Protection>('Protection', ['open', 'standard', 'critical'])
const extents = entities<Extent>('Extent', ['whole', 'some'])
const reversibilities = entities<Reversibility>('Reversibility', [
  'reversible',
  'recoverable',
  'irreversible',
])

/** An alias, because Cedar's own interface is not one of Cedar's own values. */
type EntityName = { type: string; id: string }

/** One effect of one action on all that it reaches, as Cedar is asked about it. */
export function questionOf(standing: Standing, action: Action, hit: Hit): Question {
  const provider = providerOf(action, hit.effect)
  const resource = entity('Resource', resourceName(hit.effect, provider))
  const principal = entity('Agent', standing.agent)
  const owner = entity('Person', standing.owner)
  const kind = hit.effect.kind === 'unknown' ? 'unknown' : hit.effect.resource.type
  const places = placesOf(hit.environments)
  return {
    principal,
    action: entity('Action', hit.effect.kind),
    resource,
    context: contextOf(standing, action, hit),
    entities: [
      { uid: principal, attrs: { owner }, parents: [] },
      { uid: resource, attrs: { provider, kind }, parents: places.map(({ uid }) => uid) },
      ...places,
    ],
  }
}

/** Of an `unknown` effect nothing is known but who was addressed. */
export function providerOf(action: Action, effect: Effect): string {
  return effect.kind === 'unknown' ? action.evidence.reader : effect.resource.provider
}

function resourceName(effect: Effect, provider: string): string {
  return effect.kind === 'unknown' ? `${provider}:unknown/*` : showResource(effect.resource)
}

function contextOf(standing: Standing, action: Action, hit: Hit): Context {
  const { effect, environments: reach } = hit
  const provider = providerOf(action, effect)
  const { relation, named } = coverageOf(standing, hit, provider)
  return {
    mandate: {
      relation: relations[relation],
      named,
      narrowed: standing.ancestors.length > 0,
      grantedBy: entity('Person', standing.mandate.grantedBy),
      ...rowsMaxOf(standing),
    },
    protection: protections[protectionOf(reach)],
    environmentsKnown: reach.kind === 'known',
    shared: reach.kind === 'known' && reach.environments.length > 1,
    reversibility: reversibilities[reversibilityOf(effect)],
    extent: extents[effect.kind === 'unknown' ? 'whole' : effect.extent],
    legible: effect.kind !== 'unknown' || effect.legible,
    ...figuresOf(hit),
    provider,
    verb: action.verb,
  }
}

function protectionOf(reach: Reach): Protection {
  if (reach.kind === 'unknown') return 'critical'
  const protectionsReached = reach.environments.map(({ protection }) => protection)
  // A word from elsewhere that is none of ours says nothing, and nothing known is critical.
  if (!protectionsReached.every((protection) => protection in protections)) return 'critical'
  return strictestProtection(protectionsReached)
}

/** A sub-agent's mandate lets through no more rows than any above it. */
function rowsMaxOf({ mandate, ancestors }: Standing): Context {
  const limits = [mandate, ...ancestors]
    .map(({ budget }) => budget.rows)
    .filter((limit) => limit !== null)
  return limits.length === 0 ? {} : { rowsMax: Math.min(...limits) }
}

/** What is not exact is absent: a policy cannot mistake it for a zero. */
function figuresOf({ backups, rows }: Hit): Context {
  const figures: Context = {}
  if (backups.kind === 'exact') {
    figures['backups'] = { inside: backups.inside.length, surviving: backups.surviving.length }
  }
  if (rows.kind === 'exact' && Number.isSafeInteger(rows.count)) {
    figures['rows'] = rows.count
    if (rows.share !== null) figures['share'] = rows.share
  }
  return figures
}

/** Environments by the names people use, each in its project. */
function placesOf(reach: Reach): readonly EntityJson[] {
  if (reach.kind === 'unknown') return [place('unknown')]
  return [...new Set(reach.environments.map(({ name }) => name))].map(place)
}

function place(name: string): EntityJson {
  const end = name.lastIndexOf('/')
  const parents = end > 0 ? [entity('Project', name.slice(0, end))] : []
  return { uid: entity('Environment', name), attrs: {}, parents }
}

function entity(type: string, id: string): EntityName {
  return { type, id }
}

function entities<T extends string>(type: string, ids: readonly T[]): Record<T, EntityName> {
  return Object.fromEntries(ids.map((id) => [id, entity(type, id)])) as Record<T, EntityName>
}
