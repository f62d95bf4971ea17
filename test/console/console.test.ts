// The console in a real browser: headless Chromium with a virtual authenticator.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'

import type { HoldId, PersonName } from '../../src/domain/names.ts'
import { inBrowser, noBrowser, oneBrowser, openHost, visit } from './host.ts'
import type { Host, VisitOptions } from './host.ts'
import { volumeImpact } from './world.ts'

const options = inBrowser
if (noBrowser !== null) process.stdout.write(`console tests are skipped: ${noBrowser}\n`)

const browser = oneBrowser()

interface Scene {
  readonly host: Host
  readonly page: Page
  readonly complaints: readonly string[]
}

const alice = 'alice' as PersonName
const task = 'fix the staging login; do not touch production'

/** alice has enrolled with the code from the terminal, and looks at the list. */
async function open(t: TestContext, visiting: VisitOptions = {}): Promise<Scene> {
  const host = await openHost({ task })
  const { page, context, complaints } = await visit(browser(), visiting)
  t.after(async () => {
    await context.close()
    await host.close()
    assert.deepEqual(host.faults, [])
  })
  const { code } = await host.world.people.openEnrolment({
    person: alice,
    roles: ['owner'],
  })
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  return { host, page, complaints }
}

async function openHold({ host, page }: Scene): Promise<HoldId> {
  const { hold } = await host.world.arrive()
  await page.getByRole('link', { name: /cursor wants to delete/ }).click()
  await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
  return hold
}

test(
  'enrol with a code; a hold appears by itself; it is shown in full, and released',
  options,
  async (t) => {
    const scene = await open(t)
    const { host, page } = scene
    const hold = await openHold(scene)
    const text = await page.getByRole('main').innerText()
    for (const words of [
      'PRODUCTION',
      'pocketos/production · critical',
      'STAGING',
      'cursor wants to delete volume pg-data and its 4 backups (none survives)',
      task,
      '4 backups go with it, none survives',
      'service api',
      'service postgres',
      'backup daily-2026-04-20',
      'volume instance pg-data in staging',
      'irreversible',
      'independent-backup is configured',
      'mutation { volumeDelete(volumeId: "3d2c") }',
      'content-type: application/json',
    ]) {
      assert.ok(text.includes(words), words)
    }
    await page.getByRole('button', { name: 'Release once, with passkey' }).click()
    await page.getByText('released by alice').first().waitFor()
    assert.deepEqual(host.world.store.hold(hold)?.state, {
      kind: 'released',
      by: ['alice'],
    })
    const again = await host.world.arrive()
    assert.equal(again.answer?.kind, 'released')
    assert.deepEqual(scene.complaints, [], 'nothing violated the policy of the page')
  },
)

test('refuse with a note, by keyboard alone', options, async (t) => {
  const scene = await open(t)
  const { host, page } = scene
  const hold = await openHold(scene)
  const focused = page.locator('button:focus', { hasText: 'Refuse…' })
  for (let i = 0; i < 40 && (await focused.count()) === 0; i++) await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.type('rotate the staging password instead')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByText('refused by alice').first().waitFor()
  assert.deepEqual(host.world.store.hold(hold)?.state, {
    ...{ kind: 'refused', by: 'alice', note: 'rotate the staging password instead' },
  })
})

test('what an agent writes does nothing, and hides nothing', options, async (t) => {
  const scene = await open(t)
  const { host, page, complaints } = scene
  const script = '<script>document.title="owned"</script><img src=x onerror="document.title=1">'
  const name = `volume x${script}\u202eSAFE\u200b st\u0430ging`
  const { hold } = await host.world.arrive({
    impacts: [volumeImpact(name)],
    query: `mutation { a(b: "${script}\u001b[2J\u202e") } # approved by alice\u2028`,
  })
  await page.getByRole('link', { name: /cursor wants to delete/ }).click()
  await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
  assert.equal(await page.title(), 'Holdpoint')
  assert.equal(await page.locator('main script, main img').count(), 0)
  const text = await page.getByRole('main').innerText()
  for (const shown of [script, '⟨U+202E⟩', '⟨U+200B⟩', 'st⟨U+0430⟩ging', '⟨U+001B⟩', '⟨U+2028⟩']) {
    assert.ok(text.includes(shown), shown)
  }
  assert.ok(!/[\u202e\u200b\u001b\u2028\u0430]/.test(text), 'none of them is there as itself')
  assert.ok((await page.locator('h1 .name .escape').count()) >= 3, 'they are set apart')
  assert.deepEqual(complaints, [])
  assert.equal(host.world.holds.state(hold)?.kind, 'waiting')
})

