import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createEventReader, writeEvent } from './event-stream.ts'
import { meaningOf } from './meaning.ts'
import { elementsOf, exchangeMember, membersOf } from './members.ts'

test('a member is exchanged, and the rest of the text stays as it is', () => {
  const text =
    '{ "id" : 1, "params":{"a\\"}":[1,{"b":"}"}], "name": "x"},"n":12345678901234567890 }'
  assert.equal(exchangeMember(text, ['params', 'name'], '"y"'), text.replace('"x"', '"y"'))
  assert.equal(exchangeMember(text, ['id'], '"z"'), text.replace('1,', '"z",'))
  assert.equal(exchangeMember(text, ['nothing'], '1'), text)
  assert.deepEqual([...membersOf(text).keys()], ['id', 'params', 'n'])
  const list = '[ {"a":[1,2]} , "x,]" ,3]'
  assert.deepEqual(
    elementsOf(list).map((span) => list.slice(...span)),
    ['{"a":[1,2]}', '"x,]"', '3'],
  )
})

test('a call sent again means the same; another call does not', () => {
  const call = '{"name":"a","arguments":{"x":1,"y":"z"},"_meta":{"progressToken":7}}'
  const again =
    '{"_meta":{"progressToken":8,"traceparent":"t"},"arguments":{"y":"z","x":1},"name":"a"}'
  assert.equal(meaningOf(call), meaningOf(again))
  assert.equal(meaningOf(call), meaningOf('{"name":"a","arguments":{"x":1,"y":"z"}}'))
  for (const other of [
    call.replace('"x":1', '"x":2'),
    call.replace('"progressToken":7', '"progressToken":7,"mode":"hard"'),
    call.replace('"name":"a"', '"name":"A"'),
  ]) {
    assert.notEqual(meaningOf(call), meaningOf(other))
  }
  const long = (n: string): string => `{"name":"a","arguments":{"x":${n}}}`
  assert.notEqual(meaningOf(long('12345678901234567890')), meaningOf(long('12345678901234567891')))
})

test('events come whole, however they are cut', () => {
  const text = `: hello\r\n\r\nid: 1\r\nretry: 500\ndata: {"a":\ndata: 1}\n\nevent: other\ndata: x\n\n`
  for (let size = 1; size < text.length; size++) {
    const reader = createEventReader(1_000)
    const events = []
    for (let at = 0; at < text.length; at += size) {
      events.push(...(reader.push(text.slice(at, at + size)) ?? []))
    }
    assert.deepEqual(events, [{ id: '1', retry: 500, message: '{"a":\n1}' }], String(size))
  }
  assert.equal(createEventReader(10).push('data: 12345678901'), null)
  const written = writeEvent({ id: 'a', retry: null, message: '{"a":\n1}' })
  assert.equal(written, 'event: message\nid: a\ndata: {"a": 1}\n\n')
})
