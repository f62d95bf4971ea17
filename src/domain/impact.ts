import type { Action } from './action.ts'
import type { Effect } from './effect.ts'
import type { NonEmpty } from './nonempty.ts'
import type { Environment } from './resource.ts'

/** An action, placed: what it reaches. Each figure is exact or unknown, never an estimate. */
export interface Impact {
  readonly action: Action
  readonly hits: NonEmpty<Hit>
}

/** One effect of the action, on everything it reaches. */
export interface Hit {
  readonly effect: Effect
  /** all the environments reached; unknown counts as critical */
  readonly environments: Reach
  /** the resource as people call it: `volume pg-data`; the id where no name is known */
  readonly label: string
  /** what goes with it or leans on it, named; for whole destruction, what is destroyed too */
  readonly dependants: readonly Dependant[]
  readonly backups: Backups
  readonly rows: Rows
  readonly basis: Basis
}

export type Reach =
  | Readonly<{ kind: 'known'; environments: NonEmpty<Environment> }>
  | Readonly<{ kind: 'unknown'; why: string }>

/** resource is `provider:type/id`; relation says how: goes with it, mounts it, … */
export interface Dependant {
  readonly resource: string
  readonly label: string
  readonly relation: 'goes-with' | 'depends-on' | 'shares'
}

/** Backups of what the effect touches: inside the blast radius, or surviving it. */
export type Backups =
  | Readonly<{ kind: 'exact'; inside: readonly Dependant[]; surviving: readonly Dependant[] }>
  | Readonly<{ kind: 'unknown' }>

/** share: of the table's rows, in whole percent rounded up; null where that was not counted */
export type Rows =
  Readonly<{ kind: 'exact'; count: number; share: number | null }> | Readonly<{ kind: 'unknown' }>

/**
 * discovered: found at the provider; declared: a person or the request says so; unresolved: neither
 */
export type Basis = 'discovered' | 'declared' | 'unresolved'
