import assert from 'node:assert/strict'
import { test } from 'node:test'

import { isForGood, nextTry, patienceMilliseconds, readRetryAfter, triesMax } from './retry.ts'

const now = Date.parse('2026-04-24T02:13:00.000Z')

test('waits grow, with some chance in them, and end', () => {
  for (const chance of [0, 128, 255]) {
    let at = now
    let before = 0
    for (let attempts = 1; attempts < triesMax; attempts++) {
      const next = nextTry({ attempts, since: now, now: at, retryAfter: null, chance })
      assert.ok(next !== null)
      assert.ok(next - at > before, `${attempts}`)
      before = next - at
      at = next
    }
    assert.ok(at - now < patienceMilliseconds)
    assert.equal(
      nextTry({ attempts: triesMax, since: now, now: at, retryAfter: null, chance }),
      null,
    )
  }
})

test('what the other side asks for is kept, within patience', () => {
  const tried = { attempts: 1, since: now, now, chance: 0 }
  assert.equal(nextTry({ ...tried, retryAfter: 60_000 }), now + 60_000)
  assert.equal(nextTry({ ...tried, retryAfter: 0 }), now + 2500)
  assert.equal(nextTry({ ...tried, retryAfter: patienceMilliseconds + 1 }), null)
})

test('Retry-After is seconds or a date, and nothing else', () => {
  assert.equal(readRetryAfter('120', now), 120_000)
  assert.equal(readRetryAfter('Fri, 24 Apr 2026 02:14:00 GMT', now), 60_000)
  assert.equal(readRetryAfter('Fri, 24 Apr 2020 02:14:00 GMT', now), 0)
  for (const no of [undefined, '', '-1', '1.5', 'soon', '1e9', '99999999999', '2026-04-24']) {
    assert.equal(readRetryAfter(no, now), null, String(no))
  }
})

test('4xx is for good, but for those that ask to come again', () => {
  assert.deepEqual([400, 401, 403, 404, 410, 422].filter(isForGood).length, 6)
  assert.deepEqual([408, 425, 429, 500, 502, 503, 504].filter(isForGood), [])
})
