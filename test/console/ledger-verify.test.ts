// What the browser checks of a ledger, over real published files, honest and not.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { readBundle } from '../../console/src/ledger/log.ts'
import type { ReadFile } from '../../console/src/ledger/log.ts'
import { verifyEntry, verifyLedger, verifyWhole } from '../../console/src/ledger/verify.ts'
import type { Remembered } from '../../console/src/ledger/verify.ts'
import { Frontier, hashLeaf } from '../../src/ledger/merkle.ts'
import { createProver } from '../../src/ledger/prove.ts'
import { discard, publishLog, temporaryFolder } from '../simulation/ledger-stage.ts'

const size = 3 * 256 + 5
const folders = [temporaryFolder(), temporaryFolder()] as const
after(() => folders.forEach(discard))
const ours = await publishLog(folders[0], size)
const theirs = await publishLog(folders[1], size)

/** The published folder, with some files exchanged. */
function reader(published: string, altered: Readonly<Record<string, Uint8Array>> = {}): ReadFile {
  return (path) => {
    const file = join(published, path)
    const bytes = altered[path] ?? (existsSync(file) ? readFileSync(file) : null)
    return Promise.resolve(bytes)
  }
}

const read = reader(ours.published)

async function textAt(index: number): Promise<string> {
  const bundle = await readBundle(read, Math.floor(index / 256), size)
  return new TextDecoder().decode(bundle[index % 256])
}

async function rememberedAt(older: number): Promise<Remembered> {
  const prover = createProver(ours.published, ours.vkey)
  const frontier = new Frontier()
  for (let index = 0; index < older; index++) {
    frontier.append(hashLeaf((await prover.entry(index)).entry))
  }
  return {
    vkey: ours.vkey,
    size: older,
    root: Buffer.from(frontier.root()).toString('base64'),
  }
}

test('at first sight the key is remembered; later the ledger has only grown', async () => {
  const first = await verifyLedger(read, null)
  assert.equal(first.grewFrom, null)
  assert.deepEqual(first.remembered.vkey, ours.vkey)
  for (const older of [1, 2, 255, 256, 257, size]) {
    const { grewFrom, checkpoint } = await verifyLedger(read, await rememberedAt(older))
    assert.equal(grewFrom, older)
    assert.equal(checkpoint.size, size)
  }
})

test('each entry is where it is, and none is where another is', async () => {
  const { checkpoint } = await verifyLedger(read, null)
  for (const index of [0, 1, 255, 256, 700, size - 1]) {
    const text = await textAt(index)
    await verifyEntry(read, checkpoint, index, text)
    const other = (index + 1) % size
    await assert.rejects(verifyEntry(read, checkpoint, other, text), /is not entry/)
    const altered = text.replace('"v":1', '"v":2')
    assert.notEqual(altered, text)
    await assert.rejects(verifyEntry(read, checkpoint, index, altered), /is not entry/)
  }
  await assert.rejects(verifyEntry(read, checkpoint, size, 'x'), /not signed yet/)
})

test('all of it leads to what is signed, and what was altered does not', async () => {
  const { checkpoint } = await verifyLedger(read, null)
  const heard: number[] = []
  const { signal } = new AbortController()
  await verifyWhole(read, checkpoint, (done) => heard.push(done), signal)
  assert.deepEqual(heard, [256, 512, 768, size])
  const path = 'tile/entries/001'
  const bytes = Uint8Array.from(readFileSync(join(ours.published, path)))
  bytes[40] = (bytes[40] ?? 0) ^ 1
  const altered = reader(ours.published, { [path]: bytes })
  await assert.rejects(
    verifyWhole(altered, checkpoint, () => undefined, signal),
    /do not lead/,
  )
})

test('a rewritten ledger, a shorter one, another key, a forged signature: each is told', async () => {
  const { remembered } = await verifyLedger(read, null)
  const rewritten = { ...remembered, size: 300, root: Buffer.alloc(32, 7).toString('base64') }
  await assert.rejects(verifyLedger(read, rewritten), /was rewritten/)
  await assert.rejects(verifyLedger(read, { ...remembered, size: size + 1 }), /was cut/)
  await assert.rejects(verifyLedger(reader(theirs.published), remembered), /another ledger/)
  const key = readFileSync(join(ours.published, 'vkey'))
  const swapped = reader(theirs.published, { vkey: key })
  await assert.rejects(verifyLedger(swapped, remembered), /signatures by this key/)
  const note = readFileSync(join(ours.published, 'checkpoint')).toString()
  const larger = note.replace(`\n${size}\n`, `\n${size - 1}\n`)
  const forged = reader(ours.published, { checkpoint: Buffer.from(larger) })
  await assert.rejects(verifyLedger(forged, null), /signature of the checkpoint is wrong/)
})

test('tiles that disagree with what is signed prove nothing', async () => {
  const { checkpoint } = await verifyLedger(read, null)
  const path = 'tile/0/001'
  const bytes = Uint8Array.from(readFileSync(join(ours.published, path)))
  bytes[3] = (bytes[3] ?? 0) ^ 1
  const altered = reader(ours.published, { [path]: bytes })
  await assert.rejects(verifyEntry(altered, checkpoint, 300, await textAt(300)), /is not entry/)
})
