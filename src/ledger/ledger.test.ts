import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'

import * as facts from '../../test/contracts/facts.ts'
import {
  discard,
  manyFacts,
  openStage,
  temporaryFolder,
} from '../../test/simulation/ledger-stage.ts'
import type { LedgerStage } from '../../test/simulation/ledger-stage.ts'
import type { Fact, LedgerEntry } from '../domain/fact.ts'
import type { Instant } from '../domain/names.ts'
import { sha256 } from '../system/hash.ts'
import { parseStrictEntry } from '../wire/ledger-entry.ts'
import { isReceipt } from './ledger.ts'

const folders: string[] = []
after(() => folders.forEach(discard))

async function stage(options = {}): Promise<LedgerStage> {
  const folder = temporaryFolder()
  folders.push(folder)
  return openStage(folder, options)
}

test('an appended fact is durable when its receipt is there', async () => {
  const { ledger, store, restart } = await stage()
  const receipt = await ledger.append(facts.agentAdded())
  assert.deepEqual([receipt.index, receipt.at, receipt.fact.agent], [0, facts.start, 'fixer'])
  assert.equal(store.head().size, 1)
  assert.equal(ledger.size(), 1)
  const again = await restart()
  assert.deepEqual(again.store.entries(0, 1)[0]?.fact, facts.agentAdded())
  await again.close()
})

test('only the ledger makes receipts', async () => {
  const { ledger, close } = await stage()
  const receipt = await ledger.append(facts.agentAdded())
  assert.ok(isReceipt(receipt))
  const { index, at, fact } = receipt
  const forged = [{ index, at, fact }, Object.create(receipt), null, 'receipt', 0]
  for (const other of forged) assert.ok(!isReceipt(other))
  const Maker = receipt.constructor as new (...args: unknown[]) => unknown
  assert.throws(() => new Maker(Symbol('mine'), 1, at, fact), { code: 'bug' })
  await close()
})

test('what is appended in one turn is one transaction, in order', async () => {
  const { ledger, store, close } = await stage()
  let writes = 0
  const write = store.write.bind(store)
  store.write = (work) => {
    writes++
    write(work)
  }
  const receipts = await Promise.all(manyFacts(50).map((fact) => ledger.append(fact)))
  assert.deepEqual(
    receipts.map(({ index }) => index),
    receipts.map((_, i) => i),
  )
  assert.equal(writes, 1)
  await close()
})

test('a fact that cannot be true is refused alone, and those before it are seen', async () => {
  const { ledger, store, close } = await stage()
  const results = await Promise.allSettled(
    [
      ...facts.staged,
      facts.agentAdded(),
      facts.decided('one'),
      facts.sent('one'),
      facts.sent('one'),
    ].map((fact: Fact) => ledger.append(fact)),
  )
  assert.deepEqual(
    results.map(({ status }) => status === 'fulfilled'),
    [true, true, true, false, true, true, false],
  )
  for (const result of results) {
    if (result.status === 'rejected')
      assert.equal((result.reason as { code: string }).code, 'conflict')
  }
  assert.deepEqual(ledger.state(), { kind: 'open' })
  assert.deepEqual(
    store.entries(0, 9).map(({ index }) => index),
    [0, 1, 2, 3, 4],
  )
  await close()
})

test('what is only true together is written whole or not at all', async () => {
  const { ledger, store, restart } = await stage()
  await Promise.all(facts.staged.map((fact) => ledger.append(fact)))
  const before = ledger.append(facts.decided('before'))
  const broken = ledger.appendTogether([
    facts.decided('one'),
    facts.sent('one'),
    facts.sent('never-decided'),
    facts.decided('two'),
  ])
  const whole = ledger.appendTogether([facts.decided('three'), facts.sent('three')])
  const after = ledger.append(facts.sent('one'))
  await assert.rejects(broken, { code: 'conflict' })
  await assert.rejects(after, { code: 'conflict' }, 'what was undone is not there for others')
  assert.equal((await before).index, 3)
  assert.deepEqual(
    (await whole).map(({ index }) => index),
    [4, 5],
  )
  assert.equal(store.decision(facts.decided('one').decision.id), null)
  assert.equal(store.spent(facts.mandate().id).requests, 2, 'and nothing of it was counted')
  const again = await restart()
  assert.deepEqual(
    again.store.entries(3, 9).map(({ fact }) => fact.kind),
    ['decided', 'decided', 'sent'],
  )
  await again.close()
})