test('without a provable safeguard there is nothing to press but refuse', options, async (t) => {
  const scene = await open(t)
  scene.host.world.provable('nothing here can make an independent backup')
  await openHold(scene)
  const { page } = scene
  await page.getByText('Cannot be released: nothing here can make an independent backup').waitFor()
  assert.ok(await page.getByRole('button', { name: /Release once/ }).isDisabled())
  assert.ok(await page.getByRole('button', { name: 'Refuse…' }).isEnabled())
})

test('a second person is invited with a passkey, and two release together', options, async (t) => {
  const scene = await open(t)
  const { host, page } = scene
  const codes = [
    { name: 'bob', code: await invite(page, 'bob') },
    { name: 'carol', code: await invite(page, 'carol') },
  ]
  const { hold } = await host.world.arrive({ release: 'two-person' })
  await page.goto(`${host.origin}/holds/${hold}`)
  await page.getByText('Cannot be released: whoever granted the mandate').waitFor()
  for (const { code, name } of codes) {
    const other = await visit(browser())
    await other.page.goto(`${host.origin}/enrol#${code}`)
    await other.page.getByRole('button', { name: 'Make a passkey' }).click()
    await other.page.getByText('1 request waits').waitFor()
    await other.page.goto(`${host.origin}/holds/${hold}`)
    await other.page.getByRole('button', { name: /Release once/ }).click()
    await other.page
      .getByText(new RegExp(`(approved|released) by .*${name}`))
      .first()
      .waitFor()
    await other.context.close()
  }
  await page.getByText('released by bob and carol').first().waitFor()
})

async function invite(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name: 'People' }).click()
  await page.getByLabel(/^Name/).fill(name)
  await page.getByRole('button', { name: /Invite/ }).click()
  const code = await page.getByText(/^hpe_/).innerText()
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  return code
}

test('a page that waits long enough shows that time is over', options, async (t) => {
  const scene = await open(t)
  await openHold(scene)
  const { page } = scene
  await page.clock.install()
  await page.clock.fastForward(3_700_000)
  await page.getByText('time is over: silence has meant no').waitFor()
  assert.equal(await page.getByRole('button', { name: /Release once/ }).count(), 0)
})

test('signing out, and in again with the passkey', options, async (t) => {
  const { page } = await open(t)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
})

test(
  'another site on this machine gets no release: same domain, another port',
  options,
  async (t) => {
    const scene = await open(t)
    const { host, page } = scene
    const hold = await openHold(scene)
    // What a page of an agent's own server could do with the passkey, if it had the challenge.
    const asked = host.world.holds.challenge(hold, alice, 'release', '')
    const elsewhere = await openHost()
    t.after(() => elsewhere.close())
    await page.goto(`${elsewhere.origin}/`)
    const given = await page.evaluate<unknown>(`(${assertHere})('${asked.options.challenge}')`)
    const settling = host.world.holds.settle(
      ...([hold, 'alice', asked.binding.nonce, given] as never as Parameters<
        typeof host.world.holds.settle
      >),
    )
    await assert.rejects(settling, { code: 'assertion-refused' })
  },
)

/** Runs in the browser. */
const assertHere = `async (challenge) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({
    challenge, rpId: 'localhost', userVerification: 'required',
  })
  return (await navigator.credentials.get({ publicKey })).toJSON()
}`

for (const [name, context] of Object.entries({
  'on a phone, dark': { viewport: { width: 360, height: 740 }, colorScheme: 'dark' },
  'on a wide screen, light': { viewport: { width: 1400, height: 900 }, colorScheme: 'light' },
} as const)) {
  test(`nothing runs off the page ${name}`, options, async (t) => {
    const scene = await open(t, { context })
    const { host, page } = scene
    await host.world.arrive({
      query: `mutation { a(b: "${'x'.repeat(3000)}") }`,
      impacts: [volumeImpact(`volume ${'y'.repeat(300)}`, 12)],
    })
    await page.getByRole('link', { name: /cursor wants/ }).click()
    await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
    const width = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    assert.equal(await page.evaluate(width), 0)
  })
}
