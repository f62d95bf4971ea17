import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'

import { impactOf, standingOf } from '../../policies/situations.ts'
import {
  agent,
  baseline,
  granted,
  inForce,
  recordTraffic,
  situations as rows,
} from '../../test/recorded-traffic.ts'
import type { Recorded } from '../../test/recorded-traffic.ts'
import type { Decision } from '../domain/decision.ts'
import { later } from '../domain/instant.ts'
import type { Mandate } from '../domain/mandate.ts'
import type { AgentName, LeaseId, MandateId, SafeguardName } from '../domain/names.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { PolicySource } from '../policy/policy.ts'
import { sha256 } from '../system/hash.ts'
import { openJudge } from './judge.ts'
import type { OpenJudge } from './judge.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function record(grant = granted): Promise<Recorded> {
  const recorded = await recordTraffic(grant)
  closing.push(recorded.close)
  return recorded
}

function own(text: string): readonly PolicySource[] {
  return [...baseline, { name: 'own/draft.cedar', text }]
}

const since = '2026-11-20T12:00:00.000Z' as Decision['at']
const forbidWrites = own(`@id("own-no-writes")
@says("nothing is written this week")
forbid (principal, action == Action::"write", resource);
`)
const permitAll = own(`@id("own-everything")
@says("everything is permitted")
permit (principal, action, resource);
`)

test('the set in force changes nothing of what it judged, whatever it was', async () => {
  const { replay, decide } = await record()
  for (const situation of rows) await decide(situation)
  const report = await replay.run({ since })
  assert.equal(report.judged, rows.length)
  assert.deepEqual(report.changes, [])
  assert.deepEqual(report.amended, { decisions: 0, requests: 0 })
  assert.deepEqual(
    report.cells.map(({ was, would, decisions }) => [was, would, decisions]),
    [
      ['allow', 'allow', 3],
      ['hold', 'hold', 2],
      ['deny', 'deny', 1],
    ],
  )
  assert.equal(report.policies, inForce.digest)
  assert.equal(report.stoppedBy, null)
})

test('a draft that forbids writing changes the writes that were allowed, and nothing else', async () => {
  const { replay, decide } = await record()
  for (const situation of rows) await decide(situation)
  const { changes, changed, cells } = await replay.run({ since, policy: forbidWrites })
  assert.equal(changed, 1)
  const [change] = changes
  assert.equal(change?.was.kind, 'allow')
  assert.equal(change.would.kind, 'deny')
  assert.equal(change.loosened, false)
  assert.deepEqual(
    change.would.because.map(({ code }) => code),
    ['own-no-writes'],
  )
  assert.match(change.sentence.map(({ text }) => text).join(''), /coder wants to/)
  assert.deepEqual(
    change.environments.map(({ name }) => name),
    ['pocketos/staging'],
  )
  assert.deepEqual(
    cells.find(({ was, would }) => was === 'allow' && would === 'deny'),
    { was: 'allow', would: 'deny', decisions: 1, requests: 1 },
  )
})

test('a draft that permits everything goes no further than the mandate', async () => {
  const { replay, decide } = await record()
  for (const situation of rows) await decide(situation)
  assert.equal((await replay.run({ since, policy: permitAll })).changed, 0)
})

test('what would be let through is told first, and told apart', async () => {
  const { replay, decide } = await record()
  for (const situation of rows) await decide(situation)
  const lax = baseline.filter(({ name }) => name !== 'destroy.cedar')
  const { changes } = await replay.run({ since, policy: [...lax, ...permitAll.slice(-1)] })
  assert.deepEqual(
    changes.map(({ was, would, loosened }) => [was.kind, would.kind, loosened]),
    [['hold', 'allow', true]],
  )
})

