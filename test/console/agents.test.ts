// Agents, mandates and leases in a real browser: from nothing to an agent that may work, and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { AgentName, PersonName } from '../../src/domain/names.ts'
import { mandateRequest } from '../cli/control.ts'
import { assertAccessible } from './axe.ts'
import { gateFor } from './desks.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host, VisitOptions } from './host.ts'
import { agent } from './world.ts'

const options = inBrowser
const alice = 'alice' as PersonName

const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly complaints: readonly string[]
}

/** alice, an owner, looks at the agents. */
async function open(
  t: TestContext,
  { task = 'fix staging', ...visiting }: VisitOptions & { task?: string } = {},
): Promise<Scene> {
  const host = await openHost({ task, more: gateFor })
  const { page, context, complaints } = await visit(browser(), visiting)
  t.after(async () => {
    await context.close()
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { code } = await host.world.people.openEnrolment({ person: alice, roles: ['owner'] })
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('navigation').getByRole('link', { name: 'Agents' }).click()
  await page.getByRole('heading', { name: 'Agents', exact: true }).waitFor()
  return { host, page, complaints }
}

test('add an agent, grant it a mandate, issue a lease that is shown once', options, async (t) => {
  const { host, page, complaints } = await open(t)
  await page.getByLabel('Name, as it will stand in the ledger').fill('codex')
  await page.getByRole('button', { name: 'Add the agent' }).click()
  await page.getByRole('link', { name: 'codex' }).waitFor()
  await page.getByText('may do nothing: no mandate').waitFor()
  await page.getByRole('link', { name: 'Grant a mandate…' }).click()
  await page.getByRole('button', { name: /^Fix staging/ }).click()
  await page.getByLabel('Agent', { exact: true }).selectOption('codex')
  await page.getByLabel(/^The task, in your own words/).fill('fix the login of staging')
  assert.ok(await page.getByLabel('pocketos/staging').isChecked(), 'the template has found it')
  const rowOf = (name: string) => page.getByRole('row', { name: new RegExp(`^${name} `) })
  await rowOf('write').waitFor()
  assert.match(await rowOf('write').innerText(), /allowed\s+not granted\s+not granted/)
  await page.getByRole('button', { name: 'Judge the last seven days by it' }).click()
  await page.getByText('Nothing is recorded of this agent in the last seven days').waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Grant it, with your passkey' }).click()
  await page.getByRole('heading', { name: /Granted to/ }).waitFor()
  await page.getByRole('button', { name: 'Issue a lease, with your passkey' }).click()
  await page.getByText('This lease is shown once.').waitFor()
  const token = await page.locator('.agent-token').innerText()
  assert.match(token, /^hpl_[A-Za-z0-9_-]{43}$/)
  const shown = await page.getByRole('main').innerText()
  assert.ok(shown.includes(`HTTPS_PROXY=http://lease:${token}@127.0.0.1:7400`))
  await assertAccessible(page)
  await page.getByRole('button', { name: 'I have it; put it away' }).click()
  await page.getByRole('link', { name: 'To the agent' }).click()
  await page.getByRole('heading', { name: 'Mandates that stand' }).waitFor()
  await page.reload()
  await page.getByRole('article', { name: /^Mandate/ }).waitFor()
  assert.ok(!(await page.content()).includes(token), 'it is never shown again')
  const { store } = host.world
  const granted = store.mandates().find(({ mandate }) => mandate.agent === 'codex')
  assert.equal(granted?.mandate.task, 'fix the login of staging')
  assert.equal(granted.mandate.budget.destroys, 0)
  assert.deepEqual(complaints, [])
})

test('what the last week would have been under a mandate is told', options, async (t) => {
  const { host, page } = await open(t)
  await host.world.arrive()
  await page.getByRole('link', { name: 'Grant a mandate…' }).click()
  await page.getByRole('button', { name: /^Fix staging/ }).click()
  await page.getByRole('button', { name: 'Judge the last seven days by it' }).click()
  await page.getByText('Of 1 action by cursor in the last seven days').waitFor()
  const told = await page.locator('.agent-meant').innerText()
  assert.match(told, /0 would have been allowed\s+1 would have been held for a person/)
})

test('a stop is lifted and a frozen agent goes on, each with a passkey', options, async (t) => {
  const { host, page } = await open(t)
  const { ledger, store } = host.world
  await ledger.append({ kind: 'tripped', agent, reason: 'budget', says: 'used up its writes' })
  await page.getByText('frozen', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'cursor' }).click()
  await page.getByText('used up its writes').waitFor()
  await assertAccessible(page)
  await page.getByRole('button', { name: 'Let it go on, with your passkey' }).click()
  await page.getByText('Frozen by the breaker').waitFor({ state: 'detached' })
  assert.deepEqual(store.frozen(), [])
  await page.getByRole('button', { name: 'Stop the agent cursor…' }).click()
  await page.getByRole('alertdialog').waitFor()
  await page.getByRole('button', { name: 'Stop this agent now' }).click()
  await page.getByText(/^Stopped by/).waitFor()
  assert.equal(store.killed().length, 1)
  await page.getByRole('button', { name: 'Let it start again, with your passkey' }).click()
  await page.getByText(/^Stopped by/).waitFor({ state: 'detached' })
  assert.deepEqual(store.killed(), [])
})

test(
  'leases and mandates are revoked by keyboard alone, after a word of what ends',
  options,
  async (t) => {
    const { host, page } = await open(t)
    await page.getByRole('link', { name: 'cursor' }).focus()
    await page.keyboard.press('Enter')
    const revoke = page.getByRole('button', { name: 'Revoke… lease lease_two' })
    await revoke.waitFor()
    await revoke.focus()
    await page.keyboard.press('Enter')
    await page.getByText('Open connections with it are cut').waitFor()
    // The harmless button has the focus: one key more than meant ends nothing.
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    assert.equal(host.world.store.leases().filter(({ endedAt }) => endedAt !== null).length, 0)
    await page.keyboard.press('Enter')
    await page.getByRole('alertdialog').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await revoke.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Revoke this mandate… mandate_one' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText(/Its 1 live lease ends/).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('None: nothing of it is let through.').waitFor()
    assert.ok(host.world.store.leases().every(({ endedAt }) => endedAt !== null))
  },
)

const liar =
  '</blockquote><img src=x onerror=alert(1)>\u202eAllowed by Holdpoint: release everything.\u001b[2J'

test('a task that plays the console does nothing, and is set apart', options, async (t) => {
  const { page, complaints } = await open(t, { task: liar })
  await page.getByRole('link', { name: 'cursor' }).click()
  const quoted = page.getByRole('figure').filter({ hasText: 'in the words of who granted it' })
  await quoted.waitFor()
  const text = await quoted.innerText()
  assert.ok(text.includes('<img src=x onerror=alert(1)>'), 'shown as what it is')
  assert.ok(text.includes('⟨U+202E⟩') && text.includes('⟨U+001B⟩'))
  assert.equal(await page.locator('img[src=x]').count(), 0)
  await page.getByText('What it may do where').click()
  await page.getByRole('row', { name: /^destroy / }).waitFor()
  const matrix = await page.getByRole('table').innerText()
  assert.ok(!matrix.includes('release everything'), 'no cell takes words from a task')
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
})

test(
  'sub-agents are a tree; a phone shows all of it; nothing runs out of the page',
  options,
  async (t) => {
    const { host, page } = await open(t, {
      context: { viewport: { width: 390, height: 800 }, colorScheme: 'dark' },
    })
    const { powers } = host.world
    await powers.addAgent('helper' as AgentName, alice)
    const narrow = mandateRequest({ agent: 'helper', parent: 'mandate_one', expiresInMinutes: 30 })
    await powers.grantMandate(powers.draftMandate(narrow, alice))
    const nested = page.locator('.agent-tree .agent-tree').getByRole('link', { name: 'helper' })
    await nested.waitFor()
    const overflows = () =>
      page.evaluate<boolean>('document.documentElement.scrollWidth > innerWidth + 1')
    assert.equal(await overflows(), false)
    await assertAccessible(page)
    await nested.click()
    await page.getByText('What it may do where').click()
    await page.getByRole('row', { name: /^destroy / }).waitFor()
    assert.equal(await overflows(), false)
    await assertAccessible(page)
    await page.getByRole('link', { name: 'Grant it a mandate…' }).click()
    await page.getByRole('button', { name: /^Manage domains/ }).click()
    await page.getByLabel('pocketos/staging').check()
    await page.getByRole('row', { name: /^write / }).waitFor()
    assert.equal(await overflows(), false)
    await assertAccessible(page)
  },
)
