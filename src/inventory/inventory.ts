import { Fault } from '../domain/fault.ts'
import type { Inventory, InventoryEdge, InventoryNode } from '../domain/inventory.ts'
import type { Digest, Instant } from '../domain/names.ts'
import type { Environment, Protection } from '../domain/resource.ts'
import { matchesPattern } from '../domain/scope.ts'
import type { Discovered } from '../providers/provider.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

/** How a person says what is protected: `pocketos/production`, `*` in place of a whole segment. */
export interface ProtectionRule {
  readonly match: string
  readonly protection: Protection
}

/** What one walk over one provider found. */
export interface InventoryPart {
  readonly provider: string
  readonly discovered: Discovered
  readonly at: Instant
}

/** Where tunnels lead: never discovered, always there, and nothing of it is anyone's to protect. */
export const internet: Environment = {
  provider: 'egress',
  id: 'internet',
  name: 'internet',
  protection: 'open',
}

type Hash = (canonical: string) => Digest

export function emptyInventory(digest: Hash): Inventory {
  return buildInventory([], [], digest)
}

/**
 * A snapshot, the same for the same findings in whatever order they came. The digest covers what
 * exists and how it is protected, not when that was looked up.
 */
export function buildInventory(
  parts: readonly InventoryPart[],
  protections: readonly ProtectionRule[],
  digest: Hash,
): Inventory {
  const environments = parts.flatMap((part) => protect(part, protections))
  const nodes = parts.flatMap(({ discovered }) => discovered.nodes.map(ordered))
  const edges = parts.flatMap(({ discovered }) => discovered.edges)
  const found = {
    environments: environments.sort(byText(({ provider, id }) => `${provider}/${id}`)),
    nodes: nodes.sort(byText(({ ref }) => ref)),
    edges: [...edges].sort(byText(({ kind, from, to }) => `${from} ${to} ${kind}`)),
  }
  check(parts, found)
  const providers = parts.map(({ provider }) => provider).sort()
  return {
    digest: digest(canonicalJson({ ...found, providers })),
    ...found,
    discoveredAt: Object.fromEntries(parts.map(({ provider, at }) => [provider, at])),
  }
}

/** The first rule that matches counts; what no rule names is critical. */
export function protectionOf(name: string, rules: readonly ProtectionRule[]): Protection {
  return rules.find(({ match }) => matchesPattern(match, name))?.protection ?? 'critical'
}

function protect(
  { provider, discovered }: InventoryPart,
  rules: readonly ProtectionRule[],
): readonly Environment[] {
  return discovered.environments.map(({ id, name }) => ({
    provider,
    id,
    name,
    protection: protectionOf(name, rules),
  }))
}

function ordered(node: InventoryNode): InventoryNode {
  return { ...node, environments: [...new Set(node.environments)].sort() }
}

interface Found {
  readonly environments: readonly Environment[]
  readonly nodes: readonly InventoryNode[]
  readonly edges: readonly InventoryEdge[]
}

/** A walk that contradicts itself is no walk: half an inventory would show half an impact. */
function check(parts: readonly InventoryPart[], { environments, nodes, edges }: Found): void {
  refuseTwice(parts.map(({ provider }) => provider))
  refuseTwice(environments.map(({ provider, id }) => `${provider}:environment/${id}`))
  refuseTwice(nodes.map(({ ref }) => ref))
  const refs = new Set(nodes.map(({ ref }) => ref))
  for (const { from, to } of edges) {
    const missing = [from, to].find((ref) => !refs.has(ref))
    if (missing === undefined) continue
    throw new Fault('inventory-malformed', `\`${missing}\` is leant on and was not found`)
  }
}

function refuseTwice(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw new Fault('inventory-malformed', `\`${name}\` was found twice`)
    seen.add(name)
  }
}

function byText<T>(text: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [first, second] = [text(a), text(b)]
    return first < second ? -1 : first > second ? 1 : 0
  }
}
