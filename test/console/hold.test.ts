// The page of one hold, and of one plan, in a real browser: what a person grasps, how they answer,
// and what is marked about how they looked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { Attention } from '../../src/domain/fact.ts'
import type { HoldId, PersonName } from '../../src/domain/names.ts'
import { assertAccessible } from './axe.ts'
import { deletes, drops, hostile, shownOfHostile, sqlPayload, wideImpact } from './hold-scenes.ts'
import { inBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host, VisitOptions } from './host.ts'
import { volumeImpact } from './world.ts'
import type { Asked } from './world.ts'

const options = inBrowser

const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly complaints: readonly string[]
  /** a request is held, and its page opened */
  readonly hold: (asked?: Partial<Asked>) => Promise<HoldId>
}

interface SceneOptions extends VisitOptions {
  readonly task?: string
}

async function open(t: TestContext, how: SceneOptions = {}): Promise<Scene> {
  const host = await openHost({ task: how.task ?? 'fix the staging login' })
  const { page, context, complaints } = await visit(browser(), how)
  t.after(async () => {
    await context.close()
    await host.close()
    assert.deepEqual(host.faults, [])
    assert.deepEqual(complaints, [], 'nothing went against the policy of the page')
  })
  const alice = 'alice' as PersonName
  const { code } = await host.world.people.openEnrolment({ person: alice, roles: ['owner'] })
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  const hold = async (asked: Partial<Asked> = {}): Promise<HoldId> => {
    const { hold: id } = await host.world.arrive(asked)
    await page.goto(`${host.origin}/holds/${id}`)
    await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
    return id
  }
  return { host, page, complaints, hold }
}

const release = { name: 'Release once, with passkey' } as const
const unseen = 'You have not seen the whole impact: a release now is marked in the ledger.'
const hasty = 'You have just opened this: a release within three seconds is marked in the ledger.'

function attentionOf({ host }: Scene, hold: HoldId): Attention | null {
  const record = host.world.store.hold(hold)
  const { history = [] } =
    record === null ? {} : (host.world.store.decision(record.hold.decision) ?? {})
  const answers = history.flatMap(({ fact }) => (fact.kind === 'approved' ? [fact.attention] : []))
  return answers[0] ?? null
}

/** As a person reads: down, a screen at a time. */
async function scrollThrough(page: Page): Promise<void> {
  const bottom = 'innerHeight + scrollY >= document.documentElement.scrollHeight - 2'
  for (let i = 0; i < 60 && !(await page.evaluate<boolean>(bottom)); i++) {
    await page.mouse.wheel(0, 400)
    await page.waitForTimeout(60)
  }
}

async function widthOver(page: Page): Promise<number> {
  return page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
}

test('rows by table, samples of them, and the SQL with its values', options, async (t) => {
  const { page, hold } = await open(t)
  await hold(deletes)
  const counts = page.getByRole('table', { name: 'Rows by table' })
  const customers = counts.getByRole('row', { name: /public\.customers/ })
  assert.match(await customers.innerText(), /1,204\s+0\s+0\s+10,000\s+13 %/)
  const orders = counts.getByRole('row', { name: /public\.orders/ })
  assert.match(await orders.innerText(), /100 %\s+all of it/)
  const samples = page.getByRole('table', { name: /3 of the rows in/ })
  // The word NULL in a text is not the absence of one.
  assert.equal(await samples.locator('.no-value', { hasText: /^NULL$/ }).count(), 1)
  assert.equal(await samples.getByRole('cell', { name: 'NULL', exact: true }).count(), 2)
  assert.equal(await samples.getByText('[masked]').count(), 3)
  await samples.getByRole('button', { name: 'all 390 characters' }).click()
  await samples.getByText('a long story '.repeat(30).trim()).waitFor()
  const values = page.getByRole('table', { name: /Values bound/ })
  assert.match(await values.innerText(), /\$1\s+2026-01-01\s+text/)
  assert.equal(await values.locator('.no-value').innerText(), 'NULL')
  const sql = page.getByRole('group', { name: 'The SQL' })
  assert.equal(await sql.locator('.token-grave').allInnerTexts().then(String), 'DELETE')
  assert.equal(await sql.locator('.token-comment').allInnerTexts().then(String), '-- the test ones')
  assert.equal(await sql.locator('.token-string').allInnerTexts().then(String), "'--'")
  await assertAccessible(page)
})

