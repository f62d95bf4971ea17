import type { Budget, Mandate, Scope } from '../domain/mandate.ts'

/** Why `child` would allow what `parent` does not; null when it is as narrow or narrower. */
export function whyWider(child: Mandate, parent: Mandate): string | null {
  if (child.expiresAt > parent.expiresAt) return `it would outlive it (${parent.expiresAt})`
  const host = child.egress.find((one) => !parent.egress.some((wide) => hostCovers(wide, one)))
  if (host !== undefined) return `\`${host}\` is not in its \`egress\``
  if (child.holdWaitSeconds > parent.holdWaitSeconds) return '`holdWaitSeconds` is longer'
  const limit = widerLimit(child.budget, parent.budget)
  if (limit !== null) return `\`budget.${limit}\` is higher`
  for (const scope of child.scopes) {
    const why = whyScopeWider(scope, parent.scopes)
    if (why !== null) return why
  }
  return null
}

function widerLimit(child: Budget, parent: Budget): string | null {
  for (const [name, most] of Object.entries(parent) as [keyof Budget, number | null][]) {
    const asked = child[name]
    if (most !== null && (asked === null || asked > most)) return name
  }
  return null
}

/** Each combination of a child's scope must lie inside one scope of the parent, whole. */
function whyScopeWider(child: Scope, parents: readonly Scope[]): string | null {
  for (const effect of child.effects) {
    for (const environment of child.environments) {
      for (const resource of child.resources) {
        const inside = parents.some(
          (parent) =>
            parent.effects.includes(effect) &&
            parent.environments.some((wide) => segmentsCover(wide, environment)) &&
            parent.resources.some((wide) => resourceCovers(wide, resource)),
        )
        if (!inside) return `\`${effect}\` in \`${environment}\` on \`${resource}\` is not in it`
      }
    }
  }
  return null
}

function segmentsCover(wide: string, narrow: string): boolean {
  const wideSegments = wide.split('/')
  const narrowSegments = narrow.split('/')
  return (
    wideSegments.length === narrowSegments.length &&
    wideSegments.every((segment, at) => segment === '*' || segment === narrowSegments[at])
  )
}

/** `railway:*` over all of it; `railway:volume/*` over every volume. */
function resourceCovers(wide: string, narrow: string): boolean {
  return wide === narrow || (wide.endsWith('*') && narrow.startsWith(wide.slice(0, -1)))
}

/** `*.example.com` is every name below, and not `example.com` itself. */
function hostCovers(wide: string, narrow: string): boolean {
  return wide === narrow || (wide.startsWith('*.') && narrow.endsWith(wide.slice(1)))
}
