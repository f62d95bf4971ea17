import assert from 'node:assert/strict'
import { test } from 'node:test'

import {
  clearToDiscover,
  clearToGuard,
  clearToNotify,
  clearToSend,
  isClearance,
} from './clearance.ts'
import type { Clearance } from './clearance.ts'
import type { Fact, FactOf } from './domain/fact.ts'
import type { DecisionId, Digest, HoldId, UpstreamName } from './domain/names.ts'
import type { SafeguardName } from './domain/names.ts'
import type { Verdict } from './domain/verdict.ts'
import type { Ledger, Receipt } from './ledger/ledger.ts'
import { sha256 } from './system/hash.ts'
import * as facts from '../test/contracts/facts.ts'
import { openLedger, takesEverything } from '../test/receipts.ts'

const bug = { name: 'Fault', code: 'bug' }
const request = sha256('a request')
const backup = 'independent-backup' as SafeguardName
const other = 'other-backup' as SafeguardName
const { because } = facts

const verdicts: readonly Verdict[] = [
  { kind: 'allow', because, safeguards: [] },
  { kind: 'allow', because, safeguards: [backup] },
  { kind: 'hold', because, safeguards: [], release: 'owner' },
  { kind: 'hold', because, safeguards: [backup], release: 'owner' },
  { kind: 'deny', because, instead: 'ask' },
]
const claims = ['none', 'own', "another's"] as const
const guards = ['none', 'proven', 'failed', "another's", 'other safeguard'] as const
const intents = ['own', "another's", 'another request', 'before the rest'] as const
const named = ['this request', 'another request'] as const

interface Combination {
  readonly verdict: Verdict
  readonly claim: (typeof claims)[number]
  readonly guard: (typeof guards)[number]
  readonly intent: (typeof intents)[number]
  readonly name: (typeof named)[number]
}

/** What the plan says, in words of its own. */
function mayBeSent({ verdict, claim, guard, intent, name }: Combination): boolean {
  if (intent !== 'own' || name !== 'this request') return false
  if (verdict.kind === 'deny') return false
  if (verdict.kind === 'hold' ? claim !== 'own' : claim !== 'none') return false
  if (guard === 'failed' || guard === "another's") return false
  return verdict.safeguards.length === 0 || guard === 'proven'
}

async function receiptsOf(ledger: Ledger, id: string, one: Combination) {
  const sentOf = (decision: string, digest = request): Fact => facts.sent(decision, digest)
  const early = one.intent === 'before the rest' ? await ledger.append(sentOf(id)) : null
  const decided = await ledger.append(facts.decided(id, one.verdict))
  const claimant = one.claim === 'own' ? id : 'another'
  const hold = 'hold_one' as HoldId
  const claim = { kind: 'claimed', hold, decision: claimant as DecisionId } as const
  const claimed = one.claim === 'none' ? null : await ledger.append(claim)
  const guarded: Receipt[] = []
  if (one.guard !== 'none') {
    const whose = one.guard === "another's" ? 'another' : id
    const name = one.guard === 'other safeguard' ? other : backup
    guarded.push(await ledger.append(facts.guarded(whose, name, one.guard !== 'failed')))
  }
  const digest = one.intent === 'another request' ? sha256('another') : request
  const whose = one.intent === "another's" ? 'another' : id
  const sent = early ?? (await ledger.append(sentOf(whose, digest)))
  const asked: Digest = one.name === 'this request' ? request : sha256('another')
  return { decided, claimed, guarded, sent, request: asked }
}

function made(make: () => Clearance): boolean {
  try {
    make()
    return true
  } catch (fault) {
    assert.ok(fault instanceof Error && 'code' in fault && fault.code === 'bug')
    return false
  }
}

test('of all combinations, only what was permitted and written down is cleared', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  let count = 0
  let cleared = 0
  const playing: Promise<void>[] = []
  for (const verdict of verdicts)
    for (const claim of claims)
      for (const guard of guards)
        for (const intent of intents)
          for (const name of named) {
            const one = { verdict, claim, guard, intent, name }
            const id = `decision_${count++}`
            const play = async (): Promise<void> => {
              const receipts = await receiptsOf(ledger, id, one)
              const yes = made(() => clearToSend(receipts))
              assert.equal(yes, mayBeSent(one), JSON.stringify(one))
              if (yes) cleared++
            }
            playing.push(play())
          }
  await Promise.all(playing)
  assert.equal(count, 600)
  // allow: with none, proven or another safeguard; guarded allow: proven. And the same for holds.
  assert.equal(cleared, 8)
})

async function allowed(ledger: Ledger) {
  const decided = await ledger.append(facts.decided('one'))
  const sent = await ledger.append(facts.sent('one'))
  return { decided, claimed: null, guarded: [], sent, request }
}

test('a clearance says what it is for, and is spent once', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  const clearance = clearToSend(await allowed(ledger))
  const { purpose, decision, upstream } = clearance
  assert.deepEqual(
    { purpose, request: clearance.request, decision, upstream },
    { purpose: 'send', request, decision: 'one', upstream: 'railway' },
  )
  clearance.spend()
  assert.throws(() => clearance.spend(), bug)
})

