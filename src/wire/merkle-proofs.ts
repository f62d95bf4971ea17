// Proofs over an RFC 6962 tree, for any way of hashing two children: the gate makes and checks them
// with it, and a browser checks what it was given.
// https://www.rfc-editor.org/rfc/rfc6962#section-2.1 https://www.rfc-editor.org/rfc/rfc9162#section-2.1
import { assert } from '../domain/fault.ts'

/** The 32 bytes over all entries below some size. */
export type Hash = Uint8Array

export type HashNode = (left: Hash, right: Hash) => Hash

/** Gives the hash over 2^level entries from index · 2^level on. */
export type NodeAt = (level: number, index: number) => Hash

/** From the leaf's sibling up; RFC 6962 §2.1.1. */
export function inclusionProof(
  index: number,
  size: number,
  nodeAt: NodeAt,
  hashNode: HashNode,
): readonly Hash[] {
  assert(index < size, 'what is proven to be included is included')
  const proof: Hash[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    proof.push(
      index < middle
        ? rangeHash(middle, end, nodeAt, hashNode)
        : rangeHash(start, middle, nodeAt, hashNode),
    )
    if (index < middle) end = middle
    else start = middle
  }
  return proof.reverse()
}

/** That the tree of size `older` is the beginning of the one of size `newer`; RFC 6962 §2.1.2. */
export function consistencyProof(
  older: number,
  newer: number,
  nodeAt: NodeAt,
  hashNode: HashNode,
): readonly Hash[] {
  assert(older <= newer, 'a tree only grows')
  if (older === 0 || older === newer) return []
  const proof: Hash[] = []
  let [start, end] = [0, newer]
  while (older !== end) {
    const middle = start + splitOf(end - start)
    proof.push(
      older <= middle
        ? rangeHash(middle, end, nodeAt, hashNode)
        : rangeHash(start, middle, nodeAt, hashNode),
    )
    if (older <= middle) end = middle
    else start = middle
  }
  if (start > 0) proof.push(rangeHash(start, end, nodeAt, hashNode))
  return proof.reverse()
}

/**
 * The root that the leaf and its proof lead to; null where the proof has another length than it
 * must.
 */
export function rootFromInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
  hashNode: HashNode,
): Hash | null {
  if (index >= size) return null
  let [root, position, last] = [leaf, index, size - 1]
  for (const sibling of proof) {
    if (last === 0) return null
    if (position % 2 === 1 || position === last) {
      root = hashNode(sibling, root)
      // Where the right edge has no sibling at a level, that level is skipped.
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)]
    } else {
      root = hashNode(root, sibling)
    }
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 ? root : null
}

/** Whether the newer root extends the older one; RFC 9162 §2.1.4.2. */
export function isConsistent(
  older: { size: number; root: Hash },
  newer: { size: number; root: Hash },
  proof: readonly Hash[],
  hashNode: HashNode,
): boolean {
  if (older.size > newer.size) return false
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root)
  if (older.size === 0) return proof.length === 0
  const path = isPowerOfTwo(older.size) ? [older.root, ...proof] : [...proof]
  const [seed, ...rest] = path
  if (seed === undefined) return false
  let [position, last] = [older.size - 1, newer.size - 1]
  while (position % 2 === 1) [position, last] = [half(position), half(last)]
  let [olderRoot, newerRoot] = [seed, seed]
  for (const sibling of rest) {
    if (last === 0) return false
    if (position % 2 === 1 || position === last) {
      olderRoot = hashNode(sibling, olderRoot)
      newerRoot = hashNode(sibling, newerRoot)
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)]
    } else {
      newerRoot = hashNode(newerRoot, sibling)
    }
    ;[position, last] = [half(position), half(last)]
  }
  return last === 0 && equal(olderRoot, older.root) && equal(newerRoot, newer.root)
}

/** The hash over entries start..end; start is where a tree of that many would be split off. */
function rangeHash(start: number, end: number, nodeAt: NodeAt, hashNode: HashNode): Hash {
  const count = end - start
  if (isPowerOfTwo(count)) return nodeAt(Math.log2(count), start / count)
  const middle = start + splitOf(count)
  return hashNode(
    rangeHash(start, middle, nodeAt, hashNode),
    rangeHash(middle, end, nodeAt, hashNode),
  )
}

/** The largest power of two below count. */
function splitOf(count: number): number {
  return 2 ** Math.ceil(Math.log2(count) - 1)
}

function isPowerOfTwo(count: number): boolean {
  return Number.isInteger(Math.log2(count))
}

function half(position: number): number {
  return Math.floor(position / 2)
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