test('a hold that is sent again and again is one request', async () => {
  const { replay, decide, clock } = await record()
  const [, , , destroy] = rows
  for (let i = 0; i < 5; i++) {
    clock.advance(1)
    if (destroy !== undefined) await decide(destroy)
  }
  const lax = baseline.filter(({ name }) => name !== 'destroy.cedar')
  const report = await replay.run({ since, policy: [...lax, ...permitAll.slice(-1)] })
  assert.equal(report.judged, 5)
  assert.equal(report.requests, 1)
  assert.equal(report.changed, 1)
  assert.equal(report.changes[0]?.times, 5)
  assert.equal(report.changes[0].at, clock.now(), 'the newest stands for all')
})

test('what policies had no part in is skipped, and said so', async () => {
  const { replay, decide } = await record()
  const [read, write] = rows
  assert.ok(read !== undefined && write !== undefined)
  const deny = (code: string): Verdict => ({
    ...{ kind: 'deny', because: [{ code, says: 'no' }], instead: 'ask' },
  })
  const stranger = { agent: null, lease: null, mandate: null, impacts: [], inventory: null }
  await decide(read, { ...stranger, verdict: deny('no-lease') })
  await decide(read, { verdict: deny('breaker-budget') })
  await decide(read, { lease: 'lease_gone' as LeaseId })
  await decide(write)
  const report = await replay.run({ since })
  assert.equal(report.considered, 4)
  assert.equal(report.judged, 1)
  assert.deepEqual(
    new Map(report.skipped.map(({ why, decisions }) => [why, decisions])),
    new Map([
      ['standing-unknown', 1],
      ['breaker', 1],
      ['not-read', 1],
    ]),
  )
  assert.equal(report.changed, 0)
})

test('what a trial keeps is no change of policy; a safeguard of a policy is', async () => {
  const { replay, decide } = await record()
  const [, write] = rows
  assert.ok(write !== undefined)
  const because = [{ code: 'write-granted', says: 'granted' }] as const
  const kept = (name: string): Verdict => ({
    ...{ kind: 'allow', because, safeguards: [name as SafeguardName] },
  })
  await decide(write, { verdict: kept('capture') })
  assert.equal((await replay.run({ since })).amended.decisions, 0)
  await decide(write, { verdict: kept('independent-backup') })
  assert.equal((await replay.run({ since })).amended.decisions, 1)
})

test('under another mandate, only traffic of its agent, and only what policies judge', async () => {
  const { replay, decide, mandate } = await record()
  for (const situation of rows) await decide(situation)
  const candidate: Mandate = {
    ...standingOf('read in pocketos/staging on railway:*').mandate,
    ...{ agent, id: 'mandate_candidate' as MandateId },
  }
  const report = await replay.run({ since, mandate: candidate })
  assert.equal(report.judged, rows.length)
  assert.deepEqual(
    report.changes.map(({ was, would }) => [was.kind, would.kind]),
    [
      ['allow', 'hold'],
      ['allow', 'deny'],
    ],
    'the destruction would be held, the write refused',
  )
  const other = { ...candidate, agent: 'deployer' as AgentName }
  assert.equal((await replay.run({ since, mandate: other })).considered, 0)
  const lent = await replay.run({ since, mandate: other, traffic: { agent: null, mandate: null } })
  assert.equal(lent.judged, rows.length)
  const elsewhere = { agent: null, mandate: 'mandate_other' as MandateId }
  assert.equal((await replay.run({ since, traffic: elsewhere })).considered, 0)
  const same = { agent: null, mandate: mandate.id }
  assert.equal((await replay.run({ since, mandate, traffic: same })).changed, 0)
})

test('a candidate under a parent never gets more than the parent', async () => {
  const { replay, decide, mandate } = await record('read in pocketos/staging on railway:*')
  for (const situation of rows) await decide(situation)
  const wide = standingOf('read+write+destroy in * on railway:*').mandate
  const below = { ...wide, agent, id: 'mandate_below' as MandateId, parent: mandate.id }
  const { changes } = await replay.run({ since, mandate: below })
  assert.deepEqual(
    changes.filter(({ would }) => would.kind === 'allow'),
    [],
  )
  const free = { ...below, parent: null }
  const alone = await replay.run({ since, mandate: free })
  assert.ok(
    alone.changes.some(({ would }) => would.kind === 'allow'),
    'its look-alike',
  )
})

