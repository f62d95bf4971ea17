/**
 * How a forwarded action ended. Bytes left and no whole answer came: `unknown`, never `failed`.
 */
export type Outcome =
  | Readonly<{ kind: 'succeeded'; status: number }>
  | Readonly<{ kind: 'failed'; code: string; status: number | null }>
  | Readonly<{ kind: 'unknown'; why: string }>
