// The page of purges in a real browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { PurgeAsked, TrashItem } from '../../src/api/keeper.ts'
import { createPurges } from '../../src/api/purges.ts'
import type { Purges } from '../../src/api/purges.ts'
import type { PersonName, UpstreamName } from '../../src/domain/names.ts'
import { createClock } from '../../src/system/clock.ts'
import { systemRandom } from '../../src/system/random.ts'
import { assertAccessible } from './axe.ts'
import { hostile, shownOfHostile } from './hold-scenes.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'

const options = inBrowser
const browser = oneBrowser()

const item: TrashItem = {
  ...{ upstream: 'db' as UpstreamName, database: 'shop', action: 'req_1', decision: null },
  ...{ at: '2026-04-24T02:00:00.000Z', kind: 'rows', statement: `DELETE FROM users -- ${hostile}` },
  ...{ tables: [{ schema: 'public', name: hostile, rows: 1204 }], bytes: 1_204_000 },
  ...{ expiresAt: null, undoneAt: null },
}

interface Scene {
  readonly page: Page
  readonly purges: Purges
  readonly purged: readonly PurgeAsked[]
  readonly origin: string
}

async function open(t: TestContext, width = 1200): Promise<Scene> {
  const clock = createClock(null)
  const purged: PurgeAsked[] = []
  const made: Purges[] = []
  const host = await openHost({
    clock,
    purges: ({ store, passkeys, site }) => {
      const purge = (asked: PurgeAsked) => {
        purged.push(asked)
        return Promise.resolve({ purged: true, bytes: 9, because: [] })
      }
      const parts = { store, passkeys, rpId: site.rpId, minutes: 60, clock, random: systemRandom }
      const purges = createPurges({ ...parts, keeper: { purge } })
      made.push(purges)
      return purges
    },
  })
  const context = { viewport: { width, height: 800 } }
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
  const [purges] = made
  assert.ok(purges !== undefined)
  return { page, purges, purged, origin: host.origin }
}

test('what waits is among the pages, and is destroyed by a passkey alone', options, async (t) => {
  const { page, purges, purged } = await open(t)
  assert.equal(await page.getByRole('link', { name: /^Purges/ }).count(), 0)
  purges.ask(item, 'operator' as PersonName)
  await page.reload()
  await page.getByRole('link', { name: 'Purges (1)' }).click()
  await page.getByRole('button', { name: 'Destroy it, with passkey' }).waitFor()
  const text = await page.getByRole('main').innerText()
  for (const words of ['db/shop', '1.2 MB', '1,204', 'operator, as they say', ...shownOfHostile]) {
    assert.ok(text.includes(words), words)
  }
  assert.equal(await page.locator('main script, main img').count(), 0)
  await assertAccessible(page)
  assert.deepEqual(purged, [])
  await page.getByRole('button', { name: 'Destroy it, with passkey' }).click()
  await page.getByText('It is purged.').waitFor()
  assert.equal(purged.length, 1)
  await page.getByText('Nothing waits.').waitFor()
})

test('keeping it purges nothing; the page fits a phone', options, async (t) => {
  const { page, purges, purged, origin } = await open(t, 360)
  purges.ask(item, 'operator' as PersonName)
  await page.goto(`${origin}/purges`)
  await page.getByRole('button', { name: 'Keep it, with passkey' }).waitFor()
  const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  assert.equal(await page.evaluate(over), 0)
  await page.getByRole('button', { name: 'Keep it, with passkey' }).click()
  await page.getByText('It stays where it is.').waitFor()
  assert.deepEqual([purged, purges.waiting()], [[], []])
})