test('a fact is what it was when it was appended', async () => {
  const { ledger, store, close } = await stage()
  const fact = { ...facts.agentAdded() } as { kind: 'agent-added'; agent: string; owner: string }
  const appending = ledger.append(fact as ReturnType<typeof facts.agentAdded>)
  fact.owner = 'mallory'
  await appending
  assert.equal(store.agent(facts.fixer)?.owner, 'alice')
  await close()
})

test('too large is refused before anything is written, and closes nothing', async () => {
  const { ledger, store, close, verify } = await stage()
  const why = (bytes: number, character = 'x'): Fact => ({
    kind: 'policies-rejected',
    why: character.repeat(bytes),
  })
  const refused = [why(65_400), why(22_000, '\u20ac'), why(32_700, '"')]
  for (const fact of refused) {
    await assert.rejects(ledger.append(fact), { code: 'ledger-entry-too-large' })
  }
  await ledger.append(why(65_200))
  await ledger.append(why(21_700, '\u20ac'))
  await assert.rejects(ledger.append(facts.discovering(), Buffer.alloc(16 * 1_048_576 + 1)), {
    code: 'ledger-beside-too-large',
  })
  await assert.rejects(ledger.append(why(1, '\ud800')), { code: 'not-canonical' })
  assert.equal(ledger.state().kind, 'open')
  assert.equal(store.head().size, 2)
  await close()
  assert.deepEqual((await verify()).problems, [])
})

test('what is beside an entry is salted, hashed and kept', async () => {
  const { ledger, store, close } = await stage()
  await Promise.all([
    ledger.append(facts.discovering(), Buffer.from('same')),
    ledger.append(facts.discovering(), Buffer.from('same')),
    ledger.append(facts.discovering()),
  ])
  const [one, two, three] = store.entries(0, 3)
  assert.notEqual(one?.beside, two?.beside, 'equal payloads cannot be told to be equal')
  assert.equal(three?.beside, null)
  const beside = store.beside(0)
  assert.equal(
    sha256(Buffer.concat([beside?.salt ?? Buffer.of(), beside?.bytes ?? Buffer.of()])),
    one?.beside,
  )
  assert.equal(beside?.salt.length, 16)
  await close()
})

test('an entry is canonical, and says its place', async () => {
  const { ledger, store, clock, close } = await stage()
  await ledger.append(facts.agentAdded())
  clock.advance(1)
  await ledger.append(facts.discovering())
  const [, second] = store.leaves(0, 2)
  const entry = parseStrictEntry(second ?? new Uint8Array())
  assert.deepEqual([entry.index, entry.at], [1, '2026-01-01T00:00:01.000Z'])
  await close()
})

test('time never goes back in the ledger, whatever the clock does', async () => {
  const { ledger, clock, store, close } = await stage()
  clock.advance(60)
  await ledger.append(facts.discovering('a'))
  clock.advance(-3600)
  await ledger.append(facts.discovering('b'))
  assert.deepEqual(
    store.entries(0, 2).map(({ at }) => at),
    ['2026-01-01T00:01:00.000Z', '2026-01-01T00:01:00.000Z'],
  )
  await close()
})

test('subscribers hear each entry once, in order, before its append resolves', async () => {
  const { ledger, close } = await stage()
  const heard: string[] = []
  const end = ledger.subscribe((entry) => heard.push(`${entry.index} ${entry.fact.kind}`))
  const first = ledger.append(facts.agentAdded()).then(() => heard.push('resolved'))
  await Promise.all([first, ledger.append(facts.discovering())])
  assert.deepEqual(heard, ['0 agent-added', '1 discovering', 'resolved'])
  end()
  await ledger.append(facts.discovering())
  assert.equal(heard.length, 3)
  await close()
})

test('a subscriber that fails closes the ledger: it may have lost count', async () => {
  const { ledger, close } = await stage()
  const heard: LedgerEntry[] = []
  ledger.subscribe(() => {
    throw new Error('lost count')
  })
  ledger.subscribe((entry) => heard.push(entry))
  await ledger.append(facts.agentAdded())
  assert.equal(heard.length, 1, 'the others hear it')
  await assert.rejects(ledger.append(facts.discovering()), { code: 'ledger-closed' })
  await close()
})

