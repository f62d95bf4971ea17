// RFC 6962 §2.1 with SHA-256: a leaf is hashed after a zero byte, a node's two children after a
// one; a tree is split at the largest power of two below its size; an empty tree hashes to SHA-256
// of nothing.
// https://www.rfc-editor.org/rfc/rfc6962#section-2.1
import { hash } from 'node:crypto'

import { assert } from '../domain/fault.ts'

export const hashBytes = 32

/** The 32 bytes over all entries below some size. */
export type Hash = Uint8Array

export const emptyRoot: Hash = hash('sha256', '', 'buffer')

/**
 * By way of a string, into a pooled buffer: a buffer of its own for each hash is what costs most.
 */
function digestOf(bytes: Uint8Array): Hash {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary')
}

/**
 * `prefixed` is a zero byte and then the entry: made in one piece, so that nothing is copied here.
 */
export function hashPrefixedLeaf(prefixed: Uint8Array): Hash {
  return digestOf(prefixed)
}

export function hashLeaf(entry: Uint8Array): Hash {
  const prefixed = new Uint8Array(entry.length + 1)
  prefixed.set(entry, 1)
  return hashPrefixedLeaf(prefixed)
}

const node = new Uint8Array(1 + 2 * hashBytes)
node[0] = 1

export function hashNode(left: Hash, right: Hash): Hash {
  node.set(left, 1)
  node.set(right, 1 + hashBytes)
  return digestOf(node)
}

/** A hash over 2^level entries from index · 2^level on. */
export type OnNode = (level: number, index: number, hash: Hash) => void

/**
 * A tree that grows to the right and remembers one hash per set bit of its size, which is all that
 * its root and its growth need.
 */
export class Frontier {
  #size = 0
  /** by level; current where the size has that bit set */
  readonly #hashes: (Hash | undefined)[] = []

  get size(): number {
    return this.#size
  }

  /** Adds one leaf; `onNode` hears of each complete node above it, lowest first. */
  append(leaf: Hash, onNode?: OnNode): void {
    this.#add(0, leaf, onNode)
  }

  /** Adds a whole subtree of 2^level leaves; only at a size that is a multiple of that. */
  appendSubtree(level: number, subtree: Hash): void {
    assert(this.#size % 2 ** level === 0, 'a subtree goes where one of its size begins')
    this.#add(level, subtree)
  }

  root(): Hash {
    let root: Hash | undefined
    for (let level = 0; level < this.#hashes.length; level++) {
      const left = this.#hashes[level]
      if (left === undefined || !hasBit(this.#size, level)) continue
      root = root === undefined ? left : hashNode(left, root)
    }
    return root ?? emptyRoot
  }

  #add(fromLevel: number, added: Hash, onNode?: OnNode): void {
    let current = added
    let level = fromLevel
    for (; hasBit(this.#size, level); level++) {
      const left = this.#hashes[level]
      assert(left !== undefined, 'each set bit of the size has its hash')
      current = hashNode(left, current)
      onNode?.(level + 1, Math.floor(this.#size / 2 ** (level + 1)), current)
    }
    this.#hashes[level] = current
    this.#size += 2 ** fromLevel
  }
}

function hasBit(size: number, level: number): boolean {
  return Math.floor(size / 2 ** level) % 2 === 1
}

/** Gives the hash over 2^level entries from index · 2^level on. */
export type NodeAt = (level: number, index: number) => Hash

/** From the leaf's sibling up; RFC 6962 §2.1.1. */
export function inclusionProof(index: number, size: number, nodeAt: NodeAt): readonly Hash[] {
  assert(index < size, 'what is proven to be included is included')
  const proof: Hash[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    proof.push(index < middle ? rangeHash(middle, end, nodeAt) : rangeHash(start, middle, nodeAt))
    if (index < middle) end = middle
    else start = middle
  }
  return proof.reverse()
}

/** That the tree of size `older` is the beginning of the one of size `newer`; RFC 6962 §2.1.2. */
export function consistencyProof(older: number, newer: number, nodeAt: NodeAt): readonly Hash[] {
  assert(older <= newer, 'a tree only grows')
  if (older === 0 || older === newer) return []
  const proof: Hash[] = []
  let [start, end] = [0, newer]
  while (older !== end) {
    const middle = start + splitOf(end - start)
    proof.push(older <= middle ? rangeHash(middle, end, nodeAt) : rangeHash(start, middle, nodeAt))
    if (older <= middle) end = middle
    else start = middle
  }
  if (start > 0) proof.push(rangeHash(start, end, nodeAt))
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

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

/** The hash over entries start..end; start is where a tree of that many would be split off. */
function rangeHash(start: number, end: number, nodeAt: NodeAt): Hash {
  const count = end - start
  if (isPowerOfTwo(count)) return nodeAt(Math.log2(count), start / count)
  const middle = start + splitOf(count)
  return hashNode(rangeHash(start, middle, nodeAt), rangeHash(middle, end, nodeAt))
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
