import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'

import { createProver } from '../src/ledger/prove.ts'
import { discard, openStage, publishLog, temporaryFolder } from './simulation/ledger-stage.ts'
import { manyFacts } from './simulation/ledger-stage.ts'
import { root } from './source-files.ts'

// An auditor's view: a program in another language, on other people's packages, with none of our
// code. Debian: apt-get install golang-go golang-golang-x-mod-dev
const environment = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode' }
const folders: string[] = []
after(() => folders.forEach(discard))

function newFolder(): string {
  const folder = temporaryFolder()
  folders.push(folder)
  return folder
}

function go(...args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync('go', args, { encoding: 'utf8', env: environment })
}

/** Why the independent check cannot be made here; false when it can. */
function whyNot(): string | false {
  if (go('version').status !== 0) return 'there is no `go`: apt-get install golang-go'
  if (go('list', 'golang.org/x/mod/sumdb/tlog').status === 0) return false
  return 'there is no golang.org/x/mod: apt-get install golang-golang-x-mod-dev'
}

const skip = whyNot()
if (skip !== false)
  process.stderr.write(`the independent check of the ledger is skipped: ${skip}\n`)
const verifier = join(newFolder(), 'verifier')

function build(): void {
  const source = join(root, 'test', 'ledger-verifier', 'main.go')
  const { status, stderr } = go('build', '-o', verifier, source)
  assert.equal(status, 0, stderr)
}

function verify(...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(verifier, args, { encoding: 'utf8' })
  return (stdout + stderr).trim()
}

describe('an independent verifier', { skip }, () => {
  if (skip === false) build()

  // Byte by byte where that is quick; where not, seeded samples with every sort of file among them.
  const sizes: readonly (readonly [size: number, flips: number])[] = [
    [0, 0],
    [1, 0],
    [2, 0],
    [255, 400],
    [256, 400],
    [257, 400],
    [70_000, 4],
  ]
  for (const [size, flips] of sizes) {
    test(`agrees on a log of ${size} entries, and misses no flipped byte`, async () => {
      const { published, vkey } = await publishLog(newFolder(), size)
      assert.equal(verify('verify', published, vkey), `OK ${size}`)
      assert.match(verify('flip', published, vkey, String(flips), '20260424'), /^OK \d+$/)
      const prover = createProver(published, vkey)
      for (const index of [0, 255, 256, 65_535, 65_536, size - 1]) {
        if (index < 0 || index >= size) continue
        const { proof, entry } = await prover.entry(index)
        const [proofFile, entryFile] = [
          join(newFolder(), 'p.tlog-proof'),
          join(newFolder(), 'entry'),
        ]
        writeFileSync(proofFile, proof)
        writeFileSync(entryFile, entry)
        assert.equal(verify('proof', proofFile, entryFile, vkey), `OK ${index}`)
        writeFileSync(
          entryFile,
          Buffer.from(entry).toString().replace('discovering', 'discoverinG'),
        )
        assert.match(verify('proof', proofFile, entryFile, vkey), /^FAIL/)
      }
    })
  }

  test('agrees on a log that was published in many small steps', async () => {
    const folder = newFolder()
    let stage = await publishLog(folder, 100)
    for (const more of [1, 99, 55, 1, 1, 255, 300]) {
      stage = await openStage(folder, { publishMilliseconds: 60_000 })
      await stage.appendAll(manyFacts(more, stage.ledger.size()))
      await stage.close()
    }
    const { published, vkey } = stage
    assert.equal(verify('verify', published, vkey), 'OK 812')
    assert.match(verify('flip', published, vkey, '200', '7'), /^OK/)
  })

  test('does not take another log, nor another key', async () => {
    const [one, two] = [await publishLog(newFolder(), 3), await publishLog(newFolder(), 3)]
    assert.match(verify('verify', one.published, two.vkey), /^FAIL/)
  })
})
