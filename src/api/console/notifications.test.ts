import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'

import { enrolClient, http } from '../../../test/console/client.ts'
import type { Client } from '../../../test/console/client.ts'
import { openHost } from '../../../test/console/host.ts'
import type { Host } from '../../../test/console/host.ts'
import { openDesk } from '../../../test/notify/desk.ts'
import type { Desk } from '../../../test/notify/desk.ts'
import { createTestBrowser } from '../../../test/notify/push-service.ts'
import { openReceiver, signingSecret, status } from '../../../test/notify/receivers.ts'
import type { Receiver } from '../../../test/notify/receivers.ts'
import type { Role } from '../../domain/fact.ts'
import type { PersonName } from '../../domain/names.ts'
import type { NotificationsView } from './notifications/shapes.ts'

interface Opened {
  readonly host: Host
  readonly desk: Desk
  readonly ops: Receiver
  readonly owner: Client
  person(name: string, roles: readonly Role[]): Promise<Client>
}

async function open(t: TestContext): Promise<Opened> {
  const ops = await openReceiver(t)
  const notify = {
    channels: {
      ops: { kind: 'webhook', url: 'ops-url', secret: 'signing', person: 'alice' },
      chat: { kind: 'slack', url: 'chat-url' },
      browsers: { kind: 'web-push', contact: 'ops@example.com' },
    },
    on: { held: ['ops'] },
    escalate: [{ afterMinutes: 10, channels: ['chat'] }],
  }
  const secrets = { 'ops-url': `${ops.url}/T0/s3cret`, signing: signingSecret }
  const desks: Desk[] = []
  const host = await openHost({
    more: (world, clock) => {
      const notifications = openDesk(world, clock, notify, secrets)
      desks.push(notifications)
      return { notifications }
    },
  })
  const [desk] = desks
  assert.ok(desk)
  t.after(async () => {
    await desk.close()
    await host.close()
  })
  const { people } = host.world
  const alice = 'alice' as PersonName
  const { code } = await people.openEnrolment({ person: alice, roles: ['owner'] })
  const owner = await enrolClient(host, code)
  const person: Opened['person'] = async (name, roles) => {
    const asked = people.inviteOptions(alice, { person: name as PersonName, roles })
    const response = owner.passkey.assert(asked.options)
    return enrolClient(host, (await people.invite(alice, asked.nonce, response)).code)
  }
  return { host, desk, ops, owner, person }
}

async function view(client: Client): Promise<NotificationsView> {
  const got = await client.get('/api/notifications')
  assert.equal(got.status, 200)
  return JSON.parse(got.text) as NotificationsView
}

async function settled({ desk }: Opened): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  await desk.notifier.idle()
}

test('channels, what they lack, what arrived and what did not; no secret', async (t) => {
  const opened = await open(t)
  const { host, ops, owner } = opened
  ops.answer(status(404))
  const { hold } = await host.world.arrive()
  await settled(opened)
  const seen = await view(owner)
  assert.deepEqual(
    seen.channels.map(({ name, missing, on, escalatesAfterMinutes }) => [
      ...[name, missing, on, escalatesAfterMinutes],
    ]),
    [
      ['ops', [], ['held', 'asked', 'tripped', 'killed'], null],
      ['chat', ['chat-url'], ['tripped', 'killed'], 10],
      ['browsers', [], ['tripped', 'killed'], null],
    ],
  )
  assert.equal(seen.channels[0]?.failures, 1)
  assert.deepEqual(seen.channels[0].last?.end, {
    ...{ kind: 'failed', attempts: 1, why: 'it answered 404' },
  })
  assert.match(seen.recent[0]?.says ?? '', /^ops was NOT told: it answered 404, that hold_/)
  assert.deepEqual(
    seen.unreachable.map((each) => each.hold),
    [hold],
  )
  const short = await owner.get('/api/notifications/unreachable')
  assert.deepEqual(short.json['unreachable'], seen.unreachable)
  const { text } = await owner.get('/api/notifications')
  for (const secret of ['s3cret', String(ops.port), signingSecret.slice(6)]) {
    assert.ok(!text.includes(secret), secret)
  }
})

