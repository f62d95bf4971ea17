// TOML, only as far as it must be known to add tables at its end and take them away again: that the
// text is whole there, and whether `hooks` is written in tables already.
// https://toml.io/en/v1.0.0
import { Fault } from '../domain/fault.ts'

const begin = '# holdpoint: begin'
const end = '# holdpoint: end'
const block = /(?:\r?\n)?(?:\r?\n)?# holdpoint: begin\r?\n[^]*?# holdpoint: end\r?\n/

/** `tables`: `[[hooks.X]]` stand in it; `inline`: `hooks = …` does, to which no table can be added */
export type TomlHooks = 'none' | 'tables' | 'inline'

export function tomlHooks(text: string): TomlHooks {
  const lines = topLines(text)
  if (lines.some((line) => /^\s*hooks(\.\w+)?\s*=/.test(line))) return 'inline'
  return lines.some((line) => /^\s*\[\[?\s*hooks\b/.test(line)) ? 'tables' : 'none'
}

export function withTomlBlock(text: string, tables: string): string {
  topLines(text)
  const bare = withoutTomlBlock(text)
  const gap = bare === '' ? '' : bare.endsWith('\n') ? '\n' : '\n\n'
  return `${bare}${gap}${begin}\n${tables}${end}\n`
}

export function withoutTomlBlock(text: string): string {
  return text.replace(block, (_, at: number) => (at === 0 ? '' : '\n')).replace(/^\n$/, '')
}

export function tomlBlock(text: string): string | null {
  return block.exec(text)?.[0] ?? null
}

/** A text of TOML, in quotes. */
export function tomlText(value: string): string {
  return JSON.stringify(value)
}

/** Its lines without comments and what stands in strings; throws a Fault where it breaks off. */
function topLines(text: string): readonly string[] {
  const string = /"""(?:[^\\]|\\[^])*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*/g
  const bare = text.replace(string, (found) => (found.startsWith('#') ? '' : '""'))
  const broken = /'|"(?!")(?<!"")/.test(bare.replaceAll('""', ''))
  const opened = (bare.match(/[[{]/g) ?? []).length
  const closed = (bare.match(/[\]}]/g) ?? []).length
  if (broken || opened !== closed) {
    throw new Fault('hook-settings', 'a text or a bracket is not closed in it')
  }
  return bare.split('\n')
}