test('what a drop takes along, and what could not be known, is said', options, async (t) => {
  const { page, hold } = await open(t)
  await hold(drops)
  await page.getByRole('heading', { name: 'What it takes along (2)' }).waitFor()
  const text = await page.getByRole('main').innerText()
  for (const words of ['view reports.revenue', 'Not all of it is known', 'foreign table']) {
    assert.ok(text.includes(words), words)
  }
})

test('SQL that was not tried says that nothing is counted', options, async (t) => {
  const { page, hold } = await open(t)
  await hold({ payload: sqlPayload('DROP TABLE a # b') })
  await page.getByText('It was not tried: how many rows it would touch is not known.').waitFor()
  assert.equal(await page.locator('.token-comment').count(), 0, '# is no comment in PostgreSQL')
})

test('the impact is a graph that can be read without seeing it', options, async (t) => {
  const { page, hold } = await open(t)
  await hold()
  const graph = page.getByRole('region', { name: 'What it reaches, as a graph' })
  for (const name of [
    'critical, environment, pocketos/production',
    'destroyed, volume pg-data',
    'goes with it, volume instance pg-data in staging',
    'needs it, service api',
    'lost with it, backup daily-2026-04-20',
    'backups that survive, none',
  ]) {
    await graph.getByRole('group', { name, exact: true }).waitFor()
  }
  await graph.getByRole('group', { name: 'destroyed, volume pg-data' }).focus()
  await assertAccessible(page)
})

test('many that are alike are one in the graph, and each in the list', options, async (t) => {
  const { page, hold } = await open(t)
  await hold({ impacts: [wideImpact(200)] })
  const graph = page.getByRole('region', { name: 'What it reaches, as a graph' })
  await graph.getByRole('group', { name: /200 volume instances/ }).waitFor()
  assert.ok((await graph.getByRole('group').count()) < 12)
  const list = page.getByRole('list', { name: 'What it reaches, worst first' })
  assert.equal(await list.getByText(/volume instance pg-data of preview \d+/).count(), 200)
  await page.getByText(unseen).waitFor()
  // The bottom is not the whole: what was jumped over was not seen.
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
  await page.waitForTimeout(300)
  assert.equal(await page.getByText(unseen).count(), 1)
  await page.evaluate('scrollTo(0, 0)')
  await scrollThrough(page)
  await page.getByText(unseen).waitFor({ state: 'detached' })
})

test(
  'a release at once, with the impact unseen, is not hindered, and marked',
  options,
  async (t) => {
    const scene = await open(t, { context: { viewport: { width: 1200, height: 600 } } })
    const { page } = scene
    const hold = await scene.hold()
    await page.getByText(unseen).waitFor()
    await page.getByRole('button', release).click()
    await page.getByText('released by alice').first().waitFor()
    const attention = attentionOf(scene, hold)
    assert.deepEqual(attention?.marks, ['hasty', 'impact-unseen'])
    assert.equal(attention.impactSeen, false)
    await page.getByText('marked: within three seconds of opening it').waitFor()
  },
)

test('a release after a look at all of it is marked with nothing', options, async (t) => {
  const scene = await open(t)
  const { page } = scene
  const hold = await scene.hold()
  await scrollThrough(page)
  await page.getByText(unseen).waitFor({ state: 'detached' })
  await page.getByText(hasty).waitFor({ state: 'detached' })
  await page.getByRole('button', release).click()
  await page.getByText('released by alice').first().waitFor()
  const attention = attentionOf(scene, hold)
  assert.deepEqual(attention?.marks, [])
  assert.equal(attention.impactSeen, true)
  assert.ok((attention.milliseconds ?? 0) >= 3000)
})

