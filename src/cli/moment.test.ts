import assert from 'node:assert/strict'
import { test } from 'node:test'

import { agoWords, momentWords, readMoment } from './moment.ts'

/** In local time, wherever the test runs. */
const now = new Date(2026, 5, 15, 12, 30, 20).getTime()

function local(day: number, hours: number, minutes: number, seconds = 0, milliseconds = 0): number {
  return new Date(2026, 5, day, hours, minutes, seconds, milliseconds).getTime()
}

const moments: readonly (readonly [text: string, moment: number | null])[] = [
  ['10m', now - 600_000],
  ['2h', now - 7_200_000],
  ['3d ago', now - 3 * 86_400_000],
  ['90 s ago', now - 90_000],
  ['12:05', local(15, 12, 5, 59, 999)],
  ['12:05:10', local(15, 12, 5, 10, 999)],
  ['9:05', local(15, 9, 5, 59, 999)],
  ['23:10', local(14, 23, 10, 59, 999)],
  ['12:30', local(15, 12, 30, 59, 999)],
  ['yesterday 12:05', local(14, 12, 5, 59, 999)],
  ['2026-06-14', local(14, 23, 59, 59, 999)],
  ['2026-06-14 08:00', local(14, 8, 0, 59, 999)],
  ['2026-06-14T08:00:01.500Z', Date.UTC(2026, 5, 14, 8, 0, 1, 500)],
  ['2026-06-14T08:00:01+02:00', Date.UTC(2026, 5, 14, 6, 0, 1, 999)],
  ['24:00', null],
  ['12:60', null],
  ['2026-13-40', null],
  ['noon', null],
  ['', null],
  ['-5m', null],
]

for (const [text, moment] of moments) {
  test(`\`${text}\` is ${moment === null ? 'no moment' : 'a moment'}`, () => {
    assert.equal(readMoment(text, now), moment)
  })
}

test('a moment is said in local time, and how long ago it was', () => {
  assert.equal(momentWords(local(15, 1, 2, 3), now), '01:02:03 today')
  assert.equal(momentWords(local(14, 23, 59, 59), now), '23:59:59 yesterday')
  assert.equal(momentWords(local(1, 8, 0), now), '2026-06-01 08:00:00')
  assert.equal(agoWords(now - 1000, now), '1 second ago')
  assert.equal(agoWords(now - 14 * 60_000, now), '14 minutes ago')
  assert.equal(agoWords(now - 3 * 3_600_000, now), '3 hours ago')
  assert.equal(agoWords(now - 5 * 86_400_000, now), '5 days ago')
  assert.equal(agoWords(now + 1000, now), '0 seconds ago')
})
