// What axe-core finds in a page: the rules of WCAG 2.2 A and AA that a machine can check.
// https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const source = readFileSync(
  new URL('../../node_modules/axe-core/axe.min.js', import.meta.url),
  'utf8',
)

/** Runs in the browser; only what is plain data comes back. */
const run = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, impact, help, nodes }) => ({
    id, impact, help, nodes: nodes.slice(0, 5).map(({ html }) => html.slice(0, 200)),
  })))`

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly help: string
  readonly nodes: readonly string[]
}

/** No violation that axe calls serious or critical is on the page as it is now. */
export async function assertAccessible(page: Page): Promise<void> {
  // By the debugger, not by a tag: the page's policy lets no other script in.
  if (!(await page.evaluate<boolean>(`'axe' in globalThis`))) await page.evaluate(source)
  const violations = await page.evaluate<readonly Violation[]>(run)
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  const says = grave.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.join('\n    ')}`)
  assert.deepEqual(grave, [], `${page.url()} is not accessible:\n  ${says.join('\n  ')}`)
}
