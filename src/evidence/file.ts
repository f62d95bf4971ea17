import type { PersonName } from '../domain/names.ts'
import type { Instant } from '../domain/names.ts'
import type { Incident } from './incident.ts'

export type EvidenceFormat = 'markdown' | 'pdf' | 'json'

/** All that an evidence file is made of: the same of it makes the same bytes. */
export interface EvidenceInput {
  readonly incident: Incident
  readonly by: PersonName
  readonly at: Instant
  /** the ledger's verifier key */
  readonly vkey: string
  /** the checkpoint that every proof ends with; null where nothing is published yet */
  readonly checkpoint: string | null
  /** in order, every entry of the incident */
  readonly entries: readonly EvidenceEntry[]
}

export interface EvidenceEntry {
  readonly index: number
  /** canonical JSON, exactly the bytes that the ledger holds */
  readonly text: string
  /** RFC 6962 leaf hash in hexadecimal */
  readonly leaf: string
  /** a `.tlog-proof` file; null while no published checkpoint covers the entry */
  readonly proof: string | null
}

export interface EvidenceFile {
  readonly bytes: Uint8Array
  readonly type: string
  readonly fileName: string
}

/** The hashes of a proof, from the leaf's sibling up. */
export function pathOf(proof: string): readonly string[] {
  return proof.slice(0, proof.indexOf('\n\n')).split('\n').slice(2)
}

/** proofs that a file for reading holds; the JSON export holds all */
export const proofsShownMax = 100
