// Prints one line for each file, every failure whole, every skip with its reason, and the totals
// alone on the last line. A reporter of node:test:
// https://nodejs.org/api/test.html#custom-reporters
import { relative } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

interface Tally {
  passed: number
  failed: number
  skipped: number
}

export default async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 }
  const files = new Map<string, Tally>()
  for await (const event of source) {
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { data } = event
    if (data.details.type === 'suite') continue
    const file = relative(process.cwd(), data.file ?? '')
    const tally = files.get(file) ?? { passed: 0, failed: 0, skipped: 0 }
    files.set(file, tally)
    if (event.type === 'test:fail') {
      count('failed', total, tally)
      yield `\nfailed: ${file}: ${data.name}\n${describe(event.data.details.error)}\n`
    } else if (data.skip !== undefined && data.skip !== false) {
      count('skipped', total, tally)
      yield `skipped: ${file}: ${data.name}: ${data.skip === true ? 'no reason given' : data.skip}\n`
    } else {
      count('passed', total, tally)
    }
  }
  for (const [file, tally] of files) yield `${file}: ${tally.passed} passed${also(tally)}\n`
  yield `\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`
}

function count(kind: keyof Tally, ...tallies: readonly Tally[]): void {
  for (const tally of tallies) tally[kind]++
}

function also({ failed, skipped }: Tally): string {
  return (failed > 0 ? `, ${failed} failed` : '') + (skipped > 0 ? `, ${skipped} skipped` : '')
}

function describe(error: Error): string {
  const cause: unknown = error.cause ?? error
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
}
