// `npm run screenshot`: each page of the console on the staged world, as a person sees it, with a
// real gate and a real browser, into docs/console/ and docs/hold.png. Needs Chromium.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'

import { sendDelete } from '../../src/cli/demo-agent.ts'
import { stop, up } from '../scenarios/processes.ts'
import type { Staged } from '../scenarios/world.ts'
import { root } from '../source-files.ts'
import { noBrowser, openBrowser, visit } from './host.ts'

if (noBrowser !== null) throw new Error(noBrowser)
const docs = process.argv[2] ?? join(root, 'docs')
const folder = mkdtempSync(join(tmpdir(), 'holdpoint-screenshot-'))
const { first, child } = await up([], folder)
const staged = first as Staged
const gate = `http://${staged.agents}/railway/graphql/v2`
const width = 1200

/** An ordinary hour of an agent: it looks, it works in staging, it is refused, it is held. */
async function work(): Promise<void> {
  const { ids } = staged.simulator
  const upsert = (environmentId: string | undefined): object => ({
    query: 'mutation($i: VariableUpsertInput!) { variableUpsert(input: $i) }',
    variables: {
      i: {
        ...{ projectId: ids['project'], environmentId, serviceId: ids['api'] },
        ...{ name: 'PGPASSWORD', value: 'right' },
      },
    },
  })
  const asked: readonly object[] = [
    { query: 'query { projects { edges { node { id name } } } }' },
    { query: 'query { me { id } }' },
    upsert(ids['staging']),
    upsert(ids['production']),
    { query: 'query { projects { edges { node { id name } } } }' },
  ]
  for (const body of asked) {
    await fetch(gate, {
      method: 'POST',
      headers: { authorization: `Bearer ${staged.lease}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }
  await sendDelete(gate, staged.lease, staged.volume)
  await askForMore()
}

async function askForMore(): Promise<void> {
  const proxy = `http://lease:${staged.lease}@${staged.agents}`
  const asked = {
    reason: 'The password in staging fits no database; production has the one that does.',
    minutes: 15,
    authorization_details: [
      {
        ...{ type: 'holdpoint', actions: ['disclose'], locations: ['pocketos/production'] },
        resources: ['railway:variable/*'],
      },
    ],
  }
  const stuck = {
    situation: 'The credentials of staging do not fit its database.',
    tried: ['read the variables of the service', 'deployed it again'],
    intends: 'delete the volume and make a new one',
  }
  for (const [path, body] of [
    ['access', asked],
    ['stuck', stuck],
  ] as const) {
    const url = `http://holdpoint.internal/${path}`
    await promisify(execFile)('curl', ['-sS', '--proxy', proxy, url, '-d', JSON.stringify(body)])
  }
}

/** A person says no, and what to do instead. */
async function refuse(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Refuse…' }).click()
  await page.keyboard.type('Set the password of staging again; the volume is shared.')
  await page.getByRole('button', { name: 'Refuse, with passkey' }).click()
  await page.getByText('refused by you').first().waitFor()
}

/** As tall as the page, so that the bar at its foot hides nothing; at most as given. */
async function shoot(page: Page, file: string, heightMax = 1500): Promise<void> {
  const height = Number(await page.evaluate('document.documentElement.scrollHeight'))
  await page.setViewportSize({ width, height: Math.min(height, heightMax) })
  // The event stream never ends, so there is no idle network to wait for.
  await page.waitForTimeout(2500)
  await page.screenshot({ path: file })
  await page.setViewportSize({ width, height: 900 })
}

const pages = [
  ['now', '/'],
  ['asks', '/asks'],
  ['agents', '/agents'],
  ['agent', '/agents/of/cursor'],
  ['grant', '/agents/grant'],
  ['environments', '/environments'],
  ['ledger', '/ledger'],
  ['policies', '/policies'],
  ['people', '/people'],
  ['notifications', '/notifications'],
] as const

const browser = await openBrowser()
try {
  const { page } = await visit(browser, {})
  mkdirSync(join(docs, 'console'), { recursive: true })
  await page.goto(`${staged.console}/enrol#${staged.enrolment.code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  await work()
  await page
    .getByRole('link', { name: /cursor wants to delete/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'What it reaches' }).waitFor()
  await shoot(page, join(docs, 'hold.png'), 6000)
  await refuse(page)
  await page.getByRole('link', { name: 'Tell it from the beginning' }).click()
  await page.getByRole('heading', { name: 'Incident', exact: true }).waitFor()
  await shoot(page, join(docs, 'console/incident.png'), 2300)
  for (const [name, path] of pages) {
    await page.goto(`${staged.console}${path}`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await shoot(page, join(docs, `console/${name}.png`))
  }
} finally {
  await browser.close()
  await stop(child)
  rmSync(folder, { recursive: true, force: true })
}
