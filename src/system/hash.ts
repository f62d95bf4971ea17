import { hash } from 'node:crypto'

import type { Digest } from '../domain/names.ts'

export function sha256(bytes: string | Uint8Array): Digest {
  return hash('sha256', bytes, 'hex') as Digest
}
