import type { Clearance } from '../clearance.ts'
import type { Action } from '../domain/action.ts'
import type { Effect } from '../domain/effect.ts'
import { Fault } from '../domain/fault.ts'
import type { FactOf } from '../domain/fact.ts'
import type { Impact } from '../domain/impact.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { Digest, UpstreamName } from '../domain/names.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { ProtectionRule } from '../inventory/inventory.ts'
import { buildInventory, emptyInventory } from '../inventory/inventory.ts'
import { place, unresolved } from '../inventory/place.ts'
import type { Receipt } from '../ledger/ledger.ts'
import type { AskRequest, Discovered, Provider } from '../providers/provider.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

export interface DiscoveryOptions {
  readonly sources: readonly DiscoverySource[]
  /** what the configuration says exists, and no provider is asked about */
  readonly declared?: readonly Declared[]
  readonly protections: readonly ProtectionRule[]
  readonly clock: Clock
  append(fact: FactOf<'discovering'>): Promise<Receipt<FactOf<'discovering'>>>
  clear(discovering: Receipt<FactOf<'discovering'>>): Clearance
  ask(upstream: UpstreamName, request: AskRequest, clearance: Clearance): Promise<Uint8Array>
  /** how old a snapshot may be for reads, in seconds */
  readonly refreshSeconds: number
  /** how old a snapshot may be for anything graver than a write, in seconds */
  readonly freshSeconds: number
  /** hears why a walk failed */
  report(fault: unknown): void
}

export interface DiscoverySource {
  readonly upstream: UpstreamName
  readonly provider: Provider
}

/** Environments of a provider that are known because a person wrote them down. */
export interface Declared {
  readonly provider: string
  readonly environments: Discovered['environments']
  readonly nodes?: Discovered['nodes']
}

/** Knows what exists, and asks the providers again when it does not know or may be out of date. */
export interface Discovery {
  current(): Inventory
  /**
   * Places on the present snapshot where that is fresh enough for what is asked, else on a new one.
   */
  place(actions: NonEmpty<Action>): Placed | Promise<Placed>
  /** Places on what is known just now, however old, and asks nobody: to look, never to decide. */
  readonly placeKnown: (actions: NonEmpty<Action>) => Placed
  /**
   * Something was sent that may have changed what exists: the snapshot is stale for grave effects.
   */
  touch(): void
  /** Walks every provider; one walk at a time. Rejects when any could not be read. */
  refresh(): Promise<void>
  /** why the last walk failed; null when it did not */
  fault(): string | null
}

interface Placed {
  readonly impacts: NonEmpty<Impact>
  readonly inventory: Digest
}

/** An agent that guesses at ids must not make us walk the provider for each. */
const walkMillisecondsMin = 1000
const graveWalksMax = 3

export function createDiscovery(options: DiscoveryOptions): Discovery {
  const { clock, declared = [] } = options
  const nothing = emptyInventory(sha256)
  const written = buildInventory(declaredParts(options), options.protections, sha256)
  const isDeclared = declaredBy(declared)
  let inventory = nothing
  let walkedAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let stale = true
  let lastFault: string | null = null
  let walking: Promise<void> | null = null

  async function walk(): Promise<void> {
    triedAt = clock.milliseconds()
    stale = false
    try {
      const at = clock.milliseconds()
      inventory = await walkAll(options)
      walkedAt = at
      lastFault = null
    } catch (fault) {
      stale = true
      lastFault = fault instanceof Error ? fault.message : String(fault)
      options.report(fault)
      const says = 'the provider could not be walked; see `holdpoint doctor`'
      throw new Fault('discovery-failed', says, { cause: fault })
    }
  }

  function refresh(): Promise<void> {
    walking ??= walk().finally(() => (walking = null))
    return walking
  }

  function ageMilliseconds(): number {
    return clock.milliseconds() - walkedAt
  }

  function placeNow(actions: NonEmpty<Action>): Placed | Promise<Placed> {
    if (isDeclared(actions)) return placeOn(actions, written)
    const grave = actions.some(({ effects }) => effects.some(isGrave))
    if (grave && (stale || walking !== null || ageMilliseconds() > options.freshSeconds * 1000)) {
      return placeGrave(actions)
    }
    const old = ageMilliseconds() > options.refreshSeconds * 1000
    const placed = placeOn(actions, old ? nothing : inventory)
    const mayAsk = walking !== null || clock.milliseconds() - triedAt > walkMillisecondsMin
    return mayAsk && (old || unresolved(placed.impacts).length > 0) ? placeAnew(actions) : placed
  }

  /** Not fresh means not known: a grave effect is never placed on an old snapshot. */
  async function placeGrave(actions: NonEmpty<Action>): Promise<Placed> {
    try {
      // A walk that was under way when something changed does not count: ask again.
      for (let tries = 0; tries < graveWalksMax; tries++) {
        await refresh()
        if (!stale) return placeOn(actions, inventory)
      }
      return placeOn(actions, nothing)
    } catch {
      return placeOn(actions, nothing)
    }
  }

  async function placeAnew(actions: NonEmpty<Action>): Promise<Placed> {
    await refresh().catch(() => undefined)
    return placeOn(actions, ageMilliseconds() > options.refreshSeconds * 1000 ? nothing : inventory)
  }

  return {
    current: () => inventory,
    place: placeNow,
    placeKnown: (actions) => placeOn(actions, isDeclared(actions) ? written : inventory),
    touch: () => (stale = true),
    refresh,
    fault: () => lastFault,
  }
}

function placeOn(actions: NonEmpty<Action>, snapshot: Inventory): Placed {
  return { impacts: place(actions, snapshot), inventory: snapshot.digest }
}

function declaredParts({ declared = [], clock }: DiscoveryOptions) {
  const at = clock.now()
  return declared.map(({ provider, environments, nodes = [] }) => {
    return { provider, at, discovered: { environments, nodes, edges: [] } }
  })
}

/** Whether all that is asked about is what a person wrote down. */
function declaredBy(declared: readonly Declared[]): (actions: NonEmpty<Action>) => boolean {
  const names = new Set(declared.map(({ provider }) => provider))
  return (actions) => actions.every((action) => names.has(providerOf(action)))
}

/** All effects of an action are of one provider; of an unknown one, whoever read it knows whose. */
function providerOf({ effects, evidence }: Action): string {
  const [first] = effects
  return first.kind === 'unknown' ? evidence.reader : first.resource.provider
}

/** Every provider, whole. */
async function walkAll(options: DiscoveryOptions): Promise<Inventory> {
  const at = options.clock.now()
  const parts: { provider: string; discovered: Discovered; at: typeof at }[] = []
  for (const { upstream, provider } of options.sources) {
    const discovered = await provider.discover((request) => ask(options, upstream, request))
    parts.push({ provider: provider.name, discovered, at })
  }
  return buildInventory(parts, options.protections, sha256)
}

/** Written down before it is asked, as every request is. */
async function ask(
  options: DiscoveryOptions,
  upstream: UpstreamName,
  request: AskRequest,
): Promise<Uint8Array> {
  const digest = sha256(canonicalJson({ upstream, ...request }))
  const receipt = await options.append({ kind: 'discovering', upstream, request: digest })
  return options.ask(upstream, request, options.clear(receipt))
}

function isGrave(effect: Effect): boolean {
  return effect.kind !== 'read' && effect.kind !== 'write'
}
