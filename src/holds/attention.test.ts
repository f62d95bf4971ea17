import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { Attention } from '../domain/fact.ts'
import { answerHold, openWorld } from '../../test/console/world.ts'
import { attentionOf } from './attention.ts'
import type { Look } from './attention.ts'
import { createReleaseAudit } from './audit.ts'

const marks: readonly (readonly [number | null, boolean, readonly string[]])[] = [
  [0, true, ['hasty']],
  [2999, true, ['hasty']],
  [3000, true, ['hasty']],
  [3001, true, []],
  [3_600_000, true, []],
  [3001, false, ['impact-unseen']],
  [100, false, ['hasty', 'impact-unseen']],
  [null, false, ['not-shown']],
  [null, true, ['not-shown']],
]

for (const [milliseconds, impactSeen, expected] of marks) {
  const told = `${milliseconds ?? 'no'} ms, impact ${impactSeen ? 'seen' : 'unseen'}`
  test(`a release is marked by how it was looked at: ${told}`, () => {
    const look = { milliseconds, impactSeen }
    assert.deepEqual(attentionOf('release', look).marks, expected)
    assert.deepEqual(attentionOf('refuse', look).marks, [], 'a refusal is not')
  })
}

test('what was never shown was not seen, whatever the page says', () => {
  const { impactSeen } = attentionOf('release', { milliseconds: null, impactSeen: true })
  assert.equal(impactSeen, false)
})

test('the ledger keeps how a release, and a refusal, was looked at', async (t) => {
  const world = await openWorld()
  t.after(() => world.close())
  const alice = await world.enrol('alice', ['owner'])
  const attentions: (Attention | undefined)[] = []
  world.ledger.subscribe(({ fact }) => {
    if (fact.kind === 'approved') attentions.push(fact.attention)
    if (fact.kind === 'settled' && fact.settlement.kind === 'refused')
      attentions.push(fact.settlement.attention)
  })
  const answer = async (query: string, how: 'release' | 'refuse', look: Look): Promise<void> => {
    const { hold } = await world.arrive({ query })
    const asked = world.holds.challenge(hold, alice.name, how, '', look)
    const given = alice.passkey.assert(asked.options)
    await world.holds.settle(hold, alice.name, asked.binding.nonce, given)
  }
  await answer('mutation { a }', 'release', { milliseconds: 12_000, impactSeen: true })
  await answer('mutation { b }', 'release', { milliseconds: 900, impactSeen: false })
  await answer('mutation { c }', 'refuse', { milliseconds: 900, impactSeen: false })
  await answerHold(world, (await world.arrive({ query: 'mutation { d }' })).hold, alice)
  const alone = { together: 1 } as const
  assert.deepEqual(attentions, [
    { milliseconds: 12_000, impactSeen: true, ...alone, marks: [] },
    { milliseconds: 900, impactSeen: false, ...alone, marks: ['hasty', 'impact-unseen'] },
    { milliseconds: 900, impactSeen: false, ...alone, marks: [] },
    { milliseconds: null, impactSeen: false, ...alone, marks: ['not-shown'] },
  ])
})

test('an auditor sees a mark that was taken away, and misses none in an older ledger', async (t) => {
  const world = await openWorld()
  t.after(() => world.close())
  const alice = await world.enrol('alice', ['owner'])
  const { hold } = await world.arrive()
  await answerHold(world, hold, alice)
  const audit = (change: (attention: Attention | undefined) => Attention | undefined): string => {
    const auditing = createReleaseAudit(world.site)
    return world.store
      .entries(0, 100)
      .flatMap((entry) => {
        if (entry.fact.kind !== 'approved') return auditing.take(entry)
        const { attention, ...fact } = entry.fact
        const changed = change(attention)
        const kept = changed === undefined ? fact : { ...fact, attention: changed }
        return auditing.take({ ...entry, fact: kept })
      })
      .join()
  }
  const whole = { milliseconds: 9000, impactSeen: true, together: 1, marks: [] }
  const contradicts = /contradicts itself/
  assert.equal(
    audit((attention) => attention),
    '',
  )
  assert.equal(
    audit(() => undefined),
    '',
  )
  assert.equal(
    audit(() => whole),
    '',
    'figures are the gate’s word; that they agree is all to see',
  )
  assert.match(
    audit(() => ({ ...whole, milliseconds: 2000 })),
    contradicts,
  )
  assert.match(
    audit(() => ({ ...whole, impactSeen: false })),
    contradicts,
  )
  assert.match(
    audit(() => ({ ...whole, together: 2 })),
    contradicts,
  )
  assert.match(
    audit(() => ({ ...whole, marks: ['hasty'] })),
    contradicts,
  )
  for (const odd of [null, 7, 'hasty', [], {}, { ...whole, milliseconds: 'none' }]) {
    assert.match(
      audit(() => odd as never),
      contradicts,
      JSON.stringify(odd),
    )
  }
})
