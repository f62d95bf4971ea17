import type { Action } from '../domain/action.ts'
import type { Effect, UnknownEffect } from '../domain/effect.ts'
import { unreachable } from '../domain/fault.ts'
import type { Backups, Dependant, Hit, Impact, Reach } from '../domain/impact.ts'
import type { Inventory, InventoryNode } from '../domain/inventory.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { Environment, Resource } from '../domain/resource.ts'
import { platformOf, platformType, showResource } from '../domain/resource.ts'
import type { Footprint, Graph } from './graph.ts'
import { around, footprintOf, graphOf, ownEnvironments, sortEnvironments } from './graph.ts'
import { internet } from './inventory.ts'
import { knownReach, reachByRequest } from './reach.ts'

/** Longer lists end in one entry that counts the rest: a decision must fit into the ledger. */
const namedMax = 100
/** characters of a provider's or an agent's word in a label */
const wordLengthMax = 120

/** Says what actions reach, on one snapshot. Pure: what the snapshot does not hold is unknown. */
export function place(actions: NonEmpty<Action>, inventory: Inventory): NonEmpty<Impact> {
  const graph = graphOf(inventory)
  return mapNonEmpty(actions, (action) => ({
    action,
    hits: mapNonEmpty(action.effects, (effect) => placeEffect(effect, graph)),
  }))
}

/** What the snapshot could not resolve, and a new walk might. */
export function unresolved(impacts: readonly Impact[]): readonly Resource[] {
  const found: Resource[] = []
  for (const { hits } of impacts) {
    for (const { basis, effect } of hits) {
      if (basis !== 'unresolved' || effect.kind === 'unknown') continue
      const { resource } = effect
      if (resource.id !== null || Object.keys(resource.within).length > 0) found.push(resource)
    }
  }
  return found
}

type KnownEffect = Exclude<Effect, UnknownEffect>

function placeEffect(effect: Effect, graph: Graph): Hit {
  if (effect.kind === 'unknown') {
    const environments: Reach = { kind: 'unknown', why: cut(effect.why) }
    return { ...bare, effect, environments, label: 'what cannot be read', basis: 'unresolved' }
  }
  const { resource } = effect
  const everywhere = beyondEnvironments(resource)
  if (everywhere !== null) {
    const environments: Reach = { kind: 'known', environments: [everywhere] }
    const label = labelOf(resource)
    return { ...bare, effect, environments, label, basis: 'declared', backups: none }
  }
  const node = resolve(resource, graph)
  if (node === null) return placeByRequest(effect, graph)
  return placeNode(effect, node, graph)
}

/** What was never anyone's environment is not looked for in the inventory. */
function beyondEnvironments({ provider, type }: Resource): Environment | null {
  if (provider === internet.provider) return internet
  return type === platformType ? platformOf(provider) : null
}

const none: Backups = { kind: 'exact', inside: [], surviving: [] }
const bare = {
  dependants: [],
  backups: { kind: 'unknown' },
  rows: { kind: 'unknown' },
} as const satisfies Partial<Hit>

/** By its whole name; else by its id, where only one thing has that. */
function resolve(resource: Resource, graph: Graph): InventoryNode | null {
  if (resource.id === null) return null
  const exact = graph.nodes.get(showResource(resource))
  if (exact !== undefined) return exact
  const alike = graph.byId.get(`${resource.provider}/${resource.id}`) ?? []
  return alike.length === 1 ? (alike[0] ?? null) : null
}

function placeByRequest(effect: KnownEffect, graph: Graph): Hit {
  const { environments, basis } = reachByRequest(effect, graph)
  const named = environments.kind === 'known' && effect.resource.id === null
  const where = named ? inEnvironments(environments.environments) : ''
  return { ...bare, effect, environments, label: cut(labelOf(effect.resource) + where), basis }
}

function placeNode(effect: KnownEffect, node: InventoryNode, graph: Graph): Hit {
  const { within } = effect.resource
  const footprint = footprintOf(node, graph)
  const strange = strangeWithin(effect.resource, graph)
  if (strange !== null) {
    const environments: Reach = { kind: 'unknown', why: `\`${cut(strange)}\` is not known` }
    const hit = fill(effect, node, footprint, graph)
    return { ...hit, environments, basis: 'unresolved' }
  }
  const { provider } = effect.resource
  const environment = graph.environments.get(`${provider}/${within.environment ?? ''}`)
  if (environment === undefined) return fill(effect, node, footprint, graph)
  return fill(effect, node, narrow(node, footprint, environment, graph), graph)
}

/** A place that the request names and the snapshot does not hold. */
function strangeWithin({ provider, within }: Resource, graph: Graph): string | null {
  for (const [type, id] of Object.entries(within)) {
    const known =
      type === 'environment'
        ? graph.environments.has(`${provider}/${id}`)
        : graph.nodes.has(`${provider}:${type}/${id}`)
    if (!known) return id
  }
  return null
}

