import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'

import { openReceiver } from '../../test/notify/receivers.ts'
import { post, readAddress } from './post.ts'
import { signedHeaders } from './webhook.ts'

test("the specification's own example signs to the same", () => {
  // https://github.com/standard-webhooks/standard-webhooks, the libraries' shared test vector
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
  const body = '{"test": 2432232314}'
  const headers = signedHeaders(secret, id, 1_614_265_330_000, body)
  assert.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  assert.equal(headers['webhook-timestamp'], '1614265330')
  const key = Buffer.from(secret.slice(6), 'base64')
  const own = createHmac('sha256', key).update(`${id}.1614265330.${body}`).digest('base64')
  assert.equal(headers['webhook-signature'], `v1,${own}`)
})

test('what is sent to is https, or this machine', () => {
  for (const good of [
    'https://hooks.slack.com/services/T0/B0/x',
    'http://127.0.0.1:8080/hook',
    'http://localhost:1/',
    'http://[::1]:1/',
  ]) {
    assert.ok(readAddress(good) !== null, good)
  }
  for (const bad of [
    'http://hooks.example/x',
    'https://user:pass@hooks.example/x',
    'ftp://hooks.example/x',
    'http://127.0.0.1.evil.example/x',
    'not an address',
    '',
  ]) {
    assert.equal(readAddress(bad), null, bad)
  }
})

test('an answer that does not come is silence, after ten seconds', async (t) => {
  const silent = await openReceiver(t)
  silent.answer(() => undefined)
  const { signal } = new AbortController()
  const sent = { url: new URL(silent.url), headers: {}, body: '{}', certificate: null }
  const begun = performance.now()
  const answered = await post(sent, signal)
  assert.deepEqual(answered, { kind: 'silent', why: 'it did not answer within 10 seconds' })
  assert.ok(performance.now() - begun < 13_000)
})
