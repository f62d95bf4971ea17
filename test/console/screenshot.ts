// `npm run screenshot`: docs/hold.png, the hold page on the staged world as a person sees it, with
// a real gate and a real browser. Needs Chromium.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { sendDelete } from '../../src/cli/demo-agent.ts'
import { stop, up } from '../scenarios/processes.ts'
import type { Staged } from '../scenarios/world.ts'
import { root } from '../source-files.ts'
import { noBrowser, openBrowser, visit } from './host.ts'

if (noBrowser !== null) throw new Error(noBrowser)
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-screenshot-'))
const { first, child } = await up([], folder)
const staged = first as Staged
const browser = await openBrowser()
try {
  const { page } = await visit(browser, {})
  await page.goto(`${staged.console}/enrol#${staged.enrolment.code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  await sendDelete(`http://${staged.agents}/railway/graphql/v2`, staged.lease, staged.volume)
  await page.getByRole('link', { name: /cursor wants to delete/ }).click()
  await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
  const file = process.argv[2] ?? join(root, 'docs/hold.png')
  const height = await page.evaluate('document.documentElement.scrollHeight')
  // As tall as the page, so that the bar at its foot hides nothing.
  await page.setViewportSize({ width: 1200, height: Number(height) })
  await page.screenshot({ path: file })
} finally {
  await browser.close()
  await stop(child)
  rmSync(folder, { recursive: true, force: true })
}
