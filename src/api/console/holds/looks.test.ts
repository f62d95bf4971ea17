import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { HoldId } from '../../../domain/names.ts'
import { createFakeClock } from '../../../system/clock.ts'
import { createLooks } from './looks.ts'

const start = '2026-04-24T02:13:00.000Z'
const hold = (i: number): HoldId => `hold_${i}` as HoldId

test('the first time counts, in each session for itself', () => {
  const clock = createFakeClock(start)
  const looks = createLooks(clock)
  looks.shown('one', hold(1))
  clock.advance(5)
  looks.shown('one', hold(1))
  looks.shown('two', hold(1))
  assert.equal(looks.at('one', hold(1), true).milliseconds, 5000)
  assert.equal(looks.at('two', hold(1), true).milliseconds, 0)
  assert.equal(looks.at('two', hold(2), true).milliseconds, null)
  assert.equal(looks.at('three', hold(1), true).milliseconds, null)
})

test('memory is bounded, a flood forgets its own first, and what is forgotten was not shown', () => {
  const looks = createLooks(createFakeClock(start))
  looks.shown('calm', hold(0))
  for (let i = 0; i < 5000; i++) looks.shown('flood', hold(i))
  assert.equal(looks.at('calm', hold(0), true).milliseconds, 0)
  assert.equal(looks.at('flood', hold(0), true).milliseconds, null)
  assert.equal(looks.at('flood', hold(4999), true).milliseconds, 0)
  for (let i = 0; i < 1000; i++) looks.shown(`session ${i}`, hold(0))
  assert.equal(looks.at('calm', hold(0), true).milliseconds, null)
})
