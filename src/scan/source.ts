import type { Budget, Limits } from './budget.ts'
import type { Collector } from './collect.ts'
import type { SourceName } from './finding.ts'

/** What is looked at, as arguments: no source asks the process. */
export interface ScanWorld {
  /** absolute, of the caller: names are shown relative to it */
  readonly cwd: string
  /** what was asked for; absolute */
  readonly paths: readonly string[]
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** of this process */
  readonly pid: number
  /** of this user; null where the system has none */
  readonly uid: number | null
  /** where processes are listed: `/proc` */
  readonly proc: string
  /** milliseconds since 1970 */
  readonly now: () => number
}

/** One place where credentials lie; a row of the table in sources.ts. */
export interface Source {
  readonly name: SourceName
  /** a sentence's worth: what is read */
  readonly about: string
  readonly limits: Limits
  /** Never throws for what the disk holds: says it to the budget. */
  read(world: ScanWorld, collector: Collector, budget: Budget): Promise<void> | void
}
