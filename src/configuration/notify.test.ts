import assert from 'node:assert/strict'
import { test } from 'node:test'

import { stringify } from 'yaml'

import { readConfiguration } from './configuration.ts'

const slack = { kind: 'slack', url: 'slack-url' }
const mail = {
  kind: 'email',
  host: 'smtp.example.com',
  from: 'a@example.com',
  to: ['b@example.com'],
}

function read(notify: object) {
  return readConfiguration(stringify({ version: 1, notify }), '/gate/holdpoint.yaml', []).notify
}

test('what is not said is told by all channels; who comes later waits', () => {
  const { on, escalate } = read({
    channels: { one: { ...slack }, two: { ...slack }, boss: { ...slack, person: 'bob' } },
    escalate: [{ afterMinutes: 10, channels: ['boss'] }],
  })
  assert.deepEqual(on.held, ['one', 'two'])
  assert.deepEqual(on.killed, ['one', 'two', 'boss'])
  assert.deepEqual(escalate, [{ afterMinutes: 10, channels: ['boss'] }])
  assert.deepEqual(read({ channels: { one: slack }, on: { held: [] } }).on.held, [])
})

test('paths are absolute, and mail goes by TLS unless it stays here', () => {
  const { channels } = read({ channels: { mail: { ...mail, certificate: './ca.pem' } } })
  const [one] = channels
  assert.ok(one?.kind === 'email')
  assert.equal(one.certificate, '/gate/ca.pem')
  assert.deepEqual([one.tls, one.port], ['starttls', 587])
  assert.ok(read({ channels: { mail: { ...mail, host: 'localhost', tls: 'off' } } }))
})

test('what cannot be meant is refused, and a pasted secret is not shown back', () => {
  const url = 'https://hooks.slack.com/services/T0/B0/s3cret'
  const mistakes: readonly (readonly [object, RegExp])[] = [
    [{ channels: { one: { kind: 'slack', url } } }, /name of a secret/],
    [{ channels: { one: { kind: 'pager', url: 'x' } } }, /kind/],
    [{ channels: { one: slack }, on: { held: ['two'] } }, /there is no channel `two`/],
    [{ channels: { one: slack }, on: { held: ['one', 'one'] } }, /named twice/],
    [{ channels: { one: slack }, on: { released: ['one'] } }, /released/],
    [
      { channels: { one: slack }, escalate: [{ afterMinutes: 60, channels: ['one'] }] },
      /over after 60 minutes/,
    ],
    [
      {
        channels: { one: slack },
        escalate: [5, 10].map((afterMinutes) => ({ afterMinutes, channels: ['one'] })),
      },
      /in a step already/,
    ],
    [{ channels: { mail: { ...mail, tls: 'off' } } }, /this machine/],
    [{ channels: { mail: { ...mail, user: 'gate' } } }, /both `user` and `password`/],
    [{ channels: { mail: { ...mail, to: ['b@example.com\r\nBcc: c@example.com'] } } }, /address/],
    [{ channels: { mail: { ...mail, from: 'A <a@example.com>' } } }, /address/],
    [
      {
        channels: { b: { kind: 'web-push', contact: 'a@example.com', hosts: ['push.test:8080'] } },
      },
      /only loopback/,
    ],
  ]
  for (const [notify, says] of mistakes) {
    assert.throws(
      () => read(notify),
      (fault: Error) => says.test(fault.message) && !fault.message.includes('s3cret'),
      String(says),
    )
  }
})
