// The page Now in a real browser.
import assert from 'node:assert/strict'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { AgentName, PersonName } from '../../src/domain/names.ts'
import { assertAccessible } from './axe.ts'
import { decide, decideMany, end } from './decided.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host, VisitOptions } from './host.ts'

const options = inBrowser

const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly complaints: readonly string[]
}

const alice = 'alice' as PersonName

async function open(
  t: TestContext,
  visiting: VisitOptions = {},
  prepare: (host: Host) => Promise<void> = () => Promise.resolve(),
  wire: Wire | null = null,
): Promise<Scene> {
  const host = await openHost(wire === null ? {} : { proxiedAs: wire.origin })
  wire?.join(host.port)
  const { page, context, complaints } = await visit(browser(), visiting)
  t.after(async () => {
    await context.close()
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  await prepare(host)
  const { code } = await host.world.people.openEnrolment({ person: alice, roles: ['owner'] })
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  await page.getByText('live', { exact: true }).waitFor()
  return { host, page, complaints }
}

const rows = '.action-rows > li'
const scroller = "document.querySelector('.actions')"

async function scrollTo(page: Page, top: string): Promise<void> {
  await page.evaluate(`${scroller}.scrollTo({ top: ${top} })`)
}

test('what agents do appears by itself, with its verdict and how it ended', options, async (t) => {
  const { host, page, complaints } = await open(t)
  const decision = await decide(host.world, { label: 'volume pg-data' })
  const row = page.locator(rows).first()
  await row.getByText('no outcome yet').waitFor()
  const text = await row.innerText()
  for (const words of ['allowed', 'cursor', 'delete', 'volume pg-data', 'PRODUCTION · critical']) {
    assert.ok(text.includes(words), `${words} in ${text}`)
  }
  await end(host.world, decision)
  await row.getByText('succeeded').waitFor()
  await decide(host.world, { verdict: 'deny', agent: null })
  await row.getByText('denied').waitFor()
  assert.match(await row.innerText(), /a stranger/)
  assert.match(await page.locator('.at-work-row').last().innerText(), /1 allowed/)
  const { hold } = await host.world.arrive()
  await page.getByRole('link', { name: /, hold$/ }).click()
  await page.waitForURL(`**/holds/${hold}`)
  assert.deepEqual(complaints, [])
})

test('the list stands still while somebody reads', options, async (t) => {
  const { host, page } = await open(t, {}, (host) => decideMany(host.world, 60))
  await page.locator(rows).first().waitFor()
  await scrollTo(page, '400')
  await page.waitForTimeout(100)
  await decideMany(host.world, 12, () => ({ label: 'volume later' }))
  const button = page.getByRole('button', { name: '12 new, show' })
  await button.waitFor()
  assert.equal(await page.evaluate(`${scroller}.scrollTop`), 400)
  assert.equal(await page.locator(rows, { hasText: 'volume later' }).count(), 0)
  await button.click()
  await page.locator(rows, { hasText: 'volume later' }).first().waitFor()
  assert.equal(await page.evaluate(`${scroller}.scrollTop`), 0)
})

test('by agent and by verdict; the address keeps it', options, async (t) => {
  const other = 'other' as AgentName
  const { host, page } = await open(t, {}, async ({ world }) => {
    await world.ledger.append({ kind: 'agent-added', agent: other, owner: alice })
    await decide(world, { verdict: 'deny', label: 'volume one' })
    await decide(world, { verdict: 'allow', label: 'volume two' })
    await decide(world, { agent: other, verdict: 'deny', label: 'volume three' })
  })
  await page.getByLabel('Verdict').selectOption({ label: 'denied' })
  await page.locator(rows, { hasText: 'volume two' }).waitFor({ state: 'detached' })
  await page.locator(rows).nth(1).waitFor()
  assert.equal(await page.locator(rows).count(), 2)
  await page.getByLabel('Agent', { exact: true }).selectOption('other')
  await page.locator(rows, { hasText: 'volume one' }).waitFor({ state: 'detached' })
  await decide(host.world, { verdict: 'deny', label: 'volume four' })
  await decide(host.world, { agent: other, verdict: 'deny', label: 'volume five' })
  await page.locator(rows, { hasText: 'volume five' }).waitFor()
  await page.locator(rows).nth(1).waitFor()
  assert.equal(await page.locator(rows).count(), 2)
  await page.reload()
  await page.locator(rows, { hasText: 'volume five' }).waitFor()
  await page.locator(rows).nth(1).waitFor()
  assert.equal(await page.locator(rows).count(), 2)
})

test('ten thousand actions are a few dozen rows', options, async (t) => {
  const { page, host } = await open(t, {}, (host) => decideMany(host.world, 300))
  await page.locator(rows).first().waitFor()
  for (let i = 0; i < 3; i++) {
    await scrollTo(page, `${scroller}.scrollHeight`)
    await page.waitForTimeout(300)
  }
  await page.getByText('All 300 actions are here.').waitFor()
  assert.ok((await page.locator(rows).count()) < 60)
  await scrollTo(page, '0')
  await decide(host.world, { label: 'volume newest' })
  await page.locator(rows, { hasText: 'volume newest' }).first().waitFor()
})

test('after a break nothing is missing and nothing is there twice', options, async (t) => {
  const wire = await openWire(t)
  const { host, page } = await open(t, {}, (host) => decideMany(host.world, 3), wire)
  const decision = await decide(host.world, { label: 'volume before' })
  await page.locator(rows, { hasText: 'volume before' }).waitFor()
  wire.cut()
  await page.getByText('not connected, trying again').waitFor()
  await decideMany(host.world, 5, (at) => ({ label: `volume away-${at}` }))
  await end(host.world, decision)
  wire.join(host.port)
  await page.locator(rows, { hasText: 'volume away-4' }).waitFor()
  await page.locator(rows, { hasText: 'volume before' }).getByText('succeeded').waitFor()
  await decide(host.world, { label: 'volume after' })
  await page.locator(rows, { hasText: 'volume after' }).waitFor()
  assert.equal(await page.locator(rows).count(), 10)
})

/** What lies between the browser and the console, and can be cut. */
interface Wire {
  readonly origin: string
  join(port: number): void
  cut(): void
}

async function openWire(t: TestContext): Promise<Wire> {
  let to: number | null = null
  const ends = new Set<Socket>()
  const server = createServer((near) => {
    if (to === null) {
      near.destroy()
      return
    }
    const far = connect(to, '127.0.0.1')
    for (const end of [near, far]) {
      ends.add(end)
      end.on('error', () => undefined)
      end.on('close', () => {
        ends.delete(end)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    to = null
    for (const end of ends) end.destroy()
  }
  t.after(() => {
    cut()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { origin: `http://localhost:${port}`, join: (port) => (to = port), cut }
}

test('a stop takes two steps, by keyboard alone', options, async (t) => {
  const { host, page, complaints } = await open(t)
  const focused = page.locator('button:focus', { hasText: 'Stop all agents…' })
  for (let i = 0; i < 40 && (await focused.count()) === 0; i++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('alertdialog', { name: 'Stop all agents?' })
  await dialog.waitFor()
  assert.match(await dialog.innerText(), /every open connection is cut/)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await focused.count(), 1, 'the focus is where it was')
  assert.deepEqual(host.world.store.killed(), [])
  await page.keyboard.press('Enter')
  await dialog.waitFor()
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  assert.deepEqual(host.world.store.killed(), [], 'the first button is to cancel')
  await page.keyboard.press('Enter')
  await dialog.waitFor()
  for (let i = 0; i < 5; i++) {
    const inside = "document.activeElement.closest('[data-base-ui-portal]') !== null"
    assert.ok(await page.evaluate(inside), 'the focus stays in the dialog')
    await page.keyboard.press('Tab')
    await page.waitForTimeout(50)
  }
  await dialog.getByRole('button', { name: 'Stop all agents now' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('All agents are stopped').waitFor()
  assert.deepEqual(
    host.world.store.killed().map(({ agent, by }) => [agent, by]),
    [[null, 'alice']],
  )
  assert.deepEqual(complaints, [])
})

test('one agent is stopped in its row, and starts again with a passkey', options, async (t) => {
  const { host, page } = await open(t)
  await decide(host.world)
  await page.getByRole('button', { name: 'Stop the agent cursor…' }).click()
  await page.getByRole('button', { name: 'Stop this agent now' }).click()
  await page.locator('.stopped .danger-note').waitFor()
  assert.equal(host.world.store.killed()[0]?.agent, 'cursor')
  await page.getByRole('button', { name: 'Let it start again, with passkey' }).click()
  await page.getByText('no agent is stopped or frozen').waitFor()
  assert.deepEqual(host.world.store.killed(), [])
})

test('an auditor is offered no stop', options, async (t) => {
  const { host, page } = await open(t)
  const code = await inviteAuditor(page)
  const { page: other, context } = await visit(browser())
  t.after(() => context.close())
  await other.goto(`${host.origin}/enrol#${code}`)
  await other.getByRole('button', { name: 'Make a passkey' }).click()
  await other.getByText('live', { exact: true }).waitFor()
  await decide(host.world)
  await other.locator('.at-work-row').waitFor()
  assert.equal(await other.getByRole('button', { name: /Stop/ }).count(), 0)
})

async function inviteAuditor(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByLabel(/^Name/).fill('ida')
  await page.getByRole('radio', { name: /[Aa]uditor/ }).check()
  await page.getByRole('button', { name: /Invite/ }).click()
  return page.getByText(/^hpe_/).innerText()
}

test('what agents write does nothing and passes for nothing here', options, async (t) => {
  const script = '<img src=x onerror="document.title=1"><script>document.title=1</script>'
  const mimic = 'denied · Nothing waits. All agents are stopped \u202eyb'
  const everyone = 'all-agents' as AgentName
  const { host, page, complaints } = await open(t)
  const { world } = host
  await world.ledger.append({ kind: 'agent-added', agent: everyone, owner: alice })
  await decide(world, { agent: everyone, label: script })
  await decide(world, { agent: everyone, label: mimic })
  await page.locator(rows, { hasText: '⟨U+202E⟩' }).waitFor()
  assert.equal(await page.title(), 'Holdpoint')
  assert.equal(await page.locator('main script, main img').count(), 0)
  const row = page.locator(rows).first()
  assert.equal(await row.locator('.verdict').innerText(), 'allowed')
  const outside = await page.evaluate<string>(ownWords)
  assert.match(outside, /allowed.*wants to delete/)
  assert.ok(!/stopped|Nothing waits|denied/.test(outside), outside)
  // An agent of that name is one agent, and is set apart as a name.
  await page.getByRole('button', { name: 'Stop the agent all-agents…' }).click()
  const title = page.getByRole('alertdialog').locator('.dialog-title')
  assert.equal(await title.locator('.name').innerText(), 'all-agents')
  await page.getByRole('button', { name: 'Stop this agent now' }).click()
  await page.locator('.stopped .danger-note').waitFor()
  assert.deepEqual(
    world.store.killed().map(({ agent }) => agent),
    ['all-agents'],
  )
  assert.deepEqual(complaints, [])
})

/** What the first row says beside the names that others chose. Runs in the browser. */
const ownWords = `(() => {
  const copy = document.querySelector('${rows}').cloneNode(true)
  for (const name of copy.querySelectorAll('.name')) name.remove()
  return copy.textContent
})()`

for (const [name, context] of Object.entries({
  'on a phone, dark': { viewport: { width: 390, height: 800 }, colorScheme: 'dark' },
  'on a wide screen, light': { viewport: { width: 1400, height: 900 }, colorScheme: 'light' },
} as const)) {
  test(`Now is accessible, and nothing runs off the page, ${name}`, options, async (t) => {
    const { page, host } = await open(t, { context })
    await decide(host.world, { label: `volume ${'y'.repeat(300)}` })
    await decide(host.world, { label: 'volume two', verdict: 'deny' })
    await page.locator(rows).nth(1).waitFor()
    const width = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    assert.equal(await page.evaluate(width), 0)
    await assertAccessible(page)
    const file = process.env['HOLDPOINT_NOW_PICTURES']
    if (file !== undefined) await page.screenshot({ path: `${file}-${context.colorScheme}.png` })
    await page.getByRole('button', { name: 'Stop all agents…' }).click()
    await page.getByRole('alertdialog').waitFor()
    assert.equal(await page.evaluate(width), 0)
    await assertAccessible(page)
    if (file !== undefined)
      await page.screenshot({ path: `${file}-${context.colorScheme}-stop.png` })
  })
}
