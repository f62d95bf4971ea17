import type { EffectKind } from './effect.ts'
import type { Hit, Reach } from './impact.ts'
import type { Mandate, Scope, Standing } from './mandate.ts'
import { isCommonGround, platformType, showResource } from './resource.ts'
import { matchesPattern } from './scope.ts'

/**
 * How a mandate stands to one hit. inside: granted in every environment reached. overlap: not that,
 * yet it touches an environment of the mandate, or nobody knows what it touches. outside: neither.
 */
export type Relation = 'inside' | 'overlap' | 'outside'

export interface Coverage {
  readonly relation: Relation
  /** inside, by scopes that name this type of resource: `railway:volume/*`, not `railway:*` */
  readonly named: boolean
}

/**
 * What is granted must be granted by the mandate and by every mandate above it: a sub-agent never
 * gets more than its parent, nor a name for what its parent was only given in the whole.
 */
export function coverageOf(
  standing: Pick<Standing, 'mandate' | 'ancestors'>,
  hit: Hit,
  provider: string,
): Coverage {
  let { relation, named } = coverageBy(standing.mandate, hit, provider)
  for (const ancestor of standing.ancestors) {
    const above = coverageBy(ancestor, hit, provider)
    relation = weaker(relation, above.relation)
    named = named && above.named
  }
  return { relation, named: named && relation === 'inside' }
}

function coverageBy(mandate: Mandate, hit: Hit, provider: string): Coverage {
  const { effect, environments: reach } = hit
  if (reach.kind === 'unknown') {
    return { relation: concerns(mandate, provider) ? 'overlap' : 'outside', named: false }
  }
  if (effect.kind === 'unknown') return { relation: touches(mandate, reach), named: false }
  const { resource } = effect
  if (resource.provider === 'egress') return egressCoverage(mandate, effect.kind, resource.id ?? '')
  if (resource.type === platformType) return platformCoverage(mandate, effect.kind, provider)
  const name = showResource(resource)
  if (effect.kind === 'read' && isCommonGround(resource)) {
    const business = mandate.scopes.filter((scope) => isOf(provider, scope))
    const relation = coverAll(business, reach) ? 'inside' : touches(mandate, reach)
    return { relation, named: false }
  }
  const granting = mandate.scopes.filter(
    ({ effects, resources }) =>
      effects.includes(effect.kind) && resources.some((pattern) => matchesPattern(pattern, name)),
  )
  if (!coverAll(granting, reach)) return { relation: touches(mandate, reach), named: false }
  const naming = granting.filter(({ resources }) =>
    resources.some((pattern) => namesType(pattern) && matchesPattern(pattern, name)),
  )
  return { relation: 'inside', named: coverAll(naming, reach) }
}

type KnownReach = Extract<Reach, { kind: 'known' }>

function coverAll(scopes: readonly Scope[], reach: KnownReach): boolean {
  return reach.environments.every(({ name }) =>
    scopes.some((scope) => scope.environments.some((pattern) => matchesPattern(pattern, name))),
  )
}

function touches(mandate: Mandate, reach: KnownReach): Relation {
  const touching = reach.environments.some(({ name }) =>
    mandate.scopes.some((scope) =>
      scope.environments.some((pattern) => matchesPattern(pattern, name)),
    ),
  )
  return touching ? 'overlap' : 'outside'
}

/** Whether anything of this provider is in the mandate at all. */
function concerns(mandate: Mandate, provider: string): boolean {
  return mandate.scopes.some((scope) => isOf(provider, scope))
}

function isOf(provider: string, { resources }: Scope): boolean {
  return resources.some((pattern) => pattern === '*' || pattern.startsWith(`${provider}:`))
}

/** `railway:volume/*` names a type; `*`, `railway:*` and a `*` in the type's place do not. */
function namesType(pattern: string): boolean {
  const [type = '', id] = pattern.split('/')
  return id !== undefined && !type.includes('*')
}

/** Looking at what a provider shows to everyone needs no more than any business there. */
function platformCoverage(mandate: Mandate, kind: EffectKind, provider: string): Coverage {
  const harmless = kind === 'read' || kind === 'write'
  return { relation: harmless && concerns(mandate, provider) ? 'inside' : 'outside', named: false }
}

/** Tunnels are granted by the mandate's list of hosts alone, never by a scope. */
function egressCoverage(mandate: Mandate, kind: EffectKind, host: string): Coverage {
  const listed = kind === 'write' && mandate.egress.some((pattern) => matchesHost(pattern, host))
  return { relation: listed ? 'inside' : 'outside', named: listed }
}

/** `api.example.com` itself; `*.example.com` all below it, at any depth, and not `example.com`. */
function matchesHost(pattern: string, host: string): boolean {
  const wanted = pattern.toLowerCase()
  const given = host.toLowerCase()
  if (!wanted.startsWith('*.')) return wanted === given
  const suffix = wanted.slice(1)
  return suffix.length > 1 && given.length > suffix.length && given.endsWith(suffix)
}

const relationRank: Readonly<Record<Relation, number>> = { inside: 0, overlap: 1, outside: 2 }

function weaker(one: Relation, other: Relation): Relation {
  return relationRank[one] >= relationRank[other] ? one : other
}