test('older traffic than asked for, or than seven days, is left out', async () => {
  const { replay, decide, clock } = await record()
  const [read] = rows
  assert.ok(read !== undefined)
  await decide(read)
  clock.advance(6 * 86_400)
  await decide(read)
  assert.equal((await replay.run({ since })).judged, 2)
  const hour = later(clock.now(), -3600)
  assert.equal((await replay.run({ since: hour })).judged, 1)
  clock.advance(2 * 86_400)
  const report = await replay.run({ since })
  assert.equal(report.judged, 1)
  assert.equal(report.since, later(clock.now(), -7 * 86_400))
})

test('a draft that is not valid says where, and one that breaks Cedar breaks nothing here', async () => {
  const { replay, decide } = await record()
  const [read] = rows
  assert.ok(read !== undefined)
  await decide(read)
  const misspelt = own(
    '@id("own-x")\n@says("x")\nforbid (principal, action, resource)\nwhen { x };',
  )
  await assert.rejects(replay.run({ since, policy: misspelt }), {
    ...{ code: 'policy-invalid', message: /^own\/draft\.cedar:4:8: / },
  })
  const deep = `${'('.repeat(20_000)}true${')'.repeat(20_000)}`
  const nested = own(
    `@id("own-x")\n@says("x")\nforbid (principal, action, resource) when { ${deep} };`,
  )
  await assert.rejects(replay.run({ since, policy: nested }), { code: 'policy-invalid' })
  const judged = inForce.judge(standingOf(granted), [impactOf(read)])
  assert.equal(judged.kind, 'allow', 'the gate judges as before')
  assert.equal((await replay.run({ since })).changed, 0)
})

test('a draft that takes too long is given up', async () => {
  const { again } = await record()
  const hasty: OpenJudge = (options) => openJudge({ ...options, deadlineMs: 1 })
  await assert.rejects(again({ judge: hasty }).run({ since }), { code: 'policy-too-slow' })
})

test('it can be stopped, waits its turn, and refuses when too many wait', async () => {
  const { replay, decide } = await record()
  const [read] = rows
  assert.ok(read !== undefined)
  await decide(read)
  const stopping = new AbortController()
  const first = replay.run({ since }, stopping.signal)
  const others = Array.from({ length: 4 }, () => replay.run({ since }))
  await assert.rejects(replay.run({ since }), { code: 'replay-busy' })
  stopping.abort()
  await assert.rejects(first, { code: 'stopped' })
  for (const other of others) assert.equal((await other).judged, 1)
  assert.equal((await replay.run({ since })).judged, 1)
})

test('others have their turn between small pieces, and the record is only read', async () => {
  const { again, decide, store } = await record()
  for (let i = 0; i < 10; i++) for (const situation of rows) await decide(situation)
  const { size } = store.head()
  let largest = 0
  // Answers at once, so that every turn which others get is one that the replay gives.
  const instant: OpenJudge = () =>
    Promise.resolve({
      digests: [inForce.digest],
      judge: (_set, cases) => {
        largest = Math.max(largest, cases.length)
        return Promise.resolve(
          cases.map(({ standing, impacts }) => inForce.judge(standing, impacts)),
        )
      },
      close: () => Promise.resolve(),
    })
  let turns = 0
  let going = true
  const others = (): void => {
    turns += 1
    if (going) setImmediate(others)
  }
  setImmediate(others)
  const report = await again({ judge: instant }).run({ since })
  going = false
  assert.equal(report.judged, 60)
  assert.ok(largest <= 8, `${largest} at once`)
  assert.ok(turns >= 60 / 8, `${turns} turns`)
  assert.equal(store.head().size, size)
})

test('a set other than the one in force is counted as such', async () => {
  const { replay, decide } = await record()
  const [read] = rows
  assert.ok(read !== undefined)
  await decide(read, { policies: sha256('an older set') })
  await decide(read)
  assert.equal((await replay.run({ since })).underOtherPolicies, 1)
})
