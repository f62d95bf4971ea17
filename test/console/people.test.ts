// The people page in a real browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { PersonName } from '../../src/domain/names.ts'
import { assertAccessible } from './axe.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host, Visitor } from './host.ts'

const options = inBrowser
const browser = oneBrowser()

/** ann has enrolled with the code from the terminal. */
async function open(t: TestContext): Promise<Visitor & Readonly<{ host: Host }>> {
  const host = await openHost()
  const visitor = await visit(browser())
  t.after(async () => {
    await visitor.context.close()
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { code } = await host.world.people.openEnrolment({
    person: 'ann' as PersonName,
    roles: ['owner'],
  })
  await enrol(visitor.page, host, code)
  return { ...visitor, host }
}

async function enrol(page: Page, host: Host, code: string): Promise<void> {
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByRole('heading', { name: 'People' }).waitFor()
}

async function another(t: TestContext): Promise<Visitor> {
  const visitor = await visit(browser())
  t.after(() => visitor.context.close())
  return visitor
}

test('an auditor is invited, adds a passkey, and has one revoked at once', options, async (t) => {
  const { host, page, complaints } = await open(t)
  await page.getByText(/no owner could sign in any more/).waitFor()
  await page.getByLabel(/^Name/).fill('otto')
  await page.getByRole('radio', { name: /Auditor/ }).check()
  await page.getByRole('button', { name: /^Invite/ }).click()
  const code = await page.getByText(/^hpe_/).innerText()
  await page.getByRole('heading', { name: 'Open invitations' }).waitFor()
  await assertAccessible(page)

  const otto = await another(t)
  await enrol(otto.page, host, code)
  assert.equal(await otto.page.getByRole('button', { name: /^Invite/ }).count(), 0)
  assert.equal(await otto.page.getByRole('button', { name: /Revoke Passkey 1 of ann/ }).count(), 0)
  await otto.page.getByRole('button', { name: /Add a passkey/ }).click()
  const own = await otto.page.getByText(/^hpe_/).innerText()
  const telephone = await another(t)
  await enrol(telephone.page, host, own)
  await telephone.page.getByText('signed in with it').waitFor()
  await assertAccessible(telephone.page)

  await page.getByRole('button', { name: 'Revoke Passkey 2 of otto…' }).click()
  await page.getByText(/One browser that is signed in with it is signed out/).waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Revoke, with your passkey' }).click()
  await page.getByText(/^revoked /).waitFor()
  await telephone.page.reload()
  await telephone.page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await telephone.page.getByText(/was revoked; use another/).waitFor()
  await otto.page.reload()
  await otto.page.getByRole('heading', { name: 'People' }).waitFor()
  assert.deepEqual(complaints, [])
})

test('who revokes the passkey of this very page is signed out of it', options, async (t) => {
  const { host, page } = await open(t)
  await host.world.ledger.append({
    kind: 'enrolment-opened',
    enrolment: {
      person: 'zoe' as PersonName,
      roles: ['owner'],
      codeHash: '0'.repeat(64) as never,
      invitedBy: 'ann' as PersonName,
      expiresAt: '2099-01-01T00:00:00.000Z' as never,
    },
  })
  await page.getByText(/zoe/).waitFor()
  await page.getByRole('button', { name: /Add a passkey/ }).click()
  const code = await page.getByText(/^hpe_/).innerText()
  const second = await another(t)
  await enrol(second.page, host, code)
  await page.getByRole('button', { name: 'Revoke Passkey 1 of ann…' }).click()
  await page.getByText(/signed out at once/).waitFor()
  await page.getByRole('button', { name: 'Revoke, with your passkey' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
})

for (const [name, media] of Object.entries({
  'on a phone, dark': { width: 390, colorScheme: 'dark' },
  'on a wide screen, light': { width: 1400, colorScheme: 'light' },
} as const)) {
  test(`nothing of it runs off the page ${name}`, options, async (t) => {
    const { page } = await open(t)
    const { width, colorScheme } = media
    await page.setViewportSize({ width, height: 800 })
    await page.emulateMedia({ colorScheme })
    await page.getByRole('button', { name: /Add a passkey/ }).click()
    await page.getByText(/^hpe_/).waitFor()
    await assertAccessible(page)
    const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    assert.equal(await page.evaluate(over), 0)
    const folder = process.env['HOLDPOINT_SCREENSHOTS']
    if (folder !== undefined) await page.screenshot({ path: `${folder}/people-${width}.png` })
  })
}
