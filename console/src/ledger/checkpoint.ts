// C2SP signed notes and tlog-checkpoints, checked in the browser with its own cryptography: what
// the gate says of itself is not believed. https://c2sp.org/signed-note https://c2sp.org/tlog-checkpoint
import { sha256 } from '@noble/hashes/sha2.js'

import { equal } from '../../../src/wire/merkle-proofs.ts'
import type { Hash } from '../../../src/wire/merkle-proofs.ts'

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Hash
}

/** What does not verify; the words say which step failed. */
export class Unverified extends Error {}

const ed25519 = 1
const keyBytes = 32
const keyIdBytes = 4
const noteCharactersMax = 100_000

interface Key {
  readonly name: string
  readonly id: Uint8Array
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** `name+hash+key`, whose hash is that of name and key */
export function readKey(vkey: string): Key {
  const match = /^([^\s+]{1,255})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})\s*$/.exec(vkey)
  const [, name = '', idText = '', encoded = ''] = match ?? []
  const tagged = match === null ? null : fromBase64(encoded)
  if (tagged?.[0] !== ed25519 || tagged.length !== keyBytes + 1) {
    throw new Unverified('the key is no Ed25519 verifier key')
  }
  const id = sha256(joined(new TextEncoder().encode(`${name}\n`), tagged)).subarray(0, keyIdBytes)
  if (hexOf(id) !== idText) throw new Unverified('the key and its name disagree')
  return { name, id, bytes: tagged.slice(1) }
}

/** The checkpoint in a note, once its signature by that key has been checked. */
export async function openCheckpoint(note: string, vkey: string): Promise<Checkpoint> {
  const key = readKey(vkey)
  const split = note.lastIndexOf('\n\n')
  if (note.length > noteCharactersMax || split < 0 || !note.endsWith('\n')) {
    throw new Unverified('the checkpoint is no signed note')
  }
  const text = note.slice(0, split + 1)
  const signature = signatureIn(note.slice(split + 2, -1).split('\n'), key)
  const imported = await crypto.subtle
    .importKey('raw', key.bytes, 'Ed25519', false, ['verify'])
    .catch(() => null)
  if (imported === null) {
    throw new Unverified('this browser cannot check Ed25519 signatures; use a newer one')
  }
  const signed = new TextEncoder().encode(text)
  if (!(await crypto.subtle.verify('Ed25519', imported, signature, signed))) {
    throw new Unverified('the signature of the checkpoint is wrong')
  }
  return checkpointIn(text, key.name)
}

/** Exactly one line may be by the key; others are of witnesses, and not asked. */
function signatureIn(lines: readonly string[], { name, id }: Key): Uint8Array<ArrayBuffer> {
  const found = lines.flatMap((line) => {
    const [, signer, encoded = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? []
    const bytes = signer === name ? fromBase64(encoded) : null
    return bytes !== null && equal(bytes.subarray(0, keyIdBytes), id) ? [bytes] : []
  })
  const [only, second] = found
  if (only === undefined || second !== undefined) {
    throw new Unverified(`the checkpoint has ${found.length} signatures by this key, not one`)
  }
  return only.slice(keyIdBytes)
}

function checkpointIn(text: string, name: string): Checkpoint {
  const match = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text)
  const [, origin = '', size = '', root = ''] = match ?? []
  const bytes = match === null ? null : fromBase64(root)
  if (bytes === null) throw new Unverified('the checkpoint does not have its three lines')
  if (origin !== name) throw new Unverified('the checkpoint is of another ledger')
  return { origin, size: Number(size), root: bytes }
}

/** Standard base64 in its one canonical spelling; null for anything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
    return toBase64(bytes) === text ? bytes : null
  } catch {
    return null
  }
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length)
  all.set(first)
  all.set(second, first.length)
  return all
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
