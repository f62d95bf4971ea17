// The evidence as one canonical JSON document: docs/formats/evidence.md.
import { setImmediate } from 'node:timers/promises'

import { canonicalJson } from '../wire/canonical-json.ts'
import type { EvidenceInput } from './file.ts'
import { supportsWords, verifyWords } from './labels.ts'

export const evidenceFormat = 'holdpoint/evidence/1'
const entriesInOneTurn = 64

/** Written piece by piece, so that requests go on meanwhile. */
export async function evidenceJson(input: EvidenceInput): Promise<Uint8Array> {
  const { incident, by, at, vkey, checkpoint, entries } = input
  const written: string[] = []
  for (const { index, text, leaf, proof } of entries) {
    written.push(canonicalJson({ index, entry: text, leaf, proof }))
    if (written.length % entriesInOneTurn === 0) await setImmediate()
  }
  const unproven = entries.filter(({ proof }) => proof === null).map(({ index }) => index)
  const members: Readonly<Record<string, string>> = {
    entries: `[${written.join(',')}]`,
    exported: canonicalJson({ at, by }),
    format: canonicalJson(evidenceFormat),
    incident: canonicalJson(incident),
    ledger: canonicalJson({ checkpoint, vkey }),
    supports: canonicalJson(supportsWords),
    unproven: canonicalJson(unproven),
    verify: canonicalJson(verifyWords),
  }
  const names = Object.keys(members).sort()
  const text = names.map((name) => `${canonicalJson(name)}:${members[name] ?? ''}`).join(',')
  return Buffer.from(`{${text}}`)
}
