// What goes to the worker that reads long texts, and what comes back.
import type { Catalogue, SqlPlace, SqlRead } from '../providers/postgres/index.ts'

export type ToWorker =
  | Readonly<{ kind: 'catalogue'; key: string; catalogue: Catalogue | null }>
  | Readonly<{ kind: 'forget'; key: string }>
  | Readonly<{ kind: 'read'; id: number; key: string; place: SqlPlace; text: string }>

export type FromWorker =
  | Readonly<{ kind: 'ready' }>
  /** `fault`: the parser cannot be trusted any more, and another worker must take over */
  | Readonly<{ kind: 'read'; id: number; read: SqlRead; fault: boolean }>
