import type { DatabaseSync } from 'node:sqlite'

import type { Assertion } from '../domain/hold.ts'

const counterAt = 33
const authenticatorDataMin = 37

/** Keeps the highest counter that a passkey has shown: one that goes back is a copy of it. */
export function createSignCounts(database: DatabaseSync): (assertion: Assertion) => void {
  const raise = database.prepare('UPDATE passkeys SET sign_count = max(sign_count, ?) WHERE id = ?')
  return ({ passkey, authenticatorData }) => {
    const bytes = Buffer.from(authenticatorData, 'base64url')
    if (bytes.length >= authenticatorDataMin) raise.run(bytes.readUInt32BE(counterAt), passkey)
  }
}
