// Verification in the browser: that an entry is in the ledger, that the ledger only grew since this
// browser last looked, and, on request, that all of it leads to what is signed.
import { sha256 } from '@noble/hashes/sha2.js'

import {
  consistencyProof,
  equal,
  inclusionProof,
  isConsistent,
  rootFromInclusion,
} from '../../../src/wire/merkle-proofs.ts'
import type { Hash } from '../../../src/wire/merkle-proofs.ts'
import { tileWidth } from '../../../src/wire/tiles.ts'
import { fromBase64, openCheckpoint, toBase64, Unverified } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { hashLeaf, hashNode, readBundle, withNodes } from './log.ts'
import type { ReadFile } from './log.ts'

/** What this browser has verified before, and holds the ledger to. */
export interface Remembered {
  readonly vkey: string
  readonly size: number
  /** base64 */
  readonly root: string
}

export interface Verified {
  readonly checkpoint: Checkpoint
  /** to be remembered from now on */
  readonly remembered: Remembered
  /** the size that this browser had seen before; null at the first time */
  readonly grewFrom: number | null
}

/**
 * The signed checkpoint, by the key remembered or, at first sight, by the one that is served; and
 * that it extends the one remembered. Throws Unverified with what is wrong.
 */
export async function verifyLedger(read: ReadFile, before: Remembered | null): Promise<Verified> {
  const served = textOf(await required(read, 'vkey')).trim()
  if (before !== null && before.vkey !== served) {
    throw new Unverified('the key is not the one that this browser remembers: another ledger')
  }
  const note = textOf(await required(read, 'checkpoint'))
  const checkpoint = await openCheckpoint(note, served)
  if (before !== null) await verifyGrowth(read, before, checkpoint)
  const remembered = { vkey: served, size: checkpoint.size, root: toBase64(checkpoint.root) }
  return { checkpoint, remembered, grewFrom: before?.size ?? null }
}

async function verifyGrowth(
  read: ReadFile,
  before: Remembered,
  checkpoint: Checkpoint,
): Promise<void> {
  const root = fromBase64(before.root)
  if (root === null) throw new Unverified('what this browser remembers is malformed; forget it')
  if (checkpoint.size < before.size) {
    throw new Unverified(`it had ${before.size} entries, and has ${checkpoint.size}: it was cut`)
  }
  const older = { size: before.size, root }
  const proof = await withNodes(read, checkpoint.size, (nodeAt) =>
    consistencyProof(older.size, checkpoint.size, nodeAt, hashNode),
  )
  if (!isConsistent(older, checkpoint, proof, hashNode)) {
    throw new Unverified('it is no continuation of what this browser has seen: it was rewritten')
  }
}

/** That exactly this text is entry `index` below a checkpoint. */
export async function verifyEntry(
  read: ReadFile,
  checkpoint: Checkpoint,
  index: number,
  text: string,
): Promise<number> {
  const { size, root } = checkpoint
  if (index >= size) throw new Unverified('it is not signed yet; that takes about a second')
  const proof = await withNodes(read, size, (nodeAt) =>
    inclusionProof(index, size, nodeAt, hashNode),
  )
  const leaf = hashLeaf(new TextEncoder().encode(text))
  const reached = rootFromInclusion(leaf, index, size, proof, hashNode)
  if (reached === null || !equal(reached, root)) {
    throw new Unverified(`this text is not entry ${index} of what is signed`)
  }
  return proof.length
}

/** All entries hashed, one bundle after the other; `onProgress` hears how many are done. */
export async function verifyWhole(
  read: ReadFile,
  checkpoint: Checkpoint,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const stack: { level: number; hash: Hash }[] = []
  for (let first = 0; first < checkpoint.size; first += tileWidth) {
    signal.throwIfAborted()
    for (const entry of await readBundle(read, first / tileWidth, checkpoint.size)) {
      push(stack, hashLeaf(entry))
    }
    onProgress(Math.min(checkpoint.size, first + tileWidth))
    await new Promise((resolve) => setTimeout(resolve))
  }
  const root = stack.map(({ hash }) => hash).reduceRight(folded, undefined)
  if (!equal(root ?? sha256(new Uint8Array()), checkpoint.root)) {
    throw new Unverified('the entries do not lead to the root that is signed')
  }
}

function folded(root: Hash | undefined, left: Hash): Hash {
  return root === undefined ? left : hashNode(left, root)
}

/** Two subtrees of one size are one of the next. */
function push(stack: { level: number; hash: Hash }[], leaf: Hash): void {
  let node = { level: 0, hash: leaf }
  for (let last = stack.at(-1); last?.level === node.level; last = stack.at(-1)) {
    stack.pop()
    node = { level: node.level + 1, hash: hashNode(last.hash, node.hash) }
  }
  stack.push(node)
}

async function required(read: ReadFile, path: string): Promise<Uint8Array> {
  const bytes = await read(path)
  if (bytes === null) throw new Unverified(`the ledger publishes no ${path}`)
  return bytes
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}
