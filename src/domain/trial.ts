// What was found out by trying: run inside a transaction, behind a savepoint, nothing committed.

/** What a trial found; the tables as they are named in effects. */
export interface Measured {
  readonly tables: readonly MeasuredTable[]
  /** what fell, for a `drop`: every object, those that went with it included */
  readonly dropped: readonly DroppedObject[]
  /** what was kept, so that it can be taken back; null when not all of it could be */
  readonly kept: Kept | null
  /** why not all of it is known, or could be kept; empty when it is and could */
  readonly because: readonly string[]
  /** the server refuses it by itself: nothing would happen, and sending it tells why */
  readonly failed?: true
  /** false: something was touched that the figures do not show; then nothing is known */
  readonly complete: boolean
  /** some of the rows that would be touched, for a person to look at; values masked already */
  readonly samples: readonly Sample[]
}

export interface MeasuredTable {
  readonly schema: string
  readonly name: string
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  /** rows in the table before; null when they were not counted */
  readonly total: number | null
}

export interface DroppedObject {
  /** PostgreSQL's word: `table`, `view`, `table constraint`, `sequence`, … */
  readonly type: string
  readonly identity: string
  /** false: it goes because another one goes */
  readonly original: boolean
}

/** Before-images, or objects in quarantine. */
export interface Kept {
  readonly says: string
  readonly bytes: number
  /** over the content kept, whatever order it is in; 64 lower-case hexadecimal digits */
  readonly sha256: string
}

export interface Sample {
  readonly table: string
  readonly columns: readonly string[]
  /** null is NULL; a masked value says so */
  readonly rows: readonly (readonly (string | null)[])[]
}
