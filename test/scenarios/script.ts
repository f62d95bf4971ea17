// A scenario is a plain-text script against real processes: a phase per `#` comment, a command per
// line, `!` before a command that must fail, and checks of what the last command printed. A line
// that ends in `\` goes on. `${NAME}` stands for a value of the world, within quotes too.
import assert from 'node:assert/strict'

export interface Printed {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

export interface Stage {
  /** what `${NAME}` stands for, now */
  value(name: string): string
  /** runs a command that is not a check */
  run(words: readonly string[]): Promise<Printed>
}

interface Line {
  readonly number: number
  readonly words: readonly string[]
  readonly mustFail: boolean
}

export interface Phase {
  readonly title: string
  readonly lines: readonly Line[]
}

/**
 * Splits a script into phases; commands before the first comment belong to a phase without a title.
 */
export function parseScript(text: string): readonly Phase[] {
  const phases: { title: string; lines: Line[] }[] = [
    { title: 'before the first phase', lines: [] },
  ]
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const number = i + 1
    let line = (lines[i] ?? '').trim()
    while (line.endsWith('\\') && i + 1 < lines.length) {
      i++
      line = line.slice(0, -1) + (lines[i] ?? '').trim()
    }
    if (line === '') continue
    if (line.startsWith('#')) {
      phases.push({ title: line.slice(1).trim(), lines: [] })
      continue
    }
    const mustFail = line.startsWith('!')
    phases
      .at(-1)
      ?.lines.push({ number, words: splitWords(mustFail ? line.slice(1) : line), mustFail })
  }
  return phases.filter((phase) => phase.lines.length > 0)
}

/** Single quotes, double quotes and bare words; no escapes, no globbing. */
export function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  )
}

/** Runs one phase; what failed is told with its line and what was printed. */
export async function playPhase(
  phase: Phase,
  stage: Stage,
  last: { printed: Printed },
): Promise<void> {
  for (const line of phase.lines) {
    const words = line.words.map((word) =>
      word.replace(/\$\{(\w+)\}/g, (_, name: string) => stage.value(name)),
    )
    try {
      await playLine(words, line.mustFail, stage, last)
    } catch (error) {
      const { stdout, stderr, code } = last.printed
      const said = error instanceof Error ? error.message : String(error)
      throw new Error(
        `line ${line.number}: ${words.join(' ')}\n${said}\nlast exit code ${code}\nstdout: ${stdout}\nstderr: ${stderr}`,
        { cause: error },
      )
    }
  }
}

async function playLine(
  words: readonly string[],
  mustFail: boolean,
  stage: Stage,
  last: { printed: Printed },
): Promise<void> {
  const [command = '', expected = ''] = words
  if (command === 'stdout' || command === 'stderr') {
    const found = last.printed[command].includes(expected)
    assert.equal(found, !mustFail, `${command} ${mustFail ? 'holds' : 'lacks'} \`${expected}\``)
    return
  }
  last.printed = await stage.run(words)
  assert.equal(
    last.printed.code !== 0,
    mustFail,
    mustFail ? 'this should have failed' : 'this failed',
  )
}
