// What a scan answers: each credential once, with all the places where it lies.
import type { Destroys, Found, ReachKind } from './found.ts'

/** Where the scan looks, nearest to an agent first: the order breaks ties of rank. */
export const sourceNames = [
  'work-tree',
  'environment',
  'mcp',
  'home',
  'processes',
  'histories',
  'transcripts',
  'sockets',
  'git',
] as const

export type SourceName = (typeof sourceNames)[number]

export interface Place {
  readonly source: SourceName
  /** `scripts/domains/.env`, `~/.aws/credentials`, `process 4711 (node)`; as others wrote it */
  readonly name: string
  /** from 1; null where there are no lines */
  readonly line: number | null
  /** the name that the value has there */
  readonly key: string | null
  /** of git: a commit that has it; null where none is known that does */
  readonly commit: string | null
  /** the file on disk, where there is one */
  readonly file: FileOnDisk | null
}

export interface FileOnDisk {
  /** absolute */
  readonly path: string
  /** below what was scanned: what its format and meaning are told by */
  readonly readAs: string
}

export interface Finding {
  /** the same for the same value on this machine; tells nothing of it elsewhere */
  readonly fingerprint: string
  readonly kind: string
  readonly provider: string
  readonly says: string
  readonly reach: Readonly<{ kind: ReachKind; of: string | null }>
  readonly destroys: Destroys
  readonly environment: string | null
  readonly prefix: string
  readonly expiresAt: number | null
  /** the first ones; `placesCount` counts all */
  readonly places: readonly Place[]
  readonly placesCount: number
}

/** What became of one source. */
export interface SourceReport {
  readonly source: SourceName
  /** read: to its end. stopped: a limit was met. not-done: why says */
  readonly state: 'read' | 'stopped' | 'not-done'
  readonly why: readonly string[]
  readonly texts: number
  readonly bytes: number
  /** what was passed over by rule, and how often: `binary file`, `symbolic link` */
  readonly passed: Readonly<Record<string, number>>
}

export interface ScanReport {
  readonly findings: readonly Finding[]
  /** leases of Holdpoint seen where tokens would be */
  readonly leases: number
  /** tokens that say themselves that they have expired; not listed */
  readonly expired: number
  readonly sources: readonly SourceReport[]
  /** false when a limit was met or a source could not be read: there may be more */
  readonly complete: boolean
}

/** A text as a source gives it to be read. */
export interface Offered {
  readonly place: Omit<Place, 'line' | 'key'>
  /** tells the format; the name on disk where there is one */
  readonly path: string
  readonly text: string
  /** when no lines are worth naming: environments */
  readonly lineless?: boolean
}

export type { Found }
