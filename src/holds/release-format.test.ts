// The recipes of docs/formats/release.md, run as they stand there on an entry of a real ledger.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import type { FactOf } from '../domain/fact.ts'
import { answerHold, openWorld } from '../../test/console/world.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/formats/release.md'), 'utf8')

function recipe(language: string): string {
  const block = new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``).exec(page)?.[1]
  assert.ok(block, `the page has a recipe in ${language}`)
  return block
}

interface Ledger {
  readonly folder: string
  readonly approved: FactOf<'approved'>
  /** as enrolled */
  readonly key: string
}

async function write(t: TestContext): Promise<Ledger> {
  const world = await openWorld()
  t.after(() => world.close())
  const alice = await world.enrol('alice', ['owner'])
  const { hold } = await world.arrive()
  await answerHold(world, hold, alice, 'release', { note: 'go on, “carefully”' })
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-release-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const entry = world.store.entries(0, 100).find(({ fact }) => fact.kind === 'approved')
  assert.ok(entry?.fact.kind === 'approved')
  writeFileSync(join(folder, 'entry.json'), JSON.stringify(entry))
  return { folder, approved: entry.fact, key: alice.passkey.publicKey }
}

test('the Node recipe verifies a real answer, and not an altered one', async (t) => {
  const { folder, approved, key } = await write(t)
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
  writeFileSync(join(folder, 'entry.json'), JSON.stringify({ fact: { ...approved, binding } }))
  assert.equal(run().status, 1)
})

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
  const binding = { ...approved.binding, answer: 'refuse' }
  writeFileSync(join(folder, 'entry.json'), JSON.stringify({ fact: { ...approved, binding } }))
  const [, stillSigned, otherwise] = run()
  assert.notEqual(stillSigned, otherwise)
})
