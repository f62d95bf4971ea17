// RFC 6962 §2.1 with SHA-256: a leaf is hashed after a zero byte, a node's two children after a
// one; a tree is split at the largest power of two below its size; an empty tree hashes to SHA-256
// of nothing.
// https://www.rfc-editor.org/rfc/rfc6962#section-2.1
import { hash } from 'node:crypto'

import { assert } from '../domain/fault.ts'
import * as proofs from '../wire/merkle-proofs.ts'
import type { Hash, NodeAt } from '../wire/merkle-proofs.ts'

export type { Hash, NodeAt }

export const hashBytes = 32

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

/** From the leaf's sibling up; RFC 6962 §2.1.1. */
export function inclusionProof(index: number, size: number, nodeAt: NodeAt): readonly Hash[] {
  return proofs.inclusionProof(index, size, nodeAt, hashNode)
}

/** That the tree of size `older` is the beginning of the one of size `newer`; RFC 6962 §2.1.2. */
export function consistencyProof(older: number, newer: number, nodeAt: NodeAt): readonly Hash[] {
  return proofs.consistencyProof(older, newer, nodeAt, hashNode)
}

/** The root that the leaf and its proof lead to; null where the proof has not the right length. */
export function rootFromInclusion(
  leaf: Hash,
  index: number,
  size: number,
  proof: readonly Hash[],
): Hash | null {
  return proofs.rootFromInclusion(leaf, index, size, proof, hashNode)
}

/** Whether the newer root extends the older one; RFC 9162 §2.1.4.2. */
export function isConsistent(
  older: { size: number; root: Hash },
  newer: { size: number; root: Hash },
  proof: readonly Hash[],
): boolean {
  return proofs.isConsistent(older, newer, proof, hashNode)
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
