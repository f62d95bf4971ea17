import type { Concealed } from '../domain/concealed.ts'

/** Asks providers about credentials that a scan found. Only a running gate can. */
export interface CredentialChecker {
  /** Never with a question that changes anything; each is in the ledger before it is asked. */
  check(provider: string, value: Concealed): Promise<CredentialAnswer>
}

export type CredentialAnswer =
  /** it lives, and reaches as far as `reach`, `account` */
  | Readonly<{ kind: 'answers'; reach: string }>
  /** the provider was asked, and does not take it for what was asked: dead, or narrower */
  | Readonly<{ kind: 'refused' }>
  | Readonly<{ kind: 'not-asked'; why: string }>
