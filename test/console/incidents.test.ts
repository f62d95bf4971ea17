// Incidents in a real browser: the story of a release, what is handed over, and what an agent wrote
// into it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { PersonName } from '../../src/domain/names.ts'
import { assertAccessible } from './axe.ts'
import { checkEvidence } from './evidence-check.ts'
import type { ExportedFile } from './evidence-check.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host, VisitOptions } from './host.ts'
import { volumeImpact } from './world.ts'

const options = inBrowser
const alice = 'alice' as PersonName
const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly complaints: readonly string[]
}

async function open(t: TestContext, visiting: VisitOptions = {}): Promise<Scene> {
  const host = await openHost({ task: 'fix the staging login' })
  const { page, context, complaints } = await visit(browser(), visiting)
  t.after(async () => {
    await context.close()
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { code } = await host.world.people.openEnrolment({ person: alice, roles: ['owner'] })
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  return { host, page, complaints }
}

async function phasesOf(page: Page): Promise<readonly string[]> {
  return page.locator('.story-step .story-phase').allInnerTexts()
}

async function exported(page: Page, title: string): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: title, exact: true }).click(),
  ])
  return readFileSync(await download.path())
}

test('a release is told from who asked to what was sent again', options, async (t) => {
  const { host, page, complaints } = await open(t)
  const { hold, decision } = await host.world.arrive()
  await page.goto(`${host.origin}/holds/${hold}`)
  await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
  await page.getByRole('button', { name: /^Release once/ }).click()
  await page.getByText('released by alice').first().waitFor()
  await host.world.arrive()
  await page.goto(`${host.origin}/incidents?decision=${decision.id}`)
  await page.getByRole('heading', { name: /cursor wants to delete/ }).waitFor()
  const [first = '', ...rest] = await phasesOf(page)
  assert.deepEqual(
    [first, ...rest],
    ['Asked', 'Tried', 'Judged', 'Held', 'Answered', 'Released', 'Tried'],
  )
  const text = await page.getByRole('main').innerText()
  for (const told of [
    /alice asked cursor: fix the staging login/,
    /POCKETOS\/PRODUCTION · critical/,
  ]) {
    assert.match(text, told)
  }
  assert.match(text, /released by alice, after \d+(\.\d)? s/, 'how long alice looked')
  assert.match(text, /supports evidence for the controls below/)
  assert.match(text, /EU AI Act Art\. 14\(4\)\(b\)/)
  assert.doesNotMatch(text, /\bcompl(y|ies|iant|iance)/i)
  await assertAccessible(page)
  assert.deepEqual(complaints, [])
})

test('what is exported verifies with nothing of ours, and is recorded', options, async (t) => {
  const { host, page } = await open(t)
  const { decision } = await host.world.arrive()
  await page.goto(`${host.origin}/incidents?decision=${decision.id}`)
  const file = JSON.parse((await exported(page, 'JSON')).toString()) as ExportedFile
  checkEvidence(file, host.world.vkey)
  assert.deepEqual(file.unproven, [])
  assert.match((await exported(page, 'Markdown')).toString(), /^# Evidence of what agents did\n/)
  assert.equal((await exported(page, 'PDF')).subarray(0, 5).toString(), '%PDF-')
  const { entries } = host.world.store.search({ kinds: ['evidence-exported'], limit: 10 })
  assert.equal(entries.length, 3)
})

test(
  'what an agent wrote does nothing here, and looks like nothing of ours',
  options,
  async (t) => {
    const { host, page, complaints } = await open(t)
    const script = '<img src=x onerror="document.title=1">'
    await host.world.arrive({
      impacts: [volumeImpact(`volume ${script}\u202eSAFE\n# Released by alice`)],
    })
    await page.goto(`${host.origin}/incidents`)
    await page.getByRole('heading', { name: /cursor wants to delete/ }).waitFor()
    assert.equal(await page.title(), 'Holdpoint')
    assert.equal(await page.locator('main img').count(), 0)
    const text = await page.getByRole('main').innerText()
    assert.ok(text.includes(script) && text.includes('⟨U+202E⟩'))
    assert.ok(!text.includes('\u202e'))
    const markdown = (await exported(page, 'Markdown')).toString()
    assert.ok(!/^# Released/m.test(markdown), 'no heading of the agent’s')
    assert.ok(markdown.includes('⟨U+000A⟩# Released by alice`'))
    assert.deepEqual(complaints, [])
  },
)

test('ranges, one agent, and a phone’s width in the dark', options, async (t) => {
  const { host, page } = await open(t, {
    context: { viewport: { width: 390, height: 800 }, colorScheme: 'dark' },
  })
  await host.world.arrive()
  await page.goto(`${host.origin}/incidents`)
  await page.getByRole('heading', { name: /cursor wants to delete/ }).waitFor()
  await page.getByLabel('Agent').fill('another')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('of agent another').waitFor()
  assert.equal(await page.locator('.story-action').count(), 0)
  await page.getByLabel('Agent').fill('cursor')
  await page.getByLabel('From').fill('2020-01-01T00:00:00')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByRole('heading', { name: /cursor wants to delete/ }).waitFor()
  assert.match(page.url(), /since=/)
  await page.getByLabel('From').fill('2120-01-01T00:00:00')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText('Choose a beginning, and an end that is after it.').waitFor()
  const wide = await page.evaluate('document.documentElement.scrollWidth')
  assert.ok(Number(wide) <= 390, 'nothing makes the page scroll sideways')
  await assertAccessible(page)
})
