import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { discard, publishLog, temporaryFolder } from '../../test/simulation/ledger-stage.ts'
import { parseStrictEntry } from '../wire/ledger-entry.ts'
import { openCheckpoint } from './checkpoint.ts'
import { equal, hashLeaf, isConsistent, rootFromInclusion } from './merkle.ts'
import { createNoteVerifier } from './note.ts'
import { createProver } from './prove.ts'

const folders = [temporaryFolder(), temporaryFolder()] as const
after(() => folders.forEach(discard))
const size = 3 * 256 + 5
const { published, vkey } = await publishLog(folders[0], size)
const prover = createProver(published, vkey)

/** As an auditor would, from the text alone. */
function checkProof(proof: string, entry: Uint8Array): boolean {
  const split = proof.indexOf('\n\n')
  const [header, indexLine = '', ...hashes] = proof.slice(0, split).split('\n')
  assert.equal(header, 'c2sp.org/tlog-proof@v1')
  const index = Number(/^index (0|[1-9]\d*)$/.exec(indexLine)?.[1])
  const checkpoint = openCheckpoint(proof.slice(split + 2), createNoteVerifier(vkey))
  const path = hashes.map((hash) => Buffer.from(hash, 'base64'))
  const root = rootFromInclusion(hashLeaf(entry), index, checkpoint.size, path)
  return root !== null && equal(root, checkpoint.root)
}

for (const index of [0, 1, 255, 256, 511, 767, 768, size - 1]) {
  test(`entry ${index} is proven, and no other in its stead`, async () => {
    const { proof, entry, policy } = await prover.entry(index)
    assert.equal(parseStrictEntry(entry).index, index)
    assert.ok(checkProof(proof, entry))
    const other = await prover.entry((index + 1) % size)
    assert.ok(!checkProof(proof, other.entry))
    assert.equal(policy, `log ${vkey}\nquorum none\n`)
  })
}

test('many are proven under one checkpoint, as each is alone, and none past it', async () => {
  const asked = [size + 7, 600, 3, 255, 256, 3 * 256, size - 1, size]
  const { proofs, note, size: covered } = await prover.entries(asked)
  assert.equal(covered, size)
  assert.deepEqual(
    proofs.map(({ index }) => index),
    [3, 255, 256, 600, 768, size - 1],
  )
  for (const one of proofs) {
    assert.deepEqual(one, await prover.entry(one.index))
    assert.ok(one.proof.endsWith(`\n\n${note}`))
  }
})

test('inclusion and consistency are proven at older sizes too', async () => {
  for (const older of [1, 2, 255, 256, 257, 512, 700, size]) {
    const proof = await prover.consistency(older, size)
    const { root } = await prover.checkpoint()
    const wrong = { size: older, root: Buffer.alloc(32) }
    assert.ok(!isConsistent(wrong, { size, root }, proof))
    assert.ok((await prover.inclusion(older - 1, older)).length <= 10)
  }
  assert.deepEqual(await prover.consistency(0, size), [])
  assert.deepEqual(await prover.consistency(size, size), [])
})

test('what is not there is not proven', async () => {
  for (const index of [size, -1, 0.5, NaN]) {
    await assert.rejects(prover.entry(index), { code: 'ledger-range' })
  }
  await assert.rejects(prover.inclusion(0, size + 1), { code: 'ledger-range' })
  await assert.rejects(prover.consistency(5, 4), { code: 'ledger-range' })
  const none = createProver(folders[1], vkey)
  await assert.rejects(none.entry(0), { code: 'ledger-empty' })
})

test('a proof that altered files would lead to is not given out', async () => {
  for (const path of ['tile/0/000', 'tile/0/001', 'tile/1/000.p/3', 'tile/entries/000']) {
    const file = join(published, path)
    const bytes = readFileSync(file)
    for (const offset of [0, 32, 64].map((at) => at + 3)) {
      const altered = Buffer.from(bytes)
      altered[offset] = (altered[offset] ?? 0) ^ 1
      writeFileSync(file, altered)
      const results = await Promise.allSettled(
        [0, 1, 2, 300, 600].map((index) => prover.entry(index)),
      )
      for (const result of results) {
        if (result.status === 'fulfilled')
          assert.ok(checkProof(result.value.proof, result.value.entry))
      }
      assert.ok(
        results.some(({ status }) => status === 'rejected'),
        `${path} at ${offset}`,
      )
    }
    writeFileSync(file, bytes)
  }
})
