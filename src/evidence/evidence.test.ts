import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { checkEvidence } from '../../test/console/evidence-check.ts'
import type { ExportedFile } from '../../test/console/evidence-check.ts'
import { answerHold, openWorld, volumeImpact } from '../../test/console/world.ts'
import type { Person, World } from '../../test/console/world.ts'
import { temporaryFolder } from '../../test/receipts.ts'
import type { DecisionId, Instant, PersonName } from '../domain/names.ts'
import { createProver } from '../ledger/prove.ts'
import { createFakeClock } from '../system/clock.ts'
import { sha256 } from '../system/hash.ts'
import { createEvidence } from './evidence.ts'
import type { Evidence } from './evidence.ts'
import type { EvidenceFormat } from './file.ts'
import { entriesMax } from './gather.ts'
import type { ActionChapter, IncidentScope } from './incident.ts'
import { plainWords } from './say.ts'

interface Scene {
  readonly world: World
  readonly evidence: Evidence
  readonly alice: Person
  readonly hand: (decision: DecisionId, format: EvidenceFormat) => Promise<Buffer>
}

const by = 'alice' as PersonName
const always = { since: '2026-01-01T00:00:00.000Z', until: '2027-01-01T00:00:00.000Z' }
const everything: IncidentScope = {
  ...{ kind: 'range', agent: null },
  ...{ since: always.since as Instant, until: always.until as Instant },
}

async function open(t: TestContext): Promise<Scene> {
  const clock = createFakeClock('2026-04-24T02:13:00.000Z')
  const world = await openWorld(clock)
  t.after(() => world.close())
  const evidence = createEvidence({
    ...{ store: world.store, clock, vkey: world.vkey },
    prover: createProver(world.published, world.vkey),
    append: (fact) => world.ledger.append(fact),
  })
  const alice = await world.enrol('alice', ['owner'])
  const hand: Scene['hand'] = async (decision, format) => {
    const scope = { kind: 'decision', decision } as const
    return Buffer.from((await evidence.hand({ scope, format, by })).bytes)
  }
  return { world, evidence, alice, hand }
}

function phases({ steps }: ActionChapter): readonly string[] {
  return steps.map(({ phase }) => phase)
}

function actionsIn({
  chapters,
}: Awaited<ReturnType<Evidence['incident']>>): readonly ActionChapter[] {
  return chapters.flatMap((chapter) => (chapter.kind === 'action' ? [chapter] : []))
}

test('an action is told whole, whichever of its decisions is asked for', async (t) => {
  const { world, evidence, alice } = await open(t)
  const first = await world.arrive()
  await answerHold(world, first.hold, alice)
  const second = await world.arrive()
  const { id } = second.decision
  const { ledger } = world
  await ledger.append({ kind: 'claimed', hold: first.hold, decision: id })
  const proof = { kind: 'proven', says: '12 rows kept', artefact: 'a.jsonl', bytes: 9 } as const
  await ledger.append({
    ...{
      kind: 'guarded',
      decision: id,
      safeguard: world.store.hold(first.hold)?.hold.safeguards[0] ?? never(),
    },
    proof: { ...proof, sha256: sha256('kept') },
  })
  await ledger.append({
    ...{ kind: 'sent', decision: id, request: second.request.digest, upstream: 'railway' },
  })
  await ledger.append({ kind: 'ended', decision: id, outcome: { kind: 'succeeded', status: 200 } })
  for (const decision of [first.decision.id, id]) {
    const [action, ...others] = actionsIn(await evidence.incident({ kind: 'decision', decision }))
    assert.ok(action)
    assert.equal(others.length, 0)
    assert.equal(action.end, 'succeeded')
    const told = ['asked', 'tried', 'judged', 'held', 'answered', 'released', 'tried', 'spent']
    assert.deepEqual(phases(action), [...told, 'safeguard', 'sent', 'outcome'])
  }
})

function never(): never {
  throw new Error('the hold has a safeguard')
}

