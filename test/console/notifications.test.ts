// The page of who is told, in a real browser.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import type { PersonName } from '../../src/domain/names.ts'
import { openDesk } from '../notify/desk.ts'
import type { Desk } from '../notify/desk.ts'
import { openReceiver, signingSecret, status } from '../notify/receivers.ts'
import { assertAccessible } from './axe.ts'
import { noBrowser, openBrowser, openHost, visit } from './host.ts'
import { volumeImpact } from './world.ts'

/** where a person who works on the page looks at it; none for tests */
const pictures = process.env['HOLDPOINT_PICTURES']

test('the page says who is told, in words', { skip: noBrowser ?? false }, async (t) => {
  const ops = await openReceiver(t)
  ops.answer(status(404))
  const notify = {
    channels: {
      'on-call': { kind: 'webhook', url: 'ops-url', secret: 'signing', person: 'alice' },
      chat: { kind: 'slack', url: 'chat-url' },
      browsers: { kind: 'web-push', contact: 'ops@example.com' },
    },
    on: { held: ['on-call'] },
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
  const browser = await openBrowser()
  t.after(async () => {
    await browser.close()
    await desk.close()
    await host.close()
  })
  const person = 'alice' as PersonName
  const { code } = await host.world.people.openEnrolment({ person, roles: ['owner'] })
  const context = { permissions: ['notifications'] }
  const { page, complaints } = await visit(browser, { context })
  await page.goto(`${host.origin}/enrol`)
  await page.getByLabel(/code/i).fill(code)
  await page.getByRole('button', { name: /passkey/i }).click()
  await page.getByRole('link', { name: 'People', exact: true }).click()
  await page.getByRole('link', { name: 'Who is told, and how' }).click()
  await page.getByRole('heading', { name: 'Notifications' }).waitFor()

  const label = '<img src=x onerror=alert(1)> \u202eeverything is fine'
  const { hold } = await host.world.arrive({ impacts: [volumeImpact(label)] })
  await page.getByText('A hold waits, and nobody could be told.').waitFor()
  await page.getByText('The last message did not arrive').first().waitFor()
  await page.getByText('is not in the vault').waitFor()
  assert.equal(await page.locator('img[src="x"]').count(), 0)
  await assertAccessible(page)
  await picture(page, 'notifications-light')
  await page.emulateMedia({ colorScheme: 'dark' })
  await assertAccessible(page)
  await picture(page, 'notifications-dark')
  await page.setViewportSize({ width: 390, height: 844 })
  await picture(page, 'notifications-phone')
  const wide = await page.evaluate('document.documentElement.scrollWidth')
  assert.ok(Number(wide) <= 390)

  ops.answer(status(204))
  await page.locator('li', { hasText: 'on-call' }).getByRole('button').click()
  await page.getByText('The last message arrived').waitFor()
  await page.getByText('on-call was told at once, that this is a test').waitFor()

  // No other worker can be made, and ours is registered; this Chromium has no push service.
  await page.getByRole('button', { name: 'Tell this browser' }).click()
  await page.getByText('push service cannot be reached').waitFor()
  const worker = await page.evaluate(
    `navigator.serviceWorker.getRegistration().then(({ active }) => active.scriptURL)`,
  )
  assert.equal(worker, `${host.origin}/push-worker.js`)
  const other = await page.evaluate(
    `navigator.serviceWorker.register('/assets/other.js').then(() => 'made', ({ name }) => name)`,
  )
  assert.equal(other, 'TypeError')
  assert.deepEqual(
    complaints.filter(
      (one) => !/TrustedScriptURL|push service|Push API|Registration failed/.test(one),
    ),
    [],
  )
  assert.equal(host.world.store.hold(hold)?.state.kind, 'waiting')
})

async function picture(
  page: { screenshot(options: { path: string; fullPage: boolean }): Promise<unknown> },
  name: string,
): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}
