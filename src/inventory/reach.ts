import type { Effect, UnknownEffect } from '../domain/effect.ts'
import type { Basis, Reach } from '../domain/impact.ts'
import { isNonEmpty } from '../domain/nonempty.ts'
import { isNamedWithin } from '../domain/resource.ts'
import type { Environment, Resource } from '../domain/resource.ts'
import type { Graph } from './graph.ts'
import { footprintOf, sortEnvironments } from './graph.ts'

/** A decision names every environment it reaches, and must fit into the ledger. */
const environmentsMax = 200

interface Reached {
  readonly environments: Reach
  readonly basis: Basis
}

/** Known is only what is known whole. */
export function knownReach(found: readonly Environment[] | null, what: string): Reach {
  if (found === null || !isNonEmpty(found)) {
    return unknown(`where \`${what}\` is could not be found out`)
  }
  if (found.length > environmentsMax) {
    return unknown(`\`${what}\` reaches more than ${environmentsMax} environments`)
  }
  return { kind: 'known', environments: found }
}

/** For what the snapshot does not hold: where the request itself says it acts. */
export function reachByRequest(effect: Exclude<Effect, UnknownEffect>, graph: Graph): Reached {
  const { resource } = effect
  const { id, provider, type, within } = resource
  if (!graph.discovered.has(provider)) {
    return unresolvedReach(`nothing is known of \`${provider}\` yet`)
  }
  if (id !== null && !isNamedWithin(resource)) {
    return notFound(id, provider)
  }
  if (Object.keys(within).length > 0) return reachWithin(resource, graph)
  if (effect.kind === 'read' || type === 'account' || type === 'workspace') {
    const everywhere = sortEnvironments(graph.environmentsOf.get(provider) ?? [])
    return { environments: knownReach(everywhere, type), basis: 'discovered' }
  }
  return unresolvedReach(`the request does not say which \`${type}\``)
}

/** Every place that the request names must be known; the narrowest counts, where they agree. */
function reachWithin({ provider, type, within }: Resource, graph: Graph): Reached {
  let narrowest: readonly Environment[] | null = null
  for (const each of ['environment', 'project', 'workspace'] as const) {
    const id = within[each]
    if (id === undefined) continue
    const found = environmentsIn(provider, each, id, graph)
    if (found === null) return notFound(id, provider)
    narrowest = narrowest === null ? found : agree(narrowest, found)
  }
  const environments = knownReach(narrowest, type)
  return { environments, basis: environments.kind === 'known' ? 'declared' : 'unresolved' }
}

function environmentsIn(
  provider: string,
  type: 'environment' | 'project' | 'workspace',
  id: string,
  graph: Graph,
): readonly Environment[] | null {
  if (type === 'environment') {
    const environment = graph.environments.get(`${provider}/${id}`)
    return environment === undefined ? null : [environment]
  }
  const node = graph.nodes.get(`${provider}:${type}/${id}`)
  return node === undefined ? null : footprintOf(node, graph).whole
}

/** An environment outside the project that is named beside it: one of the two is a pretence. */
function agree(
  narrow: readonly Environment[],
  wide: readonly Environment[],
): readonly Environment[] {
  const inside = narrow.every((environment) => wide.includes(environment))
  return inside ? narrow : sortEnvironments(new Set([...narrow, ...wide]))
}

function notFound(id: string, provider: string): Reached {
  return unresolvedReach(`\`${id.slice(0, 100)}\` was not found at ${provider}`)
}

function unresolvedReach(why: string): Reached {
  return { environments: unknown(why), basis: 'unresolved' }
}

function unknown(why: string): Reach {
  return { kind: 'unknown', why }
}
