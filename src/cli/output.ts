import type { Writable } from 'node:stream'

import { inert } from '../wire/inert.ts'
import type { Surroundings } from './surroundings.ts'

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

/**
 * Where a command says what it found. Text that others chose goes through `inert` before it comes
 * here; JSON is made inert as a whole.
 */
export interface Output {
  /** true: one JSON document, or JSON Lines where the command streams */
  readonly json: boolean
  /** The command's answer: the value with `--json`, the lines without. */
  result(value: object, lines: readonly string[]): void
  /** One line of a stream: as JSON, or as text. */
  item(value: object, lines: readonly string[]): Promise<void>
  /** To people only, on the error stream: a prompt, a warning, progress. */
  aside(line: string): void
  paint(colour: Colour, text: string): string
  /** columns that a line may take */
  readonly width: number
}

const codes: Readonly<Record<Colour, readonly [open: number, close: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
}

const widthDefault = 80
const widthMax = 100

export function createOutput(
  surroundings: Pick<Surroundings, 'stdout' | 'stderr' | 'isTty' | 'env' | 'columns'>,
  options: Readonly<{ json: boolean; colour: boolean }>,
): Output {
  const { stdout, stderr, isTty, env, columns } = surroundings
  const colourless = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== ''
  const colours = options.colour && !options.json && isTty.stdout && !colourless
  const text = (value: object, lines: readonly string[]): string =>
    options.json ? safeJson(value) + '\n' : lines.map((line) => line + '\n').join('')
  return {
    json: options.json,
    width: Math.min(columns ?? widthDefault, widthMax),
    result: (value, lines) => void stdout.write(text(value, lines)),
    item: (value, lines) => write(stdout, text(value, lines)),
    aside: (line) => void stderr.write(line + '\n'),
    paint(colour, painted) {
      if (!colours) return painted
      const [open, close] = codes[colour]
      return `\x1b[${open}m${painted}\x1b[${close}m`
    },
  }
}

/** Waits while the reader is slow, so that nothing piles up. */
export function write(stream: Writable, text: string): Promise<void> {
  if (stream.write(text) || stream.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
  })
}

/** The same value, with everything escaped that a terminal would obey or not show. */
export function safeJson(value: unknown): string {
  const text = JSON.stringify(value)
  return text.replace(/[\u007f-\uffff]/g, (unit) =>
    /[\p{L}\p{N}\p{P}\p{S}]/u.test(unit) && inert(unit) === unit ? unit : escapeUnit(unit),
  )
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Breaks words into lines of at most `width`, each after the first indented. */
export function wrap(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = []
  const lead = /^ */.exec(text)?.[0] ?? ''
  let line = lead
  let empty = true
  for (const word of text.slice(lead.length).split(' ')) {
    const joined = empty ? line + word : `${line} ${word}`
    if (!empty && joined.length > width) {
      lines.push(line)
      line = indent + word
    } else {
      line = joined
    }
    empty = false
  }
  return [...lines, line]
}

/** Columns as wide as their longest cell; the last one runs free. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)))
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
