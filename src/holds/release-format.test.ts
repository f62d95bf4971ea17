// The recipes of docs/formats/release.md, run as they stand there on an entry of a real ledger.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { Fact, FactOf } from '../domain/fact.ts'
import { sha256 } from '../system/hash.ts'
import { arriveSeveral, releaseTogether } from '../../test/console/together.ts'
import { answerHold, openWorld } from '../../test/console/world.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/formats/release.md'), 'utf8')

function recipe(language: string, at = 0): string {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))]
  const block = blocks[at]?.[1]
  assert.ok(block, `the page has a recipe in ${language}`)
  return block
}

interface Ledger {
  readonly folder: string
  readonly approved: FactOf<'approved'>
  /** as enrolled */
  readonly key: string
}

async function write(t: TestContext, together = false): Promise<Ledger> {
  const world = await openWorld()
  t.after(() => world.close())
  const alice = await world.enrol('alice', ['owner'])
  const holds = await arriveSeveral(world, 3)
  const [hold] = holds
  assert.ok(hold !== undefined)
  if (together) await releaseTogether(world, holds, alice)
  else await answerHold(world, hold, alice, 'release', { note: 'go on, “carefully”' })
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-release-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const entry = world.store.entries(0, 100).findLast(({ fact }) => fact.kind === 'approved')
  assert.ok(entry?.fact.kind === 'approved')
  save(folder, entry)
  return { folder, approved: entry.fact, key: alice.passkey.publicKey }
}

function save(folder: string, entry: Readonly<{ fact: Fact }>): void {
  writeFileSync(join(folder, 'entry.json'), JSON.stringify(entry))
}

/** One that was not signed, in place of the last of the batch. */
function forged({ batch = [], ...approved }: FactOf<'approved'>): FactOf<'approved'> {
  return { ...approved, batch: [...batch.slice(0, -1), sha256('another')] }
}

for (const together of [false, true]) {
  const what = together ? 'one of several released together' : 'a real answer'
  test(`the Node recipe verifies ${what}, and not an altered one`, async (t) => {
    const { folder, approved, key } = await write(t, together)
    writeFileSync(join(folder, 'verify.mjs'), recipe('js'))
    const run = (): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ['verify.mjs', 'entry.json', key], {
        cwd: folder,
        encoding: 'utf8',
      })
    const good = run()
    assert.equal(good.status, 0, String(good.stderr))
    assert.match(String(good.stdout), /'the signature': true/)
    const binding = { ...approved.binding, note: 'altered' }
    save(folder, { fact: { ...approved, binding } })
    assert.equal(run().status, 1)
    save(folder, { fact: forged(approved) })
    assert.equal(run().status, 1)
  })
}

const tools = ['openssl', 'jq', 'basenc'].filter((name) => spawnSync(name, ['--version']).error)
const missing = tools.length === 0 ? {} : { skip: `not installed: ${tools.join(', ')}` }

test('the openssl recipe does too', missing, async (t) => {
  const { folder, approved } = await write(t)
  const script = recipe('sh')
  const run = (): readonly string[] =>
    execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).split('\n')
  const [verdict, signed, bound] = run()
  assert.equal(verdict, 'Verified OK')
  assert.equal(signed, bound)
  const binding = { ...approved.binding, answer: 'refuse' as const }
  save(folder, { fact: { ...approved, binding } })
  const [, stillSigned, otherwise] = run()
  assert.notEqual(stillSigned, otherwise)
})

test('the openssl recipe for several that were released together', missing, async (t) => {
  const { folder, approved } = await write(t, true)
  const script = `${recipe('sh')}\necho; ${recipe('sh', 1)}`
  const run = (): readonly string[] =>
    execFileSync('sh', ['-c', script], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).split('\n')
  const [verdict, , alone, signed, bound, found] = run()
  assert.equal(verdict, 'Verified OK')
  assert.notEqual(signed, alone, 'the binding alone was not signed')
  assert.equal(signed, bound)
  assert.equal(found, '1')
  save(folder, {
    fact: { ...approved, binding: { ...approved.binding, person: 'mallory' as never } },
  })
  assert.equal(run()[5], '0')
  save(folder, { fact: forged(approved) })
  const [, , , stillSigned, otherwise] = run()
  assert.notEqual(stillSigned, otherwise)
})
