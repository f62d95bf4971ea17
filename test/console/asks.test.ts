// The page of what agents ask, in a real browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { AskWords, Wants } from '../../src/domain/ask.ts'
import type { PersonName } from '../../src/domain/names.ts'
import { createClock } from '../../src/system/clock.ts'
import { assertAccessible } from './axe.ts'
import { hostile, shownOfHostile } from './hold-scenes.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { World } from './world.ts'

const options = inBrowser
const browser = oneBrowser()

const access: Wants = {
  kind: 'access',
  scopes: [
    { effects: ['write'], environments: ['pocketos/production'], resources: ['railway:service/*'] },
  ],
  egress: [],
  minutes: 30,
}

const why: AskWords = {
  reason: `the migration has to run in production; ${hostile}`,
  ...{ tried: [], intends: null },
}

const stuck: AskWords = {
  reason: `the password in .env does not fit; ${hostile}`,
  tried: ['reading the docs', hostile],
  intends: 'delete the volume and make a new one',
}

interface Scene {
  readonly page: Page
  readonly world: World
  readonly origin: string
}

async function open(t: TestContext, width = 1200): Promise<Scene> {
  const host = await openHost({ clock: createClock(null) })
  const context = { viewport: { width, height: 900 } }
  const { page, context: visited, complaints } = await visit(browser(), { context })
  t.after(async () => {
    await visited.close()
    await host.close()
    assert.deepEqual(host.faults, [])
    assert.deepEqual(complaints, [])
  })
  const alice = 'alice' as PersonName
  const { code } = await host.world.people.openEnrolment({ person: alice, roles: ['owner'] })
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  return { page, world: host.world, origin: host.origin }
}

test(
  'an agent asks, the page says so by itself, and a passkey widens its mandate',
  options,
  async (t) => {
    const { page, world } = await open(t)
    assert.equal(await page.getByRole('link', { name: /^Asks/ }).count(), 0)
    const ask = await world.asks.open(world.standing, access, why)
    await page.getByRole('link', { name: 'Asks (1)' }).click()
    await page.getByRole('heading', { name: /asks for more than its mandate/ }).waitFor()
    const text = await page.getByRole('main').innerText()
    const words = [
      'fix the staging database credentials',
      'write in pocketos/production',
      'UNKNOWN ENVIRONMENT',
    ]
    for (const word of [...words, ...shownOfHostile]) assert.ok(text.includes(word), word)
    assert.equal(await page.locator('main script, main img').count(), 0)
    await assertAccessible(page)
    await page.getByLabel(/For how many minutes/).fill('5')
    await page.getByRole('button', { name: 'Allow it for 5 minutes, with passkey' }).click()
    await page.getByText('No agent waits for an answer').waitFor()
    const state = world.asks.record(ask.id)?.state
    assert.ok(state?.kind === 'granted')
    const granted = world.store.mandate(state.mandate)?.mandate
    assert.ok(granted !== undefined)
    assert.equal(Date.parse(granted.expiresAt) - Date.parse(granted.grantedAt), 5 * 60_000)
    const link = page.getByRole('link', { name: /^Asks/ })
    await link.waitFor({ state: 'detached' })
  },
)

test('an agent that is stuck is told what to do, by the keyboard alone', options, async (t) => {
  const { page, world, origin } = await open(t)
  const ask = await world.asks.open(world.standing, { kind: 'help' }, stuck)
  await page.goto(`${origin}/asks`)
  await page.getByText('What it would do next').waitFor()
  assert.equal(await page.getByRole('button', { name: /Allow/ }).count(), 0)
  await page.getByLabel('What should the agent do?').focus()
  await page.keyboard.type('leave the volume; the password is in the vault')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('Answered, or too late').waitFor()
  const note = 'leave the volume; the password is in the vault'
  assert.deepEqual(world.asks.record(ask.id)?.state, { kind: 'told', by: 'alice', note })
})

test('on a phone, in the dark, nothing is cut off', options, async (t) => {
  const { page, world, origin } = await open(t, 390)
  await page.emulateMedia({ colorScheme: 'dark' })
  await world.asks.open(world.standing, access, why)
  await world.asks.open(world.standing, { kind: 'help' }, stuck)
  await page.goto(`${origin}/asks`)
  await page.getByRole('heading', { name: /says that it is stuck/ }).waitFor()
  const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  assert.equal(await page.evaluate(over), 0)
  await assertAccessible(page)
})
