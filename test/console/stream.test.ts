// The rows that a page keeps, without a browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createEventReader } from '../../console/src/events.ts'
import { createActionStream, pathOf, rowsMax } from '../../console/src/now/stream.ts'
import type { ActionStream } from '../../console/src/now/stream.ts'
import type { ActionsEvent, ActionSummary } from '../../src/api/console/now/shapes.ts'
import type { AgentName, DecisionId, Instant } from '../../src/domain/names.ts'

const everything = { agent: null, verdict: null }

function action(index: number, changes: Partial<ActionSummary> = {}): ActionSummary {
  return {
    ...{ index, decision: `dec_${index}` as DecisionId, at: '' as Instant },
    ...{ agent: 'cursor' as AgentName, sentence: [], environments: [], effect: 'read' },
    ...{ verdict: 'allow', because: '', says: '', outcome: null, hold: null, line: '' },
    ...changes,
  }
}

function event(
  indices: readonly number[],
  ended: readonly number[] = [],
  leftOut = 0,
): ActionsEvent {
  return {
    decided: indices.map((index) => action(index)),
    ended: ended.map((index) => ({
      decision: `dec_${index}` as DecisionId,
      outcome: 'succeeded' as const,
    })),
    leftOut,
  }
}

function shown(stream: ActionStream): readonly number[] {
  return stream.view().rows.map(({ index }) => index)
}

test('newest first, each once, whatever is told twice', () => {
  const stream = createActionStream(everything)
  stream.merge({ actions: [action(3), action(1)], next: 1 })
  stream.take(event([3, 5]))
  stream.take(event([5, 6]))
  stream.merge({ actions: [action(6), action(5), action(3)], next: 3 })
  assert.deepEqual(shown(stream), [6, 5, 3, 1])
  assert.equal(stream.view().older, 1)
})

test('held still, what comes is counted and waits', () => {
  const stream = createActionStream(everything)
  stream.merge({ actions: [action(1)], next: null })
  stream.holdStill(true)
  stream.take(event([2, 3]))
  stream.merge({ actions: [action(4), action(3), action(2), action(1)], next: null })
  assert.deepEqual(shown(stream), [1])
  assert.equal(stream.view().fresh, 3)
  stream.showFresh()
  assert.deepEqual(shown(stream), [4, 3, 2, 1])
  stream.take(event([5]))
  assert.equal(stream.view().fresh, 1, 'it is held still as before')
  stream.holdStill(false)
  assert.deepEqual(shown(stream), [5, 4, 3, 2, 1])
})

test('an outcome finds its row, wherever it is, and before it is there', () => {
  const stream = createActionStream(everything)
  stream.take(event([], [2]))
  stream.merge({ actions: [action(2), action(1)], next: null })
  stream.holdStill(true)
  stream.take(event([3]))
  stream.take(event([], [1, 3]))
  stream.showFresh()
  assert.deepEqual(
    stream.view().rows.map(({ outcome }) => outcome),
    ['succeeded', 'succeeded', 'succeeded'],
  )
})

test('rows that did not change stay the same objects', () => {
  const stream = createActionStream(everything)
  stream.merge({ actions: [action(2), action(1)], next: null })
  const [, first] = stream.view().rows
  stream.take(event([3], [2]))
  assert.equal(stream.view().rows[2], first)
})

test('never more than ten thousand, and the rest can be asked for again', () => {
  const stream = createActionStream(everything)
  for (let from = 0; from < rowsMax + 500; from += 100) {
    stream.take(event(Array.from({ length: 100 }, (_, i) => from + i)))
  }
  const { rows, older } = stream.view()
  assert.equal(rows.length, rowsMax)
  assert.equal(rows.at(-1)?.index, 500)
  assert.equal(older, 500, 'from there on')
  stream.holdStill(true)
  for (let from = 20_000; from < 20_000 + rowsMax + 500; from += 100) {
    stream.take(event(Array.from({ length: 100 }, (_, i) => from + i)))
  }
  assert.equal(stream.view().fresh, rowsMax)
})

test('after a break: down to the last known, and to what was under way', () => {
  const stream = createActionStream(everything)
  assert.equal(stream.knownDownTo(), null)
  const over = { outcome: 'succeeded' } as const
  stream.merge({ actions: [action(9, over), action(7), action(5, over)], next: null })
  assert.equal(stream.knownDownTo(), 7)
  stream.take(event([], [7]))
  assert.equal(stream.knownDownTo(), 9)
})

test('what is not asked for is not kept', () => {
  const stream = createActionStream({ agent: '', verdict: 'deny' })
  const denied = { verdict: 'deny' } as const
  stream.take({
    ...{ ended: [], leftOut: 4 },
    decided: [action(1, { agent: null, ...denied }), action(2, denied), action(3, { agent: null })],
  })
  assert.deepEqual(shown(stream), [1])
  assert.equal(stream.view().leftOut, 4)
  stream.replace({ actions: [], next: null })
  assert.equal(stream.view().leftOut, 0)
})

test('the question is part of the address', () => {
  const filter = { agent: '', verdict: 'deny' } as const
  assert.equal(pathOf(filter, 12, 50), '/api/actions?limit=50&before=12&agent=&verdict=deny')
  assert.equal(pathOf(everything, null, 50), '/api/actions?limit=50')
})

test('events are read whole, wherever the network cut them', () => {
  const text = [
    ': you are listening\n\n',
    'event: holds\ndata: {}\n\n',
    'event: actions\ndata: {"decided":["event: holds"]}\n\n: still here\n\n',
  ].join('')
  for (const size of [1, 2, 7, 1000]) {
    const read = createEventReader()
    const events = []
    for (let at = 0; at < text.length; at += size) events.push(...read(text.slice(at, at + size)))
    assert.deepEqual(
      events.map(({ topic }) => topic),
      ['holds', 'actions'],
    )
    assert.deepEqual(events[1]?.data, { decided: ['event: holds'] })
  }
})
