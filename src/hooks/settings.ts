// A row of the table as changes of a text: elements into JSON, tables into TOML, or a whole file.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import { ourElement, withElements, without } from './json-edit.ts'
import { codexTables } from './table.ts'
import type { HookRow, HookWords, Whereabouts } from './table.ts'
import { tomlBlock, tomlHooks, withTomlBlock, withoutTomlBlock } from './toml-text.ts'

export interface SettingsForm {
  readonly file: string
  /** The text with ours in it; null: there is no file. Throws a Fault where it cannot be read. */
  readonly put: (text: string | null, words: HookWords) => string
  /** The text without ours; null: nothing is left. */
  readonly take: (text: string) => string | null
  readonly has: (text: string) => boolean
}

export function settingsForm(row: HookRow, where: Whereabouts): SettingsForm {
  const file = row.file(where)
  if (row.form.kind === 'whole') return wholeForm(file, row.form.text)
  const toml = row.name === 'codex' ? tomlInstead(file) : null
  return toml ?? jsonForm(file, row.form)
}

const ofOurs = 'Written by `holdpoint hook install'

function wholeForm(file: string, text: (words: HookWords) => string): SettingsForm {
  const isOurs = (found: string): boolean =>
    found.includes(ofOurs) || /[/\\]holdpoint[/\\]hook[/\\]client/.test(found)
  return {
    file,
    put(found, words) {
      if (found === null || isOurs(found)) return text(words)
      throw new Fault('hook-settings', 'somebody else wrote it')
    },
    take: (found) => (isOurs(found) ? null : found),
    has: isOurs,
  }
}

type JsonForm = Extract<HookRow['form'], { kind: 'json' }>

function jsonForm(file: string, { fresh, edits }: JsonForm): SettingsForm {
  const nobody: HookWords = { client: '/holdpoint/hook/client', version: null }
  const spots = edits(nobody).map(({ spot }) => spot)
  return {
    file,
    put: (text, words) =>
      withElements(text === null || text.trim() === '' ? fresh : text, edits(words)),
    take(text) {
      const left = spots.reduce(without, text)
      // A file of which nothing is left but what a new one begins with was made by us.
      return bare(left) === bare(fresh) && bare(text) !== bare(fresh) && left !== text ? null : left
    },
    has: (text) => text.trim() !== '' && spots.some((spot) => ourElement(text, spot) !== null),
  }
}

function bare(text: string): string {
  return text.replace(/\s+/g, '')
}

/** Codex asks for one form in each folder: tables where config.toml has hooks, else hooks.json. */
function tomlInstead(jsonFile: string): SettingsForm | null {
  const file = join(dirname(jsonFile), 'config.toml')
  if (existsSync(jsonFile) || !existsSync(file)) return null
  const text = readFileSync(file, 'utf8')
  if (tomlBlock(text) === null && !/^\s*(\[\[?\s*)?hooks\b/m.test(text)) return null
  return {
    file,
    put(found, words) {
      const kept = withoutTomlBlock(found ?? '')
      if (tomlHooks(kept) === 'inline') {
        throw new Fault(
          'hook-settings',
          'its `hooks` stand on one line, to which none can be added',
        )
      }
      return withTomlBlock(found ?? '', codexTables(words))
    },
    take: (found) => withoutTomlBlock(found),
    has: (found) => tomlBlock(found) !== null,
  }
}
