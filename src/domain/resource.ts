/** How much a person minds: unknown counts as `critical`. */
export type Protection = 'critical' | 'standard' | 'open'

/** A thing at a provider. Shown as `provider:type/id`. */
export interface Resource {
  /** `railway`, `egress`, … */
  readonly provider: string
  /** `volume`, `service`, `project`, `host`, … */
  readonly type: string
  /**
   * the provider's id; null when the request names none (a creation, the caller's whole account)
   */
  readonly id: string | null
  /**
   * Where the request itself says it acts, narrower than the resource: `{ environment: 'env-…' }`
   * of `serviceDelete(id, environmentId)`. A hint to placing, which checks it against the
   * inventory.
   */
  readonly within: Readonly<Partial<Record<'environment' | 'project' | 'workspace', string>>>
}

/** An environment that a resource reaches. */
export interface Environment {
  readonly provider: string
  readonly id: string
  /** as people call it, qualified: `pocketos/production` */
  readonly name: string
  readonly protection: Protection
}

/** What a provider shows to everyone, and belongs to no environment: `railway:platform/*`. */
export const platformType = 'platform'

/** Where a provider's platform is: always there, and nothing of it is anyone's to protect. */
export function platformOf(provider: string): Environment {
  return { provider, id: platformType, name: `${provider} itself`, protection: 'open' }
}

/**
 * Whether its id is a name that means something only inside the environment which the request
 * names: a variable of a service, whatever is in a database or at an MCP server.
 */
export function isNamedWithin({ provider, type }: Pick<Resource, 'provider' | 'type'>): boolean {
  return provider === 'postgres' || provider === 'mcp' || type === 'variable'
}

/**
 * What everyone who does anything at all in a database looks at: that it is there, what its tables
 * are called, the settings of one's own session. Of an MCP server: that it is there, and its lists.
 */
export function isCommonGround({ provider, type }: Pick<Resource, 'provider' | 'type'>): boolean {
  if (provider === 'mcp') return type === 'server'
  return provider === 'postgres' && (type === 'database' || type === 'setting')
}

export function showResource(resource: Pick<Resource, 'provider' | 'type' | 'id'>): string {
  return `${resource.provider}:${resource.type}/${resource.id ?? '*'}`
}

const protectionRank: Readonly<Record<Protection, number>> = { open: 0, standard: 1, critical: 2 }

/** The most protected one counts; none at all, or a word that is none of the three, is critical. */
export function strictestProtection(protections: readonly Protection[]): Protection {
  let strictest: Protection = 'open'
  for (const protection of protections) {
    if (!Object.hasOwn(protectionRank, protection)) return 'critical'
    if (protectionRank[protection] > protectionRank[strictest]) strictest = protection
  }
  return protections.length === 0 ? 'critical' : strictest
}