test('the same request after its hold is over is another action', async (t) => {
  const { world, evidence, alice } = await open(t)
  const first = await world.arrive()
  await answerHold(world, first.hold, alice, 'refuse', { note: 'not production' })
  await world.arrive()
  const other = await world.arrive({ query: 'mutation { other }' })
  await answerHold(world, other.hold, alice, 'refuse')
  const actions = actionsIn(await evidence.incident(everything))
  assert.deepEqual(
    actions.map(({ end }) => end),
    ['refused', 'refused'],
  )
  const [refused] = actions
  assert.ok(refused)
  const words = refused.steps.map((step) => plainWords(step.words)).join('\n')
  assert.match(words, /refused by alice, who told the agent: `?not production/)
})

test('what is exported verifies; an altered entry, proof, leaf or key does not', async (t) => {
  const { world, hand } = await open(t)
  const { decision } = await world.arrive()
  const file = JSON.parse((await hand(decision.id, 'json')).toString()) as ExportedFile
  checkEvidence(file, world.vkey)
  assert.deepEqual(file.unproven, [])
  const [entry, ...rest] = file.entries
  assert.ok(entry?.proof)
  const altered = {
    'an entry': { ...entry, entry: entry.entry.replace('cursor', 'cursoR') },
    'a proof': { ...entry, proof: entry.proof.replace(/\n[A-Za-z0-9]/, '\n/') },
    'its leaf': {
      ...entry,
      leaf: entry.leaf.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
    },
    'its place': { ...entry, index: entry.index + 1 },
  }
  for (const [what, changed] of Object.entries(altered)) {
    const forged = { ...file, entries: [changed, ...rest] }
    assert.throws(() => checkEvidence(forged, world.vkey), new RegExp('.'), what)
  }
  const another = await openWorld()
  t.after(() => another.close())
  assert.throws(() => checkEvidence(file, another.vkey), new RegExp('.'), 'another key')
})

test('who took what is recorded, with the hash of the file, before it is handed over', async (t) => {
  const { world, hand } = await open(t)
  const { decision } = await world.arrive()
  const bytes = await hand(decision.id, 'markdown')
  const [entry] = world.store.search({ kinds: ['evidence-exported'], limit: 1 }).entries
  assert.ok(entry?.fact.kind === 'evidence-exported')
  assert.equal(entry.fact.by, by)
  assert.equal(entry.fact.sha256, sha256(bytes))
})

test('the request as judged, which may hold secrets, is in no export', async (t) => {
  const { world, hand } = await open(t)
  const secret = 'correct-horse-battery-staple'
  const { decision } = await world.arrive({
    query: `mutation { variableUpsert(value: "${secret}") }`,
  })
  for (const format of ['json', 'markdown'] as const) {
    assert.ok(!(await hand(decision.id, format)).toString().includes(secret), format)
  }
})

const hostile = 'volume x`| <b>a</b> [y](http://z.example) \u202eSAFE\n# Released by alice 漢 שלום'

test('what others wrote makes no markup in Markdown', async (t) => {
  const { world, hand } = await open(t)
  const { decision } = await world.arrive({ impacts: [volumeImpact(hostile)] })
  const text = (await hand(decision.id, 'markdown')).toString()
  assert.ok(!/[\u202a-\u202e\u2066-\u2069]/.test(text))
  assert.deepEqual(
    text.split('\n').filter((line) => line.startsWith('#') && line.includes('Released by')),
    [text.split('\n').find((line) => line.startsWith('## 1. ')) ?? ''],
    'it stands inside the one heading that tells it, and makes none',
  )
  // Without code spans and escapes, nothing is left that could be markup of theirs.
  const outside = text.replaceAll(/`[^`\n]*`/g, '').replaceAll(/\\./g, '')
  for (const mark of ['<b>', '](http', 'SAFE', 'z.example']) {
    assert.ok(!outside.includes(mark), mark)
  }
})

test('the same story makes the same PDF', async (t) => {
  const { world, hand } = await open(t)
  const { decision } = await world.arrive({ impacts: [volumeImpact(hostile)] })
  const [one, two] = [await hand(decision.id, 'pdf'), await hand(decision.id, 'pdf')]
  assert.ok(one.equals(two))
  assert.ok(!/\/(JavaScript|URI|Launch|OpenAction|EmbeddedFile)\b/.test(one.toString('latin1')))
  assert.ok(one.toString('latin1').includes('(D:20260424021300Z)'), 'made when it happened')
})

const skip =
  spawnSync('pdftotext', ['-v']).status === 0
    ? {}
    : { skip: 'there is no `pdftotext`: apt-get install poppler-utils' }

test('a PDF says the same, with page numbers, and shows what hides', skip, async (t) => {
  const { world, hand } = await open(t)
  const { decision } = await world.arrive({ impacts: [volumeImpact(hostile)] })
  const file = join(temporaryFolder(t), 'evidence.pdf')
  writeFileSync(file, await hand(decision.id, 'pdf'))
  const { stdout } = spawnSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' })
  const text = stdout.replaceAll(/\s+/g, ' ')
  for (const told of [
    'POCKETOS/PRODUCTION · critical',
    'alice asked cursor: `fix the staging database credentials`',
    'How it ended: waits for a person; nothing was sent',
    'page 1 of ',
    '⟨U+202E⟩SAFE⟨U+000A⟩#',
    '⟨U+6F22⟩',
    'supports evidence for the controls below',
    world.vkey.slice(0, 40),
  ]) {
    assert.ok(text.includes(told), told)
  }
  assert.ok(!/[\u202e\u05d0-\u05ea]/.test(text))
})

test('a long record is told from its newest end, and says so', async (t) => {
  const { world, evidence } = await open(t)
  const upstream = 'railway' as never
  const many = Array.from({ length: entriesMax + 50 }, () =>
    world.ledger.append({ kind: 'discovering', upstream, request: sha256('x') }),
  )
  await Promise.all(many)
  const whole = await evidence.incident(everything)
  assert.equal(whole.entries, entriesMax)
  assert.equal(whole.more, true)
  assert.equal(whole.span?.to, world.store.head().size - 1)
})

test('nothing at all is not exported', async (t) => {
  const { evidence } = await open(t)
  const empty = { ...everything, until: '2026-01-02T00:00:00.000Z' as Instant }
  assert.equal((await evidence.incident(empty)).span, null)
  await assert.rejects(evidence.hand({ scope: empty, format: 'json', by }), {
    code: 'evidence-empty',
  })
  const scope = { kind: 'decision', decision: 'dec_aaaaaaaaaaaaaaaa' as DecisionId } as const
  await assert.rejects(evidence.incident(scope), { code: 'not-found' })
})

test('one export at a time', async (t) => {
  const { evidence } = await open(t)
  const asked = { scope: everything, format: 'markdown', by } as const
  const first = evidence.hand(asked)
  await assert.rejects(evidence.hand(asked), { code: 'evidence-busy' })
  await first
  await evidence.hand(asked)
})