test('release by keyboard alone', options, async (t) => {
  const scene = await open(t)
  const { page, host } = scene
  const hold = await scene.hold()
  const button = page.locator('button:focus', { hasText: release.name })
  for (let i = 0; i < 60 && (await button.count()) === 0; i++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('released by alice').first().waitFor()
  assert.equal(host.world.store.hold(hold)?.state.kind, 'released')
})

test('a plan is released with one passkey once each of it was shown', options, async (t) => {
  const scene = await open(t, { context: { viewport: { width: 1200, height: 700 } } })
  const { page, host } = scene
  const { hold: first } = await host.world.arrive()
  const { hold: alone } = await host.world.arrive({ lease: 'lease_two' as never, ...drops })
  const second = await scene.hold(deletes)
  await page.getByText('1 more of the same plan waits.').waitFor()
  await page.getByRole('link', { name: 'Look at all 2 together' }).click()
  const button = page.getByRole('button', { name: 'Release these 2, each once' })
  await button.waitFor()
  assert.ok(await button.isDisabled(), 'nothing was shown yet')
  await page.getByText('not shown yet').nth(1).waitFor()
  await scrollThrough(page)
  await page.getByText('✓ shown').nth(1).waitFor()
  assert.ok(await button.isEnabled())
  await assertAccessible(page)
  await button.click()
  await page.getByText('released by alice').nth(1).waitFor()
  for (const hold of [first, second]) {
    assert.equal(host.world.store.hold(hold)?.state.kind, 'released')
    assert.equal(attentionOf(scene, hold)?.together, 2)
  }
  assert.equal(host.world.store.hold(alone)?.state.kind, 'waiting')
})

test(
  'what the server would have signed is checked before the passkey wakes',
  options,
  async (t) => {
    const scene = await open(t)
    const { page, host } = scene
    const { hold: first } = await host.world.arrive()
    const second = await scene.hold(deletes)
    const swap = async (path: string): Promise<void> => {
      await page.route(`**${path}`, async (route) => {
        const reply = await route.fetch()
        const text = await reply.text()
        await route.fulfill({ response: reply, body: text.replace(/"note":""/, '"note":"yes"') })
      })
    }
    const problem = 'what would be signed is not what is shown; load the page again'
    await swap(`/api/holds/${second}/challenge`)
    await page.getByRole('button', release).click()
    await page.getByText(problem).waitFor()
    await swap('/api/holds/together/challenge')
    await page.getByRole('link', { name: 'Look at all 2 together' }).click()
    await page.getByText('not shown yet').first().waitFor()
    await scrollThrough(page)
    await page.getByRole('button', { name: 'Release these 2, each once' }).click()
    await page.getByText(problem).waitFor()
    for (const hold of [first, second]) {
      assert.equal(host.world.store.hold(hold)?.state.kind, 'waiting')
    }
  },
)

test('whatever an agent writes anywhere on the page is inert', options, async (t) => {
  const scene = await open(t, { task: `fix staging ${hostile}` })
  const { page } = scene
  const [impact] = [volumeImpact(`volume ${hostile}`)]
  await scene.hold({
    payload: sqlPayload(`DROP TABLE "${hostile}" /* ${hostile} */`, [hostile]),
    impacts: [{ ...impact, action: { ...impact.action, verb: hostile } }],
    preview: {
      tables: [{ schema: 'public', name: hostile, inserted: 0, updated: 0, deleted: 1, total: 1 }],
      dropped: [{ type: 'table', identity: hostile, original: false }],
      because: [hostile],
      samples: [{ table: hostile, columns: [hostile], rows: [[hostile]] }],
    },
  })
  await page
    .getByRole('region', { name: /as a graph/ })
    .getByRole('group')
    .first()
    .waitFor()
  assert.equal(await page.title(), 'Holdpoint')
  assert.equal(await page.locator('main script, main img').count(), 0)
  for (const [sink, selector] of Object.entries({
    sentence: 'h1',
    task: 'blockquote',
    verb: '.blow dd code',
    'label in the list': '.blow h3',
    'label in the graph': '.graph .react-flow__node:has-text("destroyed")',
    SQL: '.code-block pre',
    'bound value': '.request td',
    'name of a table': 'table tbody th',
    because: '.danger-note ul',
    'what is taken along': '.rows > .names',
    'column of a sample': '.sample thead',
    'cell of a sample': '.sample tbody',
  })) {
    const found = page.locator(selector).first()
    const open = found.getByRole('button', { name: /^all / })
    if ((await open.count()) > 0) await open.first().click()
    const text = await found.textContent()
    for (const shown of shownOfHostile) assert.ok(text?.includes(shown), `${sink}: ${shown}`)
  }
  const all = await page.locator('body').textContent()
  assert.ok(!/[\u202e\u200b\u001b\u0430]/.test(all ?? ''), 'none of them is there as itself')
  const labels = await page.evaluate<readonly string[]>(
    `[...document.querySelectorAll('[aria-label], [title]')]
      .map((e) => e.getAttribute('aria-label') + e.getAttribute('title'))`,
  )
  assert.ok(!labels.some((label) => /[\u202e\u200b\u001b\u0430]/.test(label)), 'nor in a label')
  const own = await page.evaluate<string>(
    `[...document.querySelectorAll('h1 > :not(.name)')].map((e) => e.textContent).join('')`,
  )
  assert.ok(!own.includes('released by alice'), "a name is never among the console's own words")
  assert.equal(await page.locator('.state').count(), 0)
})

for (const [name, context] of Object.entries({
  'on a phone, light': { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
  'on a phone, dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  'on a wide screen, dark': { viewport: { width: 1400, height: 900 }, colorScheme: 'dark' },
} as const)) {
  test(`the pages fit, and are accessible, ${name}`, options, async (t) => {
    const { page, host, hold } = await open(t, { context })
    const wide = deletes.preview.samples.map((sample) => ({
      ...sample,
      columns: Array.from({ length: 30 }, (_, at) => `column_${at}`),
      rows: [Array.from({ length: 30 }, () => 'x'.repeat(70))],
    }))
    const { hold: first } = await host.world.arrive({ impacts: [wideImpact(60)] })
    for (const asked of [
      { ...deletes, preview: { ...deletes.preview, samples: wide } },
      {
        impacts: [volumeImpact(`volume ${'y'.repeat(300)}`, 12)],
        query: `{ a${'x'.repeat(3000)} }`,
      },
    ]) {
      await hold(asked)
      await page.locator('.react-flow__node').first().waitFor()
      assert.equal(await widthOver(page), 0)
      await assertAccessible(page)
    }
    await page.goto(`${host.origin}/plans/${first}`)
    await page.getByText('3 requests of').waitFor()
    assert.equal(await widthOver(page), 0)
    await assertAccessible(page)
  })
}

test('an auditor reads all of it, and there is nothing to press', options, async (t) => {
  const { host, page, hold } = await open(t)
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByLabel(/^Name/).fill('bob')
  await page.getByText('Auditor: reads, and decides nothing').click()
  await page.getByRole('button', { name: /Invite/ }).click()
  const code = await page.getByText(/^hpe_/).innerText()
  const id = await hold(deletes)
  const other = await visit(browser())
  t.after(() => other.context.close())
  await other.page.goto(`${host.origin}/enrol#${code}`)
  await other.page.getByRole('button', { name: 'Make a passkey' }).click()
  await other.page.getByRole('button', { name: 'Sign out' }).waitFor()
  await other.page.goto(`${host.origin}/holds/${id}`)
  await other.page.getByRole('table', { name: 'Rows by table' }).waitFor()
  assert.ok(await other.page.getByRole('button', release).isDisabled())
  assert.ok(await other.page.getByRole('button', { name: 'Refuse…' }).isDisabled())
  // The owner's page is as it was.
  assert.ok(await page.getByRole('button', release).isEnabled())
})
