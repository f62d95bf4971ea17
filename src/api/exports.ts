// Files that the safeguard `independent-backup` left, read again: whether they are whole, and back
// into a database. Only a gate that runs can: it alone has the key and reaches servers.
import type { PersonName, UpstreamName } from '../domain/names.ts'

/** Each rejects with a Fault that says why not and what to do; each is recorded before it acts. */
export interface ExportKeeper {
  /** Reads it to its end; what it says of itself, nothing of it believed before its seal. */
  verify(asked: VerifyAsked): Promise<ExportReport>
  /** Into a database that is made for it and stays; none that is there is ever touched. */
  restore(asked: RestoreAsked): Promise<RestoreReport>
}

export interface VerifyAsked {
  /** absolute */
  readonly file: string
  readonly by: PersonName
}

export interface ExportReport {
  readonly file: string
  readonly databases: readonly ExportedDatabase[]
}

export interface ExportedDatabase {
  readonly database: string
  readonly tables: number
  /** in decimal: there may be more than a number holds */
  readonly rows: string
}

export interface RestoreAsked {
  /** absolute */
  readonly file: string
  readonly upstream: UpstreamName
  /** which of the file's databases; null for the only one that holds something */
  readonly database: string | null
  /** what it is called there; null for its own name */
  readonly name: string | null
  readonly by: PersonName
}

export interface RestoreReport extends ExportedDatabase {
  readonly file: string
  readonly upstream: UpstreamName
  /** what it is called there */
  readonly name: string
  /** what agents find it in */
  readonly environment: string
}
