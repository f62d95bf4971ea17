import type { UpstreamName } from '../../domain/names.ts'

export type Rows = readonly (readonly (string | null)[])[]

/** One connection to one database, as a role that may read, or make, all of it. */
export interface ExportClient {
  /** One statement; every value as its text. */
  query(sql: string): Promise<Readonly<{ rows: Rows }>>
  /** What a COPY … TO STDOUT gives, as it comes: no more is read than is taken. */
  copyOut(sql: string): AsyncIterable<Uint8Array>
  /** Fails the COPY when the source fails. */
  copyIn(sql: string, source: AsyncIterable<Uint8Array>): Promise<void>
}

/** Opens connections for the work; each is closed when its work has ended. */
export interface DatabaseAccess {
  /** `database`: null for the one that is always there to administer from */
  connect<T>(
    upstream: UpstreamName,
    database: string | null,
    work: (client: ExportClient) => Promise<T>,
  ): Promise<T>
}
