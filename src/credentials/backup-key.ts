// The key that exports of databases are sealed with: of the vault, made at first use. Whoever loses
// it has no exports.
import { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { SecretName } from '../domain/names.ts'
import type { Random } from '../system/random.ts'

export const backupKeyName = 'backup-key' as SecretName

const prefix = 'hpb_'
const keyBytes = 32
const keyPattern = /^hpb_[A-Za-z0-9_-]{43}$/

export function newBackupKey(random: Random): Concealed {
  return new Concealed(backupKeyName, `hpb_${random.bytes(keyBytes).toString('base64url')}`)
}

export function readBackupKey(value: Concealed): Uint8Array {
  const text = value.reveal()
  if (!keyPattern.test(text)) {
    throw new Fault(
      'backup-key',
      'the secret `backup-key` is no key of Holdpoint; remove it, and the next export makes one',
    )
  }
  return Buffer.from(text.slice(prefix.length), 'base64url')
}
