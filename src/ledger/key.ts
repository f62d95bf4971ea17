import { existsSync, readFileSync, statSync } from 'node:fs'

import { Fault } from '../domain/fault.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { writeFileDurably } from './files.ts'
import { createNoteSigner, encodeSigningKey } from './note.ts'
import type { NoteSigner } from './note.ts'

export interface LedgerKeyOptions {
  readonly file: string
  readonly random: Random
  /** what the ledger calls itself, for good; `holdpoint.local/<random>` when not given */
  readonly origin?: string
}

/** The key that signs checkpoints, made at the first start. Its file names the ledger too. */
export function openLedgerKey({ file, random, origin }: LedgerKeyOptions): NoteSigner {
  if (!existsSync(file)) {
    const name = origin ?? newId<string>(random, 'holdpoint.local/ledger').replace('_', '-')
    writeFileDurably(file, encodeSigningKey(name, random.bytes(32)) + '\n', 0o600)
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new Fault('ledger-key-exposed', `others can read \`${file}\`; run \`chmod 600 ${file}\``)
  }
  const signer = createNoteSigner(readFileSync(file, 'utf8').trimEnd())
  if (origin !== undefined && origin !== signer.name) {
    throw new Fault(
      'ledger-origin',
      `this ledger is \`${signer.name}\`, not \`${origin}\`; put the old name back`,
    )
  }
  return signer
}