for (const stored of [false, true]) {
  test(`a write that fails, ${stored ? 'and is there' : 'for good'}, closes it`, async () => {
    const { ledger, store, restart } = await stage()
    await ledger.append(facts.agentAdded())
    store.failNextWrite({ stored })
    const group = [facts.mandateGranted(), facts.leaseIssued()].map((fact) => ledger.append(fact))
    for (const result of await Promise.allSettled(group)) {
      assert.equal(result.status, 'rejected')
      assert.equal((result.reason as { code: string }).code, 'ledger-closed')
    }
    assert.equal(ledger.state().kind, 'closed')
    await assert.rejects(ledger.append(facts.discovering()), { code: 'ledger-closed' })
    const again = await restart()
    assert.deepEqual(again.ledger.state(), { kind: 'open' })
    assert.equal(again.ledger.size(), stored ? 3 : 1, 'what is in the file is what happened')
    assert.equal(again.store.leases().length, stored ? 1 : 0, 'and the folds agree')
    await again.ledger.append(facts.discovering())
    await again.close()
    const report = await again.verify()
    assert.deepEqual([report.problems, report.size], [[], stored ? 4 : 2])
  })
}

test('facts queued behind a failed write are refused too, conflicts as conflicts', async () => {
  const { ledger, store, restart } = await stage()
  await ledger.append(facts.agentAdded())
  store.failNextWrite({ stored: false })
  const [conflicting, good] = await Promise.allSettled([
    ledger.append(facts.agentAdded()),
    ledger.append(facts.discovering()),
  ])
  assert.equal((conflicting as { reason: { code: string } }).reason.code, 'conflict')
  assert.equal((good as { reason: { code: string } }).reason.code, 'ledger-closed')
  await (await restart()).close()
})

test('a store that is full refuses everything from then on, and says why', async () => {
  const { ledger, restart } = await stage({ bytesMax: 400_000 })
  const why = 'x'.repeat(60_000)
  await assert.rejects(
    async () => {
      for (let i = 0; i < 20; i++) await ledger.append({ kind: 'policies-rejected', why })
    },
    { code: 'ledger-closed', message: /full/ },
  )
  await assert.rejects(ledger.append(facts.discovering()), { code: 'ledger-closed' })
  assert.match((ledger.state() as { why: string }).why, /full/)
  const again = await restart()
  assert.ok(again.ledger.size() >= 2, 'what was taken before is there')
  await again.close()
  assert.deepEqual((await again.verify()).problems, [])
})

test('closing publishes, and takes nothing more', async () => {
  const { ledger, published, close, verify } = await stage({ publishMilliseconds: 60_000 })
  const appending = ledger.append(facts.discovering())
  await close()
  await appending
  assert.equal((await verify()).size, 1)
  await assert.rejects(ledger.append(facts.discovering()), { code: 'ledger-closed' })
  assert.ok(existsSync(join(published, 'checkpoint')))
})

test('a busy ledger publishes along the way', async () => {
  const { ledger, close, verify } = await stage({ publishMilliseconds: 1 })
  while (ledger.publication().size < 300) await ledger.append(facts.discovering())
  assert.equal(ledger.publication().failing, null)
  assert.deepEqual((await verify()).problems, [], 'verified while it goes on')
  await close()
})

test('the files of a ledger are its owner’s alone', async () => {
  const { folder, close, vkey, published } = await stage()
  for (const file of ['store.db', 'ledger.key']) {
    assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file)
  }
  assert.equal(readFileSync(join(published, 'vkey'), 'utf8'), `${vkey}\n`)
  assert.match(vkey, /^holdpoint\.local\/ledger-[a-z0-9]{16}\+/)
  await close()
})

test('a clock behind the ledger does not turn it back at a restart', async () => {
  const { ledger, clock, restart } = await stage()
  clock.advance(3600)
  await ledger.append(facts.discovering())
  const again = await restart()
  const { at } = await again.ledger.append(facts.discovering())
  assert.equal(at, '2026-01-01T01:00:00.000Z' as Instant)
  await again.close()
})
