// The words of a scan. A value is never part of them: whoever needs it has the text and the span.

/** How far a credential carries, widest first; `docs/scan.md` has the order of the whole list. */
export const reachKinds = [
  'account',
  'unknown',
  'workspace',
  'project',
  'environment',
  'database',
  'resource',
] as const

/** unknown: as far as its provider allows, so it ranks just after a whole account */
export type ReachKind = (typeof reachKinds)[number]

export interface Reach {
  readonly kind: ReachKind
  /** what exactly, where that is known: a host with its database, a project's id; else null */
  readonly of: string | null
}

/** Whether what it opens can be destroyed with it. */
export type Destroys = 'yes' | 'unknown' | 'no'

/** Half-open, in UTF-16 code units of the text that was read. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** What one kind of credential is; a row of a table. */
export interface Kind {
  /** `railway-api-token`, stable: part of the JSON and SARIF that people keep */
  readonly id: string
  /** `railway`; `unknown` where no format or name says */
  readonly provider: string
  /** a noun phrase: `API token of Railway` */
  readonly says: string
  readonly reach: ReachKind
  readonly destroys: Destroys
}

/** A credential in a text. `span` is exactly the value: what is masked, or moved into the vault. */
export interface Found extends Kind {
  readonly span: Span
  /** the URL that it is part of; null where it stands alone */
  readonly around: Span | null
  /** of the first character, from 1 */
  readonly line: number
  /** the name that it is given there, `RAILWAY_API_TOKEN`; null for none */
  readonly key: string | null
  /** what of it is public by its format, `sbp_`; empty for nothing */
  readonly prefix: string
  readonly reachOf: string | null
  /** seconds since 1970 that it says itself, after which it is worth nothing; null where not said */
  readonly expiresAt: number | null
  /** encoded: the value stands there in base64 or percent-encoded, or in pieces */
  readonly form: 'plain' | 'encoded'
}
