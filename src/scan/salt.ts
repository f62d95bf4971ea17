import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { writeFileDurably } from '../system/durable-file.ts'
import type { Random } from '../system/random.ts'

const saltBytes = 32

/**
 * The salt of this user's fingerprints, made at the first scan and kept, so that two scans can be
 * compared. Where none can be kept, one for this scan alone.
 */
export function openSalt(stateFolder: string, random: Random): Uint8Array {
  const file = join(stateFolder, 'scan-salt')
  try {
    const kept = Buffer.from(readFileSync(file, 'latin1').trim(), 'hex')
    if (kept.length === saltBytes) return kept
  } catch {
    // The first scan.
  }
  const salt = random.bytes(saltBytes)
  try {
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 })
    writeFileDurably(file, `${Buffer.from(salt).toString('hex')}\n`, 0o600, 'scan')
  } catch {
    // A read-only home: the fingerprints are of this scan.
  }
  return salt
}
