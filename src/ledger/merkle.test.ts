import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  Frontier,
  consistencyProof,
  emptyRoot,
  equal,
  hashLeaf,
  hashNode,
  inclusionProof,
  isConsistent,
  rootFromInclusion,
} from './merkle.ts'
import type { Hash } from './merkle.ts'

/** RFC 6962 §2.1 as it is written, with nothing remembered: what the fast ones must agree with. */
function slowRoot(leaves: readonly Hash[]): Hash {
  const [only] = leaves
  if (only === undefined) return emptyRoot
  if (leaves.length === 1) return only
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return hashNode(slowRoot(leaves.slice(0, split)), slowRoot(leaves.slice(split)))
}

const leaves = Array.from({ length: 70 }, (_, i) => hashLeaf(Buffer.from(`entry ${i}`)))
const nodeAt = (level: number, index: number): Hash =>
  slowRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))

function frontierOf(size: number): Frontier {
  const frontier = new Frontier()
  for (const leaf of leaves.slice(0, size)) frontier.append(leaf)
  return frontier
}

test('known hashes of RFC 6962 and its test vectors', () => {
  const hex = (hash: Hash): string => Buffer.from(hash).toString('hex')
  assert.equal(hex(emptyRoot), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  const empty = hashLeaf(new Uint8Array())
  assert.equal(hex(empty), '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d')
  const two = hashNode(empty, hashLeaf(Buffer.from([0])))
  assert.equal(hex(two), 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125')
})

test('a growing tree has the root of its leaves at every size', () => {
  for (let size = 0; size <= leaves.length; size++) {
    assert.ok(equal(frontierOf(size).root(), slowRoot(leaves.slice(0, size))), `size ${size}`)
  }
})

test('a tree is the same from its subtrees', () => {
  const frontier = new Frontier()
  frontier.appendSubtree(6, nodeAt(6, 0))
  frontier.appendSubtree(2, nodeAt(2, 16))
  frontier.append(leaves[68] ?? emptyRoot)
  assert.ok(equal(frontier.root(), slowRoot(leaves.slice(0, 69))))
  assert.throws(() => frontier.appendSubtree(1, emptyRoot), { code: 'bug' })
})

test('each complete node is told once', () => {
  const told: string[] = []
  const frontier = new Frontier()
  for (const leaf of leaves.slice(0, 9)) {
    frontier.append(leaf, (level, index, hash) => {
      assert.ok(equal(hash, nodeAt(level, index)))
      told.push(`${level}/${index}`)
    })
  }
  assert.deepEqual(told, ['1/0', '1/1', '2/0', '1/2', '1/3', '2/1', '3/0'])
})

test('every inclusion proof leads to the root, and to no other', () => {
  for (let size = 1; size <= 40; size++) {
    const root = slowRoot(leaves.slice(0, size))
    for (let index = 0; index < size; index++) {
      const leaf = leaves[index] ?? emptyRoot
      const proof = inclusionProof(index, size, nodeAt)
      assert.deepEqual(rootFromInclusion(leaf, index, size, proof), root, `${index} in ${size}`)
      const wrong = [
        rootFromInclusion(emptyRoot, index, size, proof),
        rootFromInclusion(leaf, index, size, [...proof, emptyRoot]),
        proof.length > 0 ? rootFromInclusion(leaf, index, size, proof.slice(1)) : null,
        rootFromInclusion(leaf, index + size, size, proof),
      ]
      for (const other of wrong) assert.ok(other === null || !equal(other, root))
    }
  }
})

test('every consistency proof holds, and for no other root', () => {
  for (let size = 0; size <= 40; size++) {
    const newer = { size, root: slowRoot(leaves.slice(0, size)) }
    for (let before = 0; before <= size; before++) {
      const older = { size: before, root: slowRoot(leaves.slice(0, before)) }
      const proof = consistencyProof(before, size, nodeAt)
      assert.ok(isConsistent(older, newer, proof), `${before} to ${size}`)
      assert.ok(!isConsistent(older, newer, [...proof, emptyRoot]))
      if (before === 0) continue
      assert.ok(!isConsistent({ ...older, root: hashLeaf(older.root) }, newer, proof))
      assert.ok(!isConsistent(older, { ...newer, root: hashLeaf(newer.root) }, proof))
      if (before < size) assert.ok(!isConsistent(newer, older, proof))
      if (proof.length > 0) assert.ok(!isConsistent(older, newer, proof.slice(1)))
    }
  }
})