test('an owner sends a test; others do not, and no such channel is no channel', async (t) => {
  const opened = await open(t)
  const { ops, owner } = opened
  const path = '/api/notifications/test'
  const approver = await opened.person('bob', ['approver'])
  const auditor = await opened.person('eve', ['auditor'])
  assert.equal((await approver.post(path, { channel: 'ops' })).code, 'may-not-answer')
  assert.equal((await auditor.post(path, { channel: 'ops' })).code, 'may-not-answer')
  assert.equal((await owner.post(path, { channel: 'nobody' })).status, 404)
  assert.equal((await owner.post(path, { channel: '../x' })).status, 400)
  assert.equal(ops.got.at(0), undefined)
  let release = (): void => undefined
  ops.answer((response) => (release = () => void response.writeHead(204).end()))
  assert.equal((await owner.post(path, { channel: 'ops' })).status, 200)
  assert.equal((await owner.post(path, { channel: 'ops' })).code, 'test-under-way')
  for (let i = 0; i < 400 && ops.got.length === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 5))
  release()
  await settled(opened)
  assert.match(ops.got[0]?.body.toString() ?? '', /This is a test/)
  assert.equal((await view(auditor)).recent[0]?.end.kind, 'delivered')
})

test('a browser is one person’s own; its endpoint is shown to nobody', async (t) => {
  const opened = await open(t)
  const { host, owner } = opened
  const auditor = await opened.person('eve', ['auditor'])
  const [subscribe, unsubscribe] = ['subscribe', 'unsubscribe'].map(
    (what) => `/api/notifications/push/${what}`,
  ) as [string, string]
  const evil = createTestBrowser('https://evil.example/push').subscription
  assert.equal((await auditor.post(subscribe, { subscription: evil })).code, 'push-refused')
  const metadata = createTestBrowser('http://127.0.0.1:7401/api/stop').subscription
  assert.equal((await auditor.post(subscribe, { subscription: metadata })).code, 'push-refused')
  assert.equal((await auditor.post(subscribe, { subscription: {} })).status, 400)

  const { subscription } = createTestBrowser('https://fcm.googleapis.com/fcm/send/capability')
  const done = await auditor.post(subscribe, { subscription })
  assert.equal(done.status, 200)
  assert.equal((await auditor.post(subscribe, { subscription })).status, 409)
  const digest = String(done.json['subscription'])
  assert.deepEqual((await view(auditor)).push?.mine, [digest])
  assert.deepEqual((await view(owner)).push?.mine, [])
  assert.equal((await owner.post(unsubscribe, { subscription: digest })).status, 409)
  for (const client of [owner, auditor]) {
    const { text } = await client.get('/api/notifications')
    assert.ok(!text.includes('fcm.googleapis') && !text.includes('capability'))
  }
  assert.equal((await auditor.post(unsubscribe, { subscription: digest })).status, 200)
  assert.deepEqual(host.world.store.pushSubscriptions(), [])
  assert.deepEqual(host.faults, [])
})

test('a link carries nothing but the hold’s id, and opening it decides nothing', async (t) => {
  const opened = await open(t)
  const { host, ops, owner } = opened
  const { hold } = await host.world.arrive()
  await settled(opened)
  const { data } = JSON.parse(ops.got[0]?.body.toString() ?? '{}') as { data: { link: string } }
  const link = new URL(data.link)
  assert.equal(link.pathname, `/holds/${hold}`)
  assert.equal(link.search + link.hash + link.username, '')
  const { host: name } = link
  for (const headers of [{ host: name }, { ...owner.headers }]) {
    for (const method of ['GET', 'HEAD']) {
      assert.equal((await http(host.port, link.pathname, { method, headers })).status, 200)
    }
  }
  assert.notEqual((await http(host.port, link.pathname, { method: 'POST' })).status, 200)
  assert.equal(host.world.store.hold(hold)?.state.kind, 'waiting')
})

test('a stranger, a lease and another site learn nothing and tell nobody', async (t) => {
  const { host, owner } = await open(t)
  const base = { host: new URL(host.origin).host }
  assert.equal((await http(host.port, '/api/notifications', { headers: base })).status, 401)
  const cross = await owner.post(
    '/api/notifications/test',
    { channel: 'ops' },
    { origin: 'https://evil.example' },
  )
  assert.equal(cross.status, 403)
})
