// The page of policies in a real browser.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { TestContext } from 'node:test'
import type { Browser, Page } from 'playwright-core'

import type { Role } from '../../src/domain/fact.ts'
import type { PersonName } from '../../src/domain/names.ts'
import { createSqlReading } from '../../src/reading/reading.ts'
import type { SqlReading } from '../../src/reading/reading.ts'
import { assertAccessible } from './axe.ts'
import { noBrowser, openBrowser, openHost, visit } from './host.ts'
import type { Host, VisitOptions } from './host.ts'
import { openScene } from './policy-parts.ts'
import type { PolicyScene } from './policy-parts.ts'

const options = noBrowser === null ? {} : { skip: noBrowser }
/** a folder for pictures of these pages, where somebody wants to look at them */
const pictures = process.env['PICTURES']

let browser: Browser | null = null
let reading: SqlReading | null = null

before(async () => {
  if (noBrowser !== null) return
  browser = await openBrowser()
  reading = await createSqlReading()
})

after(async () => {
  await browser?.close()
  await reading?.close()
})

interface Opened {
  readonly host: Host
  readonly scene: PolicyScene
  readonly page: Page
  readonly complaints: readonly string[]
}

async function open(
  t: TestContext,
  { roles = ['owner'], ...visiting }: VisitOptions & Readonly<{ roles?: readonly Role[] }> = {},
): Promise<Opened> {
  assert.ok(browser !== null && reading !== null)
  const read = reading
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-own-'))
  const scenes: PolicyScene[] = []
  const host = await openHost({
    more: (world, clock) => {
      const made = openScene(world, clock, read, folder)
      scenes.push(made)
      return made.parts
    },
  })
  const [scene] = scenes
  assert.ok(scene !== undefined)
  const { page, context, complaints } = await visit(browser, visiting)
  t.after(async () => {
    await context.close()
    await host.close()
    scene.close()
    rmSync(folder, { recursive: true })
    assert.deepEqual(host.faults, [])
  })
  await scene.policies.reload()
  await page.goto(`${host.origin}/enrol#${await codeFor(host, roles)}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  await page.goto(`${host.origin}/policies`)
  await page.getByRole('heading', { name: 'Policies' }).waitFor()
  return { host, scene, page, complaints }
}

async function codeFor({ world }: Host, roles: readonly Role[]): Promise<string> {
  const alice = await world.enrol('alice', ['owner'])
  const asked = world.people.inviteOptions(alice.name, { person: 'bob' as PersonName, roles })
  const answer = alice.passkey.assert(asked.options)
  return (await world.people.invite(alice.name, asked.nonce, answer)).code
}

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

const staging = 'pocketos/staging=standard'
const read = { effect: 'read', resource: 'railway:service/s1', environments: staging }
const rest = { undo: '-', extent: 'some', backups: '?' }
const write = { ...read, ...rest, effect: 'write', undo: 'trivial' }
const mischief = '<img src=x onerror=alert(1)>\u202eDESAELER'

test(
  'the set in force is there with its examples, and says how it is changed',
  options,
  async (t) => {
    const { page, complaints } = await open(t)
    await page.getByText('Changing policy is a file’s business').waitFor()
    await page.getByText('SIGHUP').waitFor()
    await page.locator('summary', { hasText: 'destroy.cedar' }).click()
    const file = page.locator('details.policy-file[open]')
    await file.getByText('PocketOS: deletes a volume that staging shares').waitFor()
    await file.locator('summary', { hasText: 'About this rule' }).first().click()
    const words = await file.innerText()
    for (const wanted of ['destroy-critical', 'hold', 'allow', 'any owner or approver', 'Why:']) {
      assert.ok(words.includes(wanted), wanted)
    }
    await assertAccessible(page)
    await picture(page, 'set')
    const own = page.locator('summary', { hasText: 'own/careful.cedar' })
    await own.click()
    await page.getByText('cannot be read').waitFor()
    assert.equal(
      await page.locator('.escape', { hasText: '202E' }).count(),
      1,
      'what hides is shown',
    )
    assert.deepEqual(complaints, [])
  },
)

test(
  'a request is tried against a draft, side by side; a bad draft says where',
  options,
  async (t) => {
    const { page, complaints, scene } = await open(t)
    const { digest } = scene.policies.current()
    await page.getByRole('tab', { name: 'Try a request' }).click()
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByRole('heading', { name: 'By the set in force' }).waitFor()
    const request = page.getByLabel('Request, as')
    await request.fill((await request.inputValue()).replace('ID', 'v1'))
    await page.getByLabel('File that the draft').first().selectOption('own/draft.cedar')
    const draft = page.getByLabel('Text of the draft').first()
    await draft.fill(
      '@id("own-never")\n@says("never, says the draft")\nforbid (principal, action, resource);',
    )
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByRole('heading', { name: 'By the draft' }).waitFor()
    await page.locator('.policy-sides').getByText('never, says the draft').waitFor()
    const sides = page.locator('.policy-sides')
    assert.match(await sides.innerText(), /By the set in force\s+hold[\s\S]*By the draft\s+deny/)
    await assertAccessible(page)
    await picture(page, 'try')
    await draft.fill(`@id("x")\n@says("x")\nforbid (${mischief});`)
    await page.getByRole('button', { name: 'Try it' }).click()
    await page.getByText('The draft is not valid').waitFor()
    await page.getByText('at line 3').waitFor()
    await picture(page, 'invalid')
    assert.equal(await page.locator('main img').count(), 0)
    assert.equal(scene.policies.current().digest, digest)
    assert.deepEqual(complaints, [])
  },
)

test(
  'what a draft would have changed is listed, what it lets through in red',
  options,
  async (t) => {
    const { page, scene, complaints } = await open(t, { roles: ['auditor'] })
    await scene.record({ ...read, ...rest, resource: `railway:service/${mischief}` })
    await scene.record(write)
    await scene.record({ ...write, effect: 'destroy', undo: 'from-safeguard' })
    await page.getByRole('tab', { name: 'Over recorded traffic' }).click()
    await page.getByRole('button', { name: 'Judge it again' }).click()
    await page.getByText('Nothing would have changed').waitFor()
    const panel = page.getByRole('tabpanel')
    await panel.getByLabel('File that the draft').selectOption('read-write.cedar')
    const draft = panel.getByLabel('Text of the draft')
    const stricter =
      '@id("own-stop")\n@says("nothing is read")\nforbid (principal, action == Action::"read", resource);'
    await draft.fill(`${await draft.inputValue()}\n${stricter}`)
    await panel.getByRole('button', { name: 'Judge it again' }).click()
    await page.getByText('1 request would change').waitFor()
    await page.getByText('★ Would be held or refused now').waitFor()
    const change = page.locator('.policy-changes > li')
    assert.equal(await change.locator('img').count(), 0)
    assert.ok((await change.locator('.escape').count()) > 0, 'what hides in a name is shown')
    await assertAccessible(page)
    await picture(page, 'tightened')
    await panel.getByLabel('File that the draft').selectOption('destroy.cedar')
    await draft.fill(
      '@id("own-all")\n@says("destroying is permitted")\npermit (principal, action == Action::"destroy", resource);',
    )
    await panel.getByRole('button', { name: 'Judge it again' }).click()
    await page.getByRole('heading', { name: 'Would be let through' }).waitFor()
    const colour = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('.policy-move.loosened')).color",
    )
    assert.equal(colour, 'rgb(152, 16, 26)')
    await picture(page, 'loosened')
    assert.deepEqual(complaints, [])
  },
)

test('dark, and at the width of a phone, nothing runs over', options, async (t) => {
  const context = { colorScheme: 'dark', viewport: { width: 390, height: 844 } } as const
  const { page, scene } = await open(t, { context })
  await scene.record(write)
  await page.locator('summary', { hasText: 'destroy.cedar' }).click()
  const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
  await picture(page, 'phone-set')
  assert.equal(await page.evaluate<number>(overflow), 0)
  await assertAccessible(page)
  await page.getByRole('tab', { name: 'Over recorded traffic' }).click()
  await page.getByRole('button', { name: 'Judge it again' }).click()
  await page.getByText('Nothing would have changed').waitFor()
  assert.equal(await page.evaluate<number>(overflow), 0)
  await picture(page, 'phone-traffic')
  await page.getByRole('tab', { name: 'Try a request' }).click()
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByRole('heading', { name: 'By the set in force' }).waitFor()
  assert.equal(await page.evaluate<number>(overflow), 0)
  await assertAccessible(page)
  await picture(page, 'phone-try')
})
