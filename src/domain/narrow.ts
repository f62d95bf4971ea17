import type { Budget, Mandate, Scope } from './mandate.ts'
import { coversPattern } from './scope.ts'

/** What a mandate grants, without who and when. */
export type Grant = Pick<Mandate, 'scopes' | 'egress' | 'budget' | 'holdWaitSeconds' | 'expiresAt'>

/**
 * Why `child` would allow what `parent` does not, in one clause; null when it is as narrow or
 * narrower.
 */
export function narrower(parent: Grant, child: Grant): string | null {
  if (child.expiresAt > parent.expiresAt) return `it would outlive it (${parent.expiresAt})`
  if (child.holdWaitSeconds > parent.holdWaitSeconds) return '`holdWaitSeconds` is longer'
  const host = child.egress.find((one) => !parent.egress.some((wide) => coversHost(wide, one)))
  if (host !== undefined) return `\`${host}\` is not in its \`egress\``
  const limit = widerLimit(parent.budget, child.budget)
  if (limit !== null) return `\`budget.${limit}\` is higher`
  for (const scope of child.scopes) {
    const why = whyScopeWider(parent.scopes, scope)
    if (why !== null) return why
  }
  return null
}

const limitNames = {
  requestsPerMinute: true,
  writesPerMinute: true,
  requests: true,
  writes: true,
  destroys: true,
  denials: true,
  resources: true,
  rows: true,
} satisfies Record<keyof Budget, true>

function widerLimit(parent: Budget, child: Budget): keyof Budget | null {
  for (const name of Object.keys(limitNames) as (keyof Budget)[]) {
    const most = parent[name]
    const asked = child[name]
    if (most !== null && (asked === null || asked > most)) return name
  }
  return null
}

/** Each combination in the child's scope must lie inside one scope of the parent, whole. */
function whyScopeWider(parents: readonly Scope[], child: Scope): string | null {
  for (const effect of child.effects) {
    for (const environment of child.environments) {
      for (const resource of child.resources) {
        const inside = parents.some(
          ({ effects, environments, resources }) =>
            effects.includes(effect) &&
            environments.some((wide) => coversPattern(wide, environment)) &&
            resources.some((wide) => coversPattern(wide, resource)),
        )
        if (!inside) return `\`${effect}\` in \`${environment}\` on \`${resource}\` is not in it`
      }
    }
  }
  return null
}

/** `*.example.com` is every name below it, and not `example.com` itself. */
function coversHost(wide: string, narrow: string): boolean {
  const pattern = wide.toLowerCase()
  const name = narrow.toLowerCase()
  if (pattern === name) return true
  return pattern.startsWith('*.') && pattern.length > 2 && name.endsWith(pattern.slice(1))
}
