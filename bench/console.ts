// `npm run bench -- console [--json] [--quick]`: the console in real Chromium, over a real store,
// ledger and console server. What loads first, how soon a hold is on show, and how smooth the
// stream is with ten thousand actions in it while more come. Needs a built console and Chromium.
import { cpus } from 'node:os'
import type { Page } from 'playwright-core'

import type { PersonName } from '../src/domain/names.ts'
import { firstLoadBytes } from '../test/console/bundle.ts'
import { decideMany } from '../test/console/decided.ts'
import type { Decided } from '../test/console/decided.ts'
import { distFolder, noBrowser, openBrowser, openHost, visit } from '../test/console/host.ts'
import type { Host } from '../test/console/host.ts'
import { median } from './median.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const loads = quick ? 3 : 9
const actions = quick ? 1000 : 10_000
const secondsOfFrames = quick ? 3 : 15
const perMinute = 5000

interface Paint {
  readonly first: number
  readonly hold: number
}

interface Frames {
  readonly what: string
  readonly median: number
  readonly p95: number
  readonly longest: number
  /** of frames that should have been there, in percent */
  readonly dropped: number
}

/** A hold's page, each time as if it were never seen: nothing is cached. */
async function paintHold(page: Page, { world, origin }: Host): Promise<readonly Paint[]> {
  const { hold } = await world.arrive()
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
  await page.addInitScript(noteHold)
  const paints: Paint[] = []
  for (let i = 0; i <= loads; i++) {
    await page.goto(`${origin}/holds/${hold}`)
    const paint = await page.evaluate<Paint>(readPaint)
    // The first one warms up and does not count.
    if (i > 0) paints.push(paint)
  }
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: false })
  return paints
}

/** Runs in the browser: when the heading of the impact is there, and has been painted. */
const noteHold = `
  globalThis.holdShownAt = new Promise((resolve) => {
    new MutationObserver((_, observer) => {
      const titles = [...document.querySelectorAll('h2')].map((title) => title.textContent)
      if (!titles.includes('What it reaches')) return
      observer.disconnect()
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())))
    }).observe(document, { childList: true, subtree: true })
  })`

const readPaint = `globalThis.holdShownAt.then((hold) => ({
  first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  hold,
}))`

/** Brings so many actions onto the page as it will keep. */
async function fill(page: Page, { world, origin }: Host): Promise<void> {
  await decideMany(world, actions, kindOf)
  await page.goto(`${origin}/`)
  await page.locator('.action-rows > li').first().waitFor()
  const enough = `Number(document.querySelector('[aria-setsize]')?.ariaSetSize) >= ${actions}`
  for (let i = 0; i < 2000 && !(await page.evaluate<boolean>(enough)); i++) {
    await page.evaluate(`(() => {
      const list = document.querySelector('.actions')
      list.scrollTo({ top: list.scrollHeight })
    })()`)
    await page.waitForTimeout(20)
  }
  if (!(await page.evaluate<boolean>(enough))) throw new Error('the stream did not fill')
  await page.evaluate(`document.querySelector('.actions').scrollTo({ top: 0 })`)
}

function kindOf(at: number): Decided {
  const verdict = at % 10 === 0 ? 'deny' : 'allow'
  return { verdict, label: `volume pg-data-${at}` }
}

interface Watched {
  readonly what: string
  /** pixels scrolled in each frame */
  readonly step: number
  /** whether actions come meanwhile */
  readonly fed: boolean
}

/** The time between frames; where nothing moves, what the machine gives anyway. */
async function watchFrames(
  page: Page,
  { world }: Host,
  { what, step, fed }: Watched,
): Promise<Frames> {
  await page.evaluate(`document.querySelector('.actions').scrollIntoView()`)
  const feeding = new AbortController()
  const fedUntil = fed ? feed(world, feeding.signal) : Promise.resolve()
  const times = await page.evaluate<readonly number[]>(
    `(${countFrames})(${secondsOfFrames * 1000}, ${step})`,
  )
  feeding.abort()
  await fedUntil
  const sorted = times.toSorted((a, b) => a - b)
  const due = (secondsOfFrames * 1000) / (1000 / 60)
  return {
    what,
    median: median(times),
    p95: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN,
    longest: sorted.at(-1) ?? Number.NaN,
    dropped: Math.max(0, 100 * (1 - times.length / due)),
  }
}

/** Runs in the browser. */
const countFrames = `(milliseconds, step) => new Promise((resolve) => {
  const list = document.querySelector('.actions')
  const times = []
  const start = performance.now()
  let last = start
  let direction = 1
  const frame = (now) => {
    times.push(now - last)
    last = now
    const end = list.scrollHeight - list.clientHeight
    if (list.scrollTop >= end) direction = -1
    if (list.scrollTop <= 0) direction = 1
    if (step !== 0) list.scrollTop += step * direction
    if (now - start < milliseconds) requestAnimationFrame(frame)
    else resolve(times.slice(1))
  }
  requestAnimationFrame(frame)
})`

async function feed(world: Host['world'], signal: AbortSignal): Promise<void> {
  const beatMilliseconds = 60
  const each = Math.round((perMinute / 60_000) * beatMilliseconds)
  while (!signal.aborted) {
    await decideMany(world, each, kindOf)
    await new Promise((resolve) => setTimeout(resolve, beatMilliseconds))
  }
}

function report(paints: readonly Paint[], frames: readonly Frames[]): void {
  const firstLoad = firstLoadBytes(distFolder)
  const paint = {
    first: median(paints.map(({ first }) => first)),
    hold: median(paints.map(({ hold }) => hold)),
  }
  const about = { cores: cpus().length, node: process.version, loads, actions, perMinute }
  if (json) {
    process.stdout.write(`${JSON.stringify({ about, firstLoad, paint, frames })}\n`)
    return
  }
  const row = ({ what, median: middle, p95, longest, dropped }: Frames): string =>
    `| ${what} | ${ms(middle)} | ${ms(p95)} | ${ms(longest)} | ${dropped.toFixed(1)} |`
  const lines = [
    Object.entries(about)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
    '',
    '| what | figure |',
    '|---|---:|',
    `| first load, gzipped | ${Math.round(firstLoad / 1000)} kB |`,
    `| first paint of a hold's page, nothing cached | ${Math.round(paint.first)} ms |`,
    `| the hold itself on show | ${Math.round(paint.hold)} ms |`,
    '',
    `| stream with ${actions} actions | frame, median (ms) | p95 (ms) | longest (ms) | dropped (%) |`,
    '|---|---:|---:|---:|---:|',
    ...frames.map(row),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function ms(milliseconds: number): string {
  return milliseconds.toFixed(1)
}

if (noBrowser !== null) throw new Error(noBrowser)
const host = await openHost()
const browser = await openBrowser()
try {
  const { page } = await visit(browser)
  const alice = { person: 'alice' as PersonName, roles: ['owner'] as const }
  const { code } = await host.world.people.openEnrolment(alice)
  await page.goto(`${host.origin}/enrol#${code}`)
  await page.getByRole('button', { name: 'Make a passkey' }).click()
  await page.getByText('Nothing waits').waitFor()
  const paints = await paintHold(page, host)
  await fill(page, host)
  const frames = [
    await watchFrames(page, host, { what: 'nothing moves', step: 0, fed: false }),
    await watchFrames(page, host, { what: 'live on top', step: 0, fed: true }),
    await watchFrames(page, host, { what: 'scrolling', step: 40, fed: true }),
  ]
  report(paints, frames)
} finally {
  await browser.close()
  await host.close()
}