/**
 * Only what is in one environment. Where the thing is not known to be there, the request and the
 * snapshot disagree: then nothing is narrowed, and that environment is added.
 */
function narrow(
  node: InventoryNode,
  footprint: Footprint,
  environment: Environment,
  graph: Graph,
): Footprint {
  const { own, whole, closure } = footprint
  if (own?.includes(environment) !== true) {
    const wider = (known: readonly Environment[] | null) =>
      known && sortEnvironments(new Set([...known, environment]))
    return { ...footprint, own: wider(own), whole: wider(whole) }
  }
  if (own.every((each) => each === environment)) return footprint
  const there = closure.filter((ref) => {
    const inner = ref === node.ref ? undefined : graph.nodes.get(ref)
    return inner !== undefined && (ownEnvironments(inner, graph)?.includes(environment) ?? true)
  })
  const rest = around(new Set(there), graph)
  const reached = rest.whole && sortEnvironments(new Set([environment, ...rest.whole]))
  return { ...rest, own: [environment], whole: reached }
}

function fill(effect: KnownEffect, node: InventoryNode, footprint: Footprint, graph: Graph): Hit {
  const environments = knownReach(reachedBy(effect, footprint), labelOf(effect.resource))
  return {
    effect,
    environments,
    label: cut(node.label),
    dependants: dependantsOf(effect, node, footprint, graph),
    backups: backupsOf(effect, node, footprint, graph),
    rows: { kind: 'unknown' },
    basis: environments.kind === 'known' ? 'discovered' : 'unresolved',
  }
}

/** Reading or changing a thing stays where it is; the rest carries to all that stands with it. */
function reachedBy(effect: KnownEffect, footprint: Footprint): readonly Environment[] | null {
  switch (effect.kind) {
    case 'read':
    case 'disclose':
    case 'write':
      return footprint.own
    case 'destroy':
    case 'disarm':
    case 'escalate':
      return footprint.whole
    default:
      return unreachable(effect)
  }
}

function dependantsOf(
  effect: KnownEffect,
  node: InventoryNode,
  { closure, mounting }: Footprint,
  graph: Graph,
): readonly Dependant[] {
  if (effect.kind === 'read' || effect.kind === 'disclose') return []
  const going = effect.kind === 'destroy' && effect.extent === 'whole'
  const contained = closure.filter((ref) => ref !== node.ref && !graph.backups.has(ref))
  const sharing = sharedWith(node, new Set(closure), graph)
  return [
    ...(going ? name(contained, 'goes-with', graph) : []),
    ...name(mounting, 'depends-on', graph),
    ...name(sharing, 'shares', graph),
  ]
}

/** The environments that share a thing which is in several of them, those it contains apart. */
function sharedWith(
  node: InventoryNode,
  closure: ReadonlySet<string>,
  graph: Graph,
): readonly string[] {
  const own = footprintOf(node, graph).own ?? []
  if (own.length < 2) return []
  const refs = own.map(({ provider, id }) => showResource({ provider, type: 'environment', id }))
  return refs.some((ref) => closure.has(ref)) ? [] : refs
}

/** Part of a thing is destroyed: which of its backups go with that part cannot be told. */
function backupsOf(
  effect: KnownEffect,
  node: InventoryNode,
  { inside, surviving, whole }: Footprint,
  graph: Graph,
): Backups {
  if (effect.kind === 'read' || effect.kind === 'disclose') return none
  if (whole?.some((each) => graph.hidden.has(`${each.provider}/${each.id}`)) !== false) {
    return { kind: 'unknown' }
  }
  if (effect.kind !== 'destroy') {
    const others = [...inside, ...surviving].filter((ref) => ref !== node.ref).sort()
    return { kind: 'exact', inside: [], surviving: name(others, 'depends-on', graph) }
  }
  if (effect.extent === 'some' && inside.length > 0) return { kind: 'unknown' }
  return {
    kind: 'exact',
    inside: name(inside, 'goes-with', graph),
    surviving: name(surviving, 'depends-on', graph),
  }
}

function name(
  refs: readonly string[],
  relation: Dependant['relation'],
  graph: Graph,
): readonly Dependant[] {
  const named = refs.slice(0, namedMax).map((resource): Dependant => {
    const label = graph.nodes.get(resource)?.label ?? resource
    return { resource, label: cut(label), relation }
  })
  const [first] = refs
  const more = refs.length - named.length
  if (more === 0 || first === undefined) return named
  const resource = `${first.slice(0, first.indexOf(':'))}:*`
  return [...named, { resource, label: `and ${more} more`, relation }]
}

function labelOf(resource: Resource): string {
  return cut(resource.id === null ? resource.type : `${resource.type} ${resource.id}`)
}

function inEnvironments(environments: NonEmpty<Environment>): string {
  const [first, ...others] = environments
  return others.length === 0 ? ` in ${first.name}` : ` in ${environments.length} environments`
}

function cut(text: string): string {
  return text.length <= wordLengthMax ? text : `${text.slice(0, wordLengthMax - 1).toWellFormed()}…`
}
