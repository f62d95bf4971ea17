import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { createTestBrowser, vapidOf } from '../../test/notify/push-service.ts'
import { openReceiver, openTold, status } from '../../test/notify/receivers.ts'
import type { Told } from '../../test/notify/receivers.ts'
import { temporaryFolder } from '../../test/receipts.ts'
import type { PersonName } from '../domain/names.ts'
import { openPushKey } from './push-key.ts'
import {
  isKnownEndpoint,
  readSubscription,
  subscriptionDigest,
  writeSubscription,
} from './subscription.ts'

const alice = 'alice' as PersonName

async function subscribe(told: Told, endpoint: string) {
  const browser = createTestBrowser(endpoint)
  const subscription = subscriptionDigest(browser.subscription)
  const fact = { kind: 'push-subscribed', person: alice, subscription } as const
  await told.world.ledger.append(fact, writeSubscription(browser.subscription))
  return browser
}

async function openPush(t: Parameters<typeof openTold>[0]) {
  const service = await openReceiver(t)
  const hosts = [`127.0.0.1:${service.port}`]
  const browsers = { kind: 'web-push', contact: 'ops@example.com', hosts }
  const told = await openTold(t, { channels: { browsers } })
  await told.world.enrol('alice', ['owner'])
  return { service, told }
}

function ends(told: Told): readonly string[] {
  return told.facts('notified').map(({ end }) => (end.kind === 'failed' ? end.why : end.kind))
}

test('a browser is told, encrypted for it alone, by a key of this gate', async (t) => {
  const { service, told } = await openPush(t)
  const browser = await subscribe(told, `${service.url}/push/capability-1`)
  const { hold } = await told.world.arrive()
  await told.settled()
  const [got] = service.got
  assert.ok(got)
  assert.equal(got.headers['content-encoding'], 'aes128gcm')
  assert.equal(got.headers['ttl'], '1800')
  assert.deepEqual(
    { ...vapidOf(got), key: '' },
    { key: '', aud: service.url, sub: 'mailto:ops@example.com' },
  )
  assert.ok(!got.body.toString('latin1').includes('pg-data'))
  const shown = JSON.parse(browser.decrypt(got)) as Record<string, string>
  assert.equal(shown['path'], `/holds/${hold}`)
  assert.match(shown['body'] ?? '', /^`cursor` wants to delete `volume pg-data`/)
  assert.deepEqual(Object.keys(shown).sort(), ['body', 'path', 'tag', 'title'])
  assert.deepEqual(ends(told), ['delivered'])
  const facts = told.world.store.leaves(0, 100).map((leaf) => Buffer.from(leaf).toString())
  assert.ok(!facts.some((fact) => fact.includes('capability-1')))
})

test('a browser that is gone is forgotten; one that is there is told all the same', async (t) => {
  const { service, told } = await openPush(t)
  await subscribe(told, `${service.url}/push/one`)
  await subscribe(told, `${service.url}/push/two`)
  let first = true
  service.answer((response) => {
    status(first ? 410 : 201)(response)
    first = false
  })
  await told.world.arrive()
  await told.settled()
  assert.deepEqual(ends(told), ['delivered'])
  assert.equal(told.world.store.pushSubscriptions().length, 1)
  assert.equal(told.facts('push-unsubscribed').length, 1)
})

test('only browsers that were not reached are tried again', async (t) => {
  const { service, told } = await openPush(t)
  await subscribe(told, `${service.url}/push/one`)
  await subscribe(told, `${service.url}/push/two`)
  let count = 0
  service.answer((response) => status(count++ === 0 ? 503 : 201)(response))
  await told.world.arrive()
  await told.settled()
  assert.equal(service.got.length, 2)
  await told.after(10)
  assert.equal(service.got.length, 3)
  assert.equal(service.got[2]?.path, service.got[0]?.path)
  assert.deepEqual(ends(told), ['delivered'])
})

test('with no browser nobody was told, and that is a failure', async (t) => {
  const { told } = await openPush(t)
  const { hold } = await told.world.arrive()
  await told.settled()
  assert.deepEqual(ends(told), ['no browser has asked to be told'])
  assert.deepEqual(told.notifier.state().unreachable, [hold])
})

test('endpoints are those of push services, and no other address', () => {
  const known = [
    'https://fcm.googleapis.com/fcm/send/abc',
    'https://updates.push.services.mozilla.com/wpush/v2/abc',
    'https://wns2-by3p.notify.windows.com/w/?token=abc',
    'https://web.push.apple.com/abc',
  ]
  for (const endpoint of known) assert.ok(isKnownEndpoint(endpoint, []), endpoint)
  const others = [
    'http://fcm.googleapis.com/fcm/send/abc',
    'https://fcm.googleapis.com:8443/x',
    'https://fcm.googleapis.com.evil.example/x',
    'https://evil.example/fcm.googleapis.com',
    'https://evil.example#.push.apple.com',
    'https://user@fcm.googleapis.com/x',
    'https://push.apple.com.evil.example/',
    'https://xpush.services.mozilla.com/',
    'http://127.0.0.1:7401/api/stop',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/x',
    'file:///etc/passwd',
  ]
  for (const endpoint of others) assert.ok(!isKnownEndpoint(endpoint, []), endpoint)
  assert.ok(isKnownEndpoint('https://push.example/x', ['push.example']))
  assert.ok(!isKnownEndpoint('http://push.example/x', ['push.example']))
  assert.ok(!isKnownEndpoint('https://push.example:444/x', ['push.example:444']))
})

test('what is no subscription is refused', () => {
  const { subscription } = createTestBrowser('https://fcm.googleapis.com/fcm/send/abc')
  assert.deepEqual(readSubscription({ ...subscription, more: 1 }, []), subscription)
  const { keys } = subscription
  const bad = [
    null,
    {},
    { ...subscription, endpoint: 'https://evil.example/x' },
    { ...subscription, endpoint: `https://fcm.googleapis.com/${'x'.repeat(3000)}` },
    { ...subscription, keys: { ...keys, auth: 'short' } },
    { ...subscription, keys: { ...keys, p256dh: 'B'.repeat(87) } },
  ]
  for (const one of bad) assert.throws(() => readSubscription(one, []), { code: 'push-refused' })
})

test("the gate's push key is kept to itself, and stays the same", (t) => {
  const file = join(temporaryFolder(t), 'push.key')
  const made = openPushKey(file)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(openPushKey(file), made)
  assert.equal(Buffer.from(made.publicKey, 'base64url').length, 65)
})