test('the order of the record is the order of the path', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  const [, , , hold] = verdicts
  assert.ok(hold !== undefined)
  const append = <F extends Fact>(fact: F) => ledger.append(fact)
  const claim = { kind: 'claimed', hold: 'hold_one', decision: 'one' } as FactOf<'claimed'>
  const before = { claimed: await append(claim), guard: await append(facts.guarded('one', backup)) }
  const decided = await append(facts.decided('one', hold))
  const early = await append(facts.guarded('one', backup))
  const claimed = await append(claim)
  const guard = await append(facts.guarded('one', backup))
  const sent = await append(facts.sent('one'))
  assert.throws(() => clearToGuard({ decided, claimed: before.claimed }), bug)
  for (const guarded of [before.guard, early]) {
    assert.throws(() => clearToSend({ decided, claimed, guarded: [guarded], sent, request }), bug)
  }
  clearToSend({ decided, claimed, guarded: [guard], sent, request })
})

test('one intent makes one clearance', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  const receipts = await allowed(ledger)
  clearToSend(receipts)
  assert.throws(() => clearToSend(receipts), bug)
  const again = await ledger.append(facts.sent('one'))
  assert.ok(isClearance(clearToSend({ ...receipts, sent: again })))
})

test('what only looks like a receipt clears nothing', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  const receipts = await allowed(ledger)
  const { decided, sent } = receipts
  const copies: readonly object[] = [
    Object.assign({}, decided),
    Object.create(decided) as object,
    new Proxy(decided, {}),
    structuredClone({ index: 0, at: facts.start, fact: decided.fact }),
  ]
  for (const copy of copies) {
    assert.throws(() => clearToSend({ ...receipts, decided: copy as typeof decided }), bug)
    assert.throws(() => clearToGuard({ decided: copy as typeof decided, claimed: null }), bug)
  }
  const copied: object = Object.assign({}, sent)
  assert.throws(() => clearToSend({ ...receipts, sent: copied as typeof sent }), bug)
  assert.throws(() => clearToSend({ ...receipts, decided: sent }), bug)
  assert.throws(() => clearToSend({ ...receipts, sent: decided }), bug)
})

test('what only looks like a clearance is none', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  const clearance = clearToSend(await allowed(ledger))
  const { constructor } = clearance
  const wanted = { purpose: 'send', request, decision: null, upstream: 'railway' }
  for (const maker of [Symbol('maker of clearances'), undefined]) {
    assert.throws(() => void Reflect.construct(constructor, [maker, wanted]), bug)
  }
  const heir: unknown = Object.create(clearance)
  const copies: unknown[] = [Object.assign({}, clearance), heir, new Proxy(clearance, {})]
  for (const copy of [...copies, null, 'x']) assert.equal(isClearance(copy), false)
  assert.equal(isClearance(clearance), true)
  assert.throws(() => Object.assign(clearance, { request: sha256('another') }), TypeError)
})

test('guarding wants the permission that sending wants, and is cleared once each', async (t) => {
  const { ledger } = await openLedger(t, takesEverything)
  const [, allow, , hold, deny] = verdicts
  assert.ok(allow !== undefined && hold !== undefined && deny !== undefined)
  const decided = await ledger.append(facts.decided('one', allow))
  const first = clearToGuard({ decided, claimed: null })
  const second = clearToGuard({ decided, claimed: null })
  assert.equal(first.purpose, 'guard')
  assert.equal(first.upstream, null)
  first.spend()
  second.spend()
  assert.throws(() => first.spend(), bug)
  const held = await ledger.append(facts.decided('two', hold))
  assert.throws(() => clearToGuard({ decided: held, claimed: null }), bug)
  const denied = await ledger.append(facts.decided('three', deny))
  assert.throws(() => clearToGuard({ decided: denied, claimed: null }), bug)
})

test('discovering is cleared by its own fact, once', async (t) => {
  const { ledger } = await openLedger(t)
  const upstream = 'railway' as UpstreamName
  const receipt = await ledger.append({ kind: 'discovering', upstream, request })
  const clearance = clearToDiscover(receipt)
  assert.equal(clearance.purpose, 'discover')
  assert.equal(clearance.upstream, 'railway')
  assert.equal(clearance.decision, null)
  assert.throws(() => clearToDiscover(receipt), bug)
  const started = await ledger.append({ kind: 'policies-rejected', why: 'x' })
  assert.throws(() => clearToDiscover(started), bug)
})

test('a message to people is cleared by its own intent, once, for its channel', async (t) => {
  const { ledger } = await openLedger(t)
  const told = { kind: 'notifying', channel: 'on-call', topic: 'held', about: 'hold_one' } as const
  const receipt = await ledger.append({ ...told, request })
  const clearance = clearToNotify(receipt)
  const { purpose, upstream, decision } = clearance
  assert.deepEqual(
    [purpose, upstream, decision, clearance.request],
    ['notify', 'on-call', null, request],
  )
  assert.throws(() => clearToNotify(receipt), bug)
  clearance.spend()
  assert.throws(() => clearance.spend(), bug)
  const end = { kind: 'delivered', attempts: 1 } as const
  const other: Receipt = await ledger.append({ ...told, kind: 'notified', end })
  assert.throws(() => clearToNotify(other), bug)
  assert.throws(() => clearToDiscover(receipt), bug)
})
