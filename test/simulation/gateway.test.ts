// Enumerates verdict × settlement × safeguard × answer × trial × every ledger write failing, stored
// and not stored, over the real path, ledger, store and clearances. Whatever happens: nothing is
// sent without a permission that is on the disk, nothing after the ledger has failed, nothing
// twice, and `pass` never rejects.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { isClearance } from '../../src/clearance.ts'
import { createStage, settlements, trials, verdicts } from './gateway-stage.ts'
import type { Failure, Play } from './gateway-stage.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdpoint-enumeration-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const writesMax = 8
const failures: readonly (Failure | null)[] = [
  null,
  ...Array.from({ length: writesMax }, (_, i) => [
    { at: i + 1, how: 'not-stored' as const },
    { at: i + 1, how: 'stored' as const },
    { at: i + 1, how: 'not-confirmed' as const },
  ]).flat(),
]

const plays: Play[] = []
for (const verdict of Object.keys(verdicts) as (keyof typeof verdicts)[]) {
  for (const settlement of settlements) {
    if (!verdict.startsWith('hold') && settlement !== 'none') continue
    for (const answer of ['replied', 'failed', 'unknown'] as const) {
      for (const tried of trials) {
        for (const proof of ['proven', 'failed'] as const) {
          const play = { verdict, settlement, proof, answer, tried }
          if (isMeant(play)) for (const failure of failures) plays.push({ ...play, failure })
        }
      }
    }
  }
}

/** Proofs matter where there are safeguards; trials differ from other requests in nothing else. */
function isMeant({ verdict, proof, answer, tried }: Omit<Play, 'failure'>): boolean {
  const guarded = verdict.endsWith('guarded')
  if (proof === 'failed' && !guarded && tried !== 'kept') return false
  return tried === 'no' || (answer === 'replied' && !guarded)
}

test(`${plays.length} plays`, async () => {
  assert.ok(plays.length > 300)
  const seen = { sent: 0, refused: 0, closed: 0, tried: 0 }
  for (const [index, play] of plays.entries()) {
    const stage = await createStage(join(folder, String(index)), play)
    try {
      const reply = await stage.pass()
      const told = JSON.stringify(play)
      const { sends } = stage
      assert.ok(sends.length <= 1, `sent at most once: ${told}`)
      assert.equal(stage.openTrials(), 0, `nothing that was tried stays open: ${told}`)
      for (const known of stage.tries) {
        seen.tried++
        assert.notEqual(play.verdict, 'deny', `what is denied is not even tried: ${told}`)
        assert.equal(known.at(-1), 'measuring', `a trial is recorded first: ${told}`)
      }
      const released = play.verdict.startsWith('hold') && play.settlement === 'released'
      const permitted = play.tried !== 'fault' && (play.verdict.startsWith('allow') || released)
      for (const send of sends) {
        seen.sent++
        assert.ok(isClearance(send.clearance), told)
        assert.ok(permitted, `sent only what is permitted: ${told}`)
        assert.ok(!send.ledgerHadFailed, `nothing is sent after the ledger has failed: ${told}`)
        assert.deepEqual(
          send.permission,
          stage.wanted,
          `the permission was on the disk first: ${told}`,
        )
      }
      if (play.failure === null && permitted && play.proof === 'proven')
        assert.equal(sends.length, 1, told)
      const guarded = play.verdict.endsWith('guarded') || play.tried === 'kept'
      if (guarded && play.proof === 'failed') assert.equal(sends.length, 0, told)
      if (sends.length === 0) {
        seen.refused++
        assert.equal(reply.kind, 'refusal', told)
      }
      await stage.settled()
      if (stage.ledgerFailed()) {
        seen.closed++
        const again = await stage.pass()
        assert.equal(again.kind, 'refusal', `closed means closed: ${told}`)
        assert.ok(stage.sends.length <= 1, told)
      }
    } finally {
      await stage.close()
    }
  }
  assert.ok(
    seen.sent > 20 && seen.refused > 100 && seen.closed > 100 && seen.tried > 100,
    JSON.stringify(seen),
  )
})

test('a lease that ends between the decision and the sending stops it, and that is written down', async () => {
  const play: Play = {
    verdict: 'allow',
    settlement: 'none',
    proof: 'proven',
    answer: 'replied',
    tried: 'no',
    failure: null,
  }
  const stage = await createStage(join(folder, 'withdrawn'), play)
  stage.endLease()
  const reply = await stage.pass()
  assert.equal(reply.kind === 'refusal' && reply.code, 'withdrawn')
  assert.equal(stage.sends.length, 0)
  assert.deepEqual(stage.kinds().slice(-3), ['decided', 'sent', 'ended'])
  await stage.close()
})

test('a release is spent once, however many ask for it at once', async () => {
  const play: Play = {
    verdict: 'hold',
    settlement: 'released',
    proof: 'proven',
    answer: 'replied',
    tried: 'no',
    failure: null,
  }
  const stage = await createStage(join(folder, 'once'), play)
  const replies = await Promise.all(Array.from({ length: 8 }, () => stage.pass()))
  assert.equal(replies.filter((reply) => reply.kind === 'http').length, 1)
  assert.equal(stage.sends.length, 1)
  await stage.settled()
  assert.equal(stage.kinds().filter((kind) => kind === 'claimed').length, 1)
  await stage.close()
})
