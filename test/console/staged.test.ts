// Pages that show what a whole gate knows, on the staged world: a real gate over a real provider's
// double, in a real browser.
import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'

import { codeOf, sendDelete } from '../../src/cli/demo-agent.ts'
import { stop, up } from '../scenarios/processes.ts'
import type { Staged } from '../scenarios/world.ts'
import { assertAccessible } from './axe.ts'
import { noBrowser, openBrowser, visit } from './host.ts'

const options = noBrowser === null ? {} : { skip: noBrowser }

interface Stage {
  readonly folder: string
  readonly child: ChildProcess
  readonly staged: Staged
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: readonly string[]
}

let stage: Stage | null = null

before(async () => {
  if (noBrowser !== null) return
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-console-'))
  const { first, child } = await up([], folder)
  const staged = first as Staged
  const browser = await openBrowser()
  const { page, context, complaints } = await visit(browser)
  stage = { folder, child, staged, browser, context, page, complaints }
  await page.goto(`${staged.console}/enrol#${staged.enrolment.code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  await sendDelete(`http://${staged.agents}/railway/graphql/v2`, staged.lease, staged.volume)
  await page
    .getByRole('link', { name: /cursor wants to delete/ })
    .first()
    .waitFor()
})

after(async () => {
  if (stage === null) return
  await stage.browser.close()
  await stop(stage.child)
  rmSync(stage.folder, { recursive: true, force: true })
})

function onStage(): Stage {
  assert.ok(stage !== null)
  return stage
}

async function textOf(page: Page): Promise<string> {
  return page.getByRole('main').innerText()
}

test(
  'environments: what is shared, and which backups are inside, before it happens',
  options,
  async () => {
    const { page } = onStage()
    await page.getByRole('link', { name: 'Environments' }).click()
    await page.getByRole('heading', { name: 'Shared by several environments' }).waitFor()
    const shared = page.locator('section', { hasText: 'Shared by several environments' }).last()
    await shared.getByText('volume pg-data').first().waitFor()
    const text = await textOf(page)
    for (const words of [
      'pocketos/production',
      'Backups that live inside what they protect',
      'backups inside, none elsewhere',
      'as the rule */production says',
      'Everything in it, as a list',
    ]) {
      assert.ok(text.includes(words), words)
    }
    assert.ok(!text.includes('To be classified'), 'everything has a rule in the staged world')
    await assertAccessible(page)
  },
)

test('environments: one alone, on the map and in the list', options, async () => {
  const { page } = onStage()
  await page.goto(`${onStage().staged.console}/environments`)
  await page.getByLabel('Show').selectOption({ label: 'pocketos/staging · standard' })
  const list = page.getByRole('region', { name: 'Everything in it' })
  await list.getByRole('row').nth(1).waitFor()
  const rows = await list.getByRole('row').allInnerTexts()
  assert.ok(rows.length > 3)
  assert.ok(
    rows.slice(1).every((row) => row.includes('pocketos/staging')),
    rows.join('\n'),
  )
})

test(
  'ledger: verified in the browser, searched, an entry proven and taken home',
  options,
  async () => {
    const { page, complaints } = onStage()
    await page.getByRole('link', { name: 'Ledger' }).click()
    await page.getByText('Verified in this browser:').first().waitFor()
    await page.getByLabel('Kind').selectOption({ label: 'Holds and answers' })
    await page.getByRole('button', { name: 'Search' }).click()
    await page.getByRole('button', { name: /held as hold_/ }).click()
    await page
      .getByText(/hashes lead from this text to the signed root/)
      .waitFor({ timeout: 15_000 })
    await page.getByRole('button', { name: 'Check every entry here' }).click()
    await page.getByText(/All \d+ entries lead to the root that is signed/).waitFor()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Its proof' }).click(),
    ])
    assert.match(saved.suggestedFilename(), /^holdpoint-entry-\d+\.tlog-proof$/)
    const proof = readFileSync(await saved.path(), 'utf8')
    assert.match(proof, /^c2sp\.org\/tlog-proof@v1\nindex \d+\n/)
    await assertAccessible(page)
    assert.deepEqual(complaints, [])
  },
)

test(
  'ledger: entries altered on their way are told, and so is a ledger begun anew',
  options,
  async () => {
    const { page, context, staged } = onStage()
    const altering = await context.newPage()
    await altering.route('**/ledger/tile/entries/**', async (route) => {
      const answer = await route.fetch()
      const body = Buffer.from(
        (await answer.body()).toString('latin1').replace('cursor', 'cursed'),
        'latin1',
      )
      await route.fulfill({ response: answer, body })
    })
    await altering.goto(`${staged.console}/ledger`)
    await altering.getByRole('button', { name: 'Check every entry here' }).click()
    await altering.getByText('the entries do not lead to the root that is signed').waitFor()
    await altering.close()
    await page.evaluate(`{
    const kept = JSON.parse(localStorage.getItem('holdpoint-ledger'))
    localStorage.setItem('holdpoint-ledger', JSON.stringify({ ...kept, size: kept.size + 100000 }))
  }`)
    await page.reload()
    await page.getByText('This ledger is not verified:').waitFor()
    await page.getByRole('button', { name: /forget what this browser saw/ }).click()
    await page.getByText('Verified in this browser:').first().waitFor()
  },
)

test(
  'released in the browser, the very request passes once, and leaves its whole story',
  options,
  async () => {
    const { page, staged, complaints } = onStage()
    const gate = `http://${staged.agents}/railway/graphql/v2`
    const send = (): ReturnType<typeof sendDelete> => sendDelete(gate, staged.lease, staged.volume)
    assert.equal(codeOf(await send()), 'HOLDPOINT_HELD', 'nothing passes before')
    await page.goto(staged.console)
    await page
      .getByRole('link', { name: /cursor wants to delete/ })
      .first()
      .click()
    await page.getByText('backups that survive').first().waitFor()
    await page.getByText('What has happened').scrollIntoViewIfNeeded()
    await page.getByRole('button', { name: 'Release once, with passkey' }).click()
    await page.getByText('released by you').first().waitFor()
    const passed = await send()
    assert.deepEqual(JSON.parse(passed.body), { data: { volumeDelete: true } })
    assert.match(codeOf(await send()), /^HOLDPOINT_/, 'and not a second time')
    await page.getByRole('link', { name: 'Tell it from the beginning' }).click()
    for (const words of ['independent-backup', 'released', 'succeeded']) {
      await page.getByRole('main').getByText(words).locator('visible=true').first().waitFor()
    }
    assert.deepEqual(complaints, [])
  },
)
