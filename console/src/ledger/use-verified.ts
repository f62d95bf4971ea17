import { useQuery } from '@tanstack/react-query'

import { Unverified } from './checkpoint.ts'
import type { ReadFile } from './log.ts'
import { verifyEntry, verifyLedger } from './verify.ts'
import type { Remembered, Verified } from './verify.ts'

const memory = 'holdpoint-ledger'

/** What is published below `/ledger/` needs no session: anyone may be given it. */
export const readPublished: ReadFile = async (path) => {
  const response = await fetch(`/ledger/${path}`)
  if (response.status === 404) return null
  if (!response.ok) throw new Unverified('the ledger cannot be read now; try again')
  return new Uint8Array(await response.arrayBuffer())
}

export type Checked<T> =
  | Readonly<{ kind: 'checking' }>
  | Readonly<{ kind: 'verified'; value: T }>
  | Readonly<{ kind: 'unverified'; why: string }>

/** The ledger as this browser verified it, held to what it had seen before. */
export function useVerifiedLedger(): Checked<Verified> {
  return useChecked(['verified-ledger'], async () => {
    const verified = await verifyLedger(readPublished, recall())
    localStorage.setItem(memory, JSON.stringify(verified.remembered))
    return verified
  })
}

/** That this text is the entry; the value is how many hashes lead from it to the signed root. */
export function useVerifiedEntry(
  ledger: Checked<Verified>,
  index: number,
  text: string,
): Checked<number> {
  const checkpoint = ledger.kind === 'verified' ? ledger.value.checkpoint : null
  const checked = useChecked(['verified-entry', index, text, checkpoint?.size ?? null], () =>
    checkpoint === null ? null : verifyEntry(readPublished, checkpoint, index, text),
  )
  if (checked.kind !== 'verified') return checked
  return checked.value === null ? ledgerProblem(ledger) : { ...checked, value: checked.value }
}

function ledgerProblem(ledger: Checked<Verified>): Checked<number> {
  if (ledger.kind !== 'unverified') return { kind: 'checking' }
  return { kind: 'unverified', why: 'the ledger itself is not verified' }
}

function useChecked<T>(key: readonly unknown[], check: () => Promise<T> | T): Checked<T> {
  const { data, error } = useQuery({
    queryKey: key,
    queryFn: check,
    staleTime: 5000,
    refetchInterval: 10_000,
  })
  if (error !== null) {
    const why = error instanceof Unverified ? error.message : 'the gate cannot be reached'
    return { kind: 'unverified', why }
  }
  return data === undefined ? { kind: 'checking' } : { kind: 'verified', value: data }
}

function recall(): Remembered | null {
  const kept = localStorage.getItem(memory)
  return kept === null ? null : (JSON.parse(kept) as Remembered)
}

/** For whoever knows that the state was begun anew; what was seen is then trusted no more. */
export function forgetLedger(): void {
  localStorage.removeItem(memory)
}
