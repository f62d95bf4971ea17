// Incidents, told and handed over. What is handed over is recorded first: who took what out.
import { setTimeout } from 'node:timers/promises'

import type { Fact, LedgerEntry } from '../domain/fact.ts'
import { Fault } from '../domain/fault.ts'
import type { PersonName } from '../domain/names.ts'
import type { EntryProofs, Prover } from '../ledger/prove.ts'
import type { StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import type { EvidenceEntry, EvidenceFile, EvidenceFormat, EvidenceInput } from './file.ts'
import { gather } from './gather.ts'
import { reconstruct } from './incident.ts'
import type { Incident, IncidentScope } from './incident.ts'
import { evidenceJson } from './json.ts'
import { evidenceMarkdown } from './markdown.ts'
import { evidencePdf } from './pdf.ts'

export interface Evidence {
  incident(scope: IncidentScope): Promise<Incident>
  /** Recorded, with the file's hash, before it resolves. One at a time. */
  hand(asked: ExportAsked): Promise<EvidenceFile>
}

export interface ExportAsked {
  readonly scope: IncidentScope
  readonly format: EvidenceFormat
  readonly by: PersonName
}

export interface EvidenceParts {
  readonly store: StoreReads
  readonly clock: Clock
  /** of the published folder */
  readonly prover: Prover
  readonly vkey: string
  append(fact: Fact): Promise<unknown>
}

const publishedWithin = { tries: 20, milliseconds: 100 }

export function createEvidence(parts: EvidenceParts): Evidence {
  const { store, clock } = parts
  let exporting = false

  async function incident(scope: IncidentScope): Promise<Incident> {
    const { entries, more } = await gather(store, scope)
    return reconstruct(scope, entries, more)
  }

  async function exported({ scope, format, by }: ExportAsked): Promise<EvidenceFile> {
    const { entries, more } = await gather(store, scope)
    const told = reconstruct(scope, entries, more)
    const { span } = told
    if (span === null) throw new Fault('evidence-empty', 'there is nothing in it; choose more')
    const input = await inputOf(parts, told, entries, { by, at: clock.now() })
    const bytes = await writers[format](input)
    await parts.append({
      kind: 'evidence-exported',
      by,
      from: span.from,
      to: span.to,
      sha256: sha256(bytes),
    })
    return { bytes, ...kinds[format], fileName: fileNameOf(told, kinds[format].ending) }
  }

  return {
    incident,
    async hand(asked) {
      if (exporting) {
        throw new Fault('evidence-busy', 'another export is being made; try again in a moment')
      }
      exporting = true
      try {
        return await exported(asked)
      } finally {
        exporting = false
      }
    },
  }
}

const writers: Readonly<Record<EvidenceFormat, (input: EvidenceInput) => Promise<Uint8Array>>> = {
  json: evidenceJson,
  pdf: evidencePdf,
  markdown: (input) => Promise.resolve(Buffer.from(evidenceMarkdown(input))),
}

const kinds: Readonly<Record<EvidenceFormat, Readonly<{ type: string; ending: string }>>> = {
  json: { type: 'application/json', ending: 'json' },
  pdf: { type: 'application/pdf', ending: 'pdf' },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md' },
}

function fileNameOf({ scope, span }: Incident, ending: string): string {
  const what = scope.kind === 'decision' ? scope.decision : `${span?.from ?? 0}-${span?.to ?? 0}`
  return `holdpoint-evidence-${what}.${ending}`
}

/** Checkpoints follow by about a second: the newest entries are waited for, a little. */
async function inputOf(
  { store, prover, vkey }: EvidenceParts,
  incident: Incident,
  entries: readonly LedgerEntry[],
  made: Pick<EvidenceInput, 'by' | 'at'>,
): Promise<EvidenceInput> {
  const indices = entries.map(({ index }) => index)
  const proofs = await proveAll(prover, indices)
  const proofOf = new Map(proofs?.proofs.map((each) => [each.index, each]))
  const written = entries.map(({ index }): EvidenceEntry => {
    const proven = proofOf.get(index)
    const bytes = proven?.entry ?? store.leaves(index, 1)[0] ?? new Uint8Array()
    const leaf = sha256(Buffer.concat([new Uint8Array(1), bytes]))
    return { index, text: Buffer.from(bytes).toString(), leaf, proof: proven?.proof ?? null }
  })
  return { incident, ...made, vkey, checkpoint: proofs?.note ?? null, entries: written }
}

async function proveAll(prover: Prover, indices: readonly number[]): Promise<EntryProofs | null> {
  const highest = Math.max(...indices)
  for (let tried = 1; ; tried++) {
    const size = await sizeOf(prover)
    if (size > highest) break
    if (tried >= publishedWithin.tries) {
      if (size === 0) return null
      break
    }
    await setTimeout(publishedWithin.milliseconds)
  }
  return prover.entries(indices)
}

async function sizeOf(prover: Prover): Promise<number> {
  try {
    return (await prover.checkpoint()).size
  } catch (fault) {
    if (fault instanceof Fault && fault.code === 'ledger-empty') return 0
    throw fault
  }
}
