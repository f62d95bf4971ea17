// What is kept beside a `lease-issued` fact, so that a client can prove by SCRAM-SHA-256 that it has
// the token, without showing it and without the gate keeping it.
import { hash } from 'node:crypto'

import { canonicalJson } from '../wire/canonical-json.ts'
import { scramVerifier } from '../system/scram.ts'
import type { ScramSalt, ScramVerifier } from '../system/scram.ts'

/**
 * One salt for all: it is told before it is known whose lease will be proved. That is sound because
 * tokens are 256 random bits: there is nothing to try, with tables or without.
 */
export const leaseSalt: ScramSalt = {
  salt: hash('sha256', 'holdpoint: leases by SCRAM-SHA-256', 'buffer').subarray(0, 16),
  iterations: 4096,
}

export function makeVerifier(token: string): ScramVerifier {
  return scramVerifier(token, leaseSalt)
}

/** With what a person signed for the lease, where it was issued by a deed. */
export function writeVerifier({ storedKey, serverKey }: ScramVerifier, deed?: unknown): Uint8Array {
  const text = canonicalJson({
    deed,
    mechanism: 'SCRAM-SHA-256',
    iterations: leaseSalt.iterations,
    salt: base64(leaseSalt.salt),
    serverKey: base64(serverKey),
    storedKey: base64(storedKey),
  })
  return new TextEncoder().encode(text)
}

/** null when there is none, or one for another salt: such a lease cannot be proved. */
export function readVerifier(bytes: Uint8Array | undefined): ScramVerifier | null {
  if (bytes === undefined) return null
  const kept = parse(bytes)
  const { storedKey, serverKey } = kept
  if (typeof storedKey !== 'string' || typeof serverKey !== 'string') return null
  const verifier = {
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  }
  return Buffer.from(bytes).equals(writeVerifier(verifier, kept['deed'])) ? verifier : null
}

function parse(bytes: Uint8Array): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
