import { z } from 'zod'

import type { FactKind } from '../../../domain/fact.ts'
import { Fault } from '../../../domain/fault.ts'
import type { Instant } from '../../../domain/names.ts'
import type { EntryProof } from '../../../ledger/prove.ts'
import { read } from '../route.ts'
import type { Call, FileAnswer, PersonRoute } from '../route.ts'
import { findEntries, viewEntry } from './views.ts'

const shownMax = 200

const index = z.string().regex(/^(0|[1-9]\d{0,14})$/)
const instant = z.iso.datetime().transform((text) => new Date(text).toISOString() as Instant)

const searchQuery = z.strictObject({
  before: index.transform(Number).optional(),
  /** names of kinds, with commas between them */
  kinds: z
    .string()
    .max(400)
    .regex(/^[a-z-]+(,[a-z-]+)*$/)
    .optional(),
  text: z.string().max(200).optional(),
  since: instant.optional(),
  until: instant.optional(),
})

export const ledgerRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/ledger',
    answer: async ({ parts, query }) => {
      const { kinds, ...wanted } = read(searchQuery, query)
      const given = Object.fromEntries(
        Object.entries(wanted).filter(([, value]) => value !== undefined),
      )
      const named = kinds === undefined ? {} : { kinds: kinds.split(',') as FactKind[] }
      return { body: await findEntries(parts.store, { ...given, ...named, limit: shownMax }) }
    },
  },
  {
    method: 'GET',
    path: '/api/ledger/entries/{index}',
    answer: (call) => ({ body: viewEntry(call.parts.store, indexOf(call)) }),
  },
  {
    method: 'GET',
    path: '/api/ledger/entries/{index}/entry',
    answer: (call) => proofFile(call, ({ entry }) => entry, 'json'),
  },
  {
    method: 'GET',
    path: '/api/ledger/entries/{index}/proof',
    answer: (call) => proofFile(call, ({ proof }) => Buffer.from(proof), 'tlog-proof'),
  },
  {
    method: 'GET',
    path: '/api/ledger/entries/{index}/policy',
    answer: (call) => proofFile(call, ({ policy }) => Buffer.from(policy), 'tlog-policy'),
  },
]

function indexOf({ params }: Call): number {
  return Number(params['index'])
}

/** One of the three files with which an entry is verified, by anybody, without Holdpoint. */
async function proofFile(
  call: Call,
  choose: (proof: EntryProof) => Uint8Array,
  ending: string,
): Promise<FileAnswer> {
  const { prover } = call.parts
  if (prover === undefined) {
    throw new Fault('not-found', 'this ledger is not published; see `holdpoint ledger prove`')
  }
  const bytes = choose(await prover.entry(indexOf(call)))
  return {
    bytes,
    type: 'application/octet-stream',
    fileName: `holdpoint-entry-${indexOf(call)}.${ending}`,
  }
}
