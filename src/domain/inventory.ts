import type { Digest, Instant } from './names.ts'
import type { Environment } from './resource.ts'

/**
 * What exists at the providers at one moment, and what leans on what. Built by `discover`, read by
 * `place`. Protections are already applied to environments.
 */
export interface Inventory {
  readonly digest: Digest
  readonly environments: readonly Environment[]
  readonly nodes: readonly InventoryNode[]
  readonly edges: readonly InventoryEdge[]
  /** when each provider was last walked whole, by provider name */
  readonly discoveredAt: Readonly<Record<string, Instant>>
}

export interface InventoryNode {
  /** `railway:volume/3d2c…` */
  readonly ref: string
  /** `volume pg-data` */
  readonly label: string
  /**
   * ids of the environments in which it is itself; a thing with none inherits from its container
   */
  readonly environments: readonly string[]
  /** what is in it could not be looked into: of what reaches it, backups are unknown */
  readonly hidden?: true
}

/**
 * contains: a goes, b goes with it (project contains environment, volume contains its instances,
 * instance contains its backups); mounts: a needs b to work; backs-up: a is a backup of b.
 */
export interface InventoryEdge {
  readonly kind: 'contains' | 'mounts' | 'backs-up'
  readonly from: string
  readonly to: string
}
