// Gives an agent its hook and takes it away again. What was there is kept aside first, and put back
// byte for byte where nothing else has changed since.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import type { HookAgentName } from '../doors/hook/event.ts'
import { Fault } from '../domain/fault.ts'
import { sha256 } from '../system/hash.ts'
import { forget, noteOf, noted } from './installed.ts'
import type { HookPlace } from './place.ts'
import { settingsForm } from './settings.ts'
import type { SettingsForm } from './settings.ts'
import type { HookRow, HookWords, Whereabouts } from './table.ts'

export interface HookWorld {
  readonly where: Whereabouts
  readonly place: HookPlace
  readonly words: HookWords
  /** `2026-01-01T00-00-00`, for the names of what is kept aside */
  readonly stamp: string
}

export interface Changed {
  readonly agent: HookAgentName
  readonly file: string
  /** nothing: it was so already */
  readonly change: 'written' | 'nothing' | 'restored' | 'taken out' | 'removed'
  /** where it stands as it was before; null where there was nothing */
  readonly backup: string | null
}

const settingsBytesMax = 4_194_304

export function installHook(row: HookRow, world: HookWorld): Changed {
  const form = settingsForm(row, world.where)
  const file = realFile(form.file)
  const before = readSettings(file)
  const after = explained(form.file, () => form.put(before, world.words))
  if (before === after) return { agent: row.name, file, change: 'nothing', backup: null }
  const known = noteOf(world.place, file)
  // Ours replaced by ours: what is kept aside is still what was there before.
  const again = known !== null && before !== null && sha256(before) === known.after
  const backup = again ? known.backup : keepAside(file, before, world)
  const made = again ? known.made : missingFolders(dirname(file))
  noted(world.place, file, { agent: row.name, after: sha256(after), backup, made })
  writeSettings(file, after)
  return { agent: row.name, file, change: 'written', backup }
}

export function uninstallHook(row: HookRow, world: HookWorld): Changed {
  const form = settingsForm(row, world.where)
  const file = realFile(form.file)
  const now = readSettings(file)
  const known = noteOf(world.place, file)
  const nothing: Changed = { agent: row.name, file, change: 'nothing', backup: null }
  if (now === null) return nothing
  if (known !== null && sha256(now) === known.after) {
    forget(world.place, file)
    if (known.backup !== null && existsSync(known.backup)) {
      writeSettings(file, readFileSync(known.backup, 'utf8'))
      return { ...nothing, change: 'restored', backup: known.backup }
    }
    removeSettings(file, known.made)
    return { ...nothing, change: 'removed' }
  }
  const after = explained(form.file, () => form.take(now))
  if (after === now) return nothing
  const backup = keepAside(file, now, world)
  forget(world.place, file)
  if (after === null) removeSettings(file, known?.made ?? [])
  else writeSettings(file, after)
  return { ...nothing, change: 'taken out', backup }
}

export interface HookState {
  readonly agent: HookAgentName
  readonly file: string
  /** other: ours, with another client or in an older form */
  readonly state: 'installed' | 'other' | 'absent' | 'unreadable'
}

export function hookState(
  row: HookRow,
  { where, words }: Pick<HookWorld, 'where' | 'words'>,
): HookState {
  const form = settingsForm(row, where)
  const common = { agent: row.name, file: form.file }
  try {
    const text = readSettings(realFile(form.file))
    if (text === null || !form.has(text)) return { ...common, state: 'absent' }
    return { ...common, state: form.put(text, words) === text ? 'installed' : 'other' }
  } catch {
    return { ...common, state: 'unreadable' }
  }
}

/** Settings are often links into a folder of dotfiles: the file is changed, the link stays. */
function realFile(file: string): string {
  return existsSync(file) ? realpathSync(file) : file
}

function readSettings(file: string): string | null {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return null
  if (!found.isFile() || found.size > settingsBytesMax) {
    throw new Fault('hook-settings', `\`${file}\` is no settings file; nothing was changed`)
  }
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file))
}

function explained<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'hook-settings') throw error
    const says = `\`${file}\` cannot be read: ${error.message}; mend it, nothing was changed`
    throw new Fault('hook-settings', says)
  }
}

function keepAside(file: string, text: string | null, { place, stamp }: HookWorld): string | null {
  if (text === null) return null
  const name = `${stamp}-${sha256(file).slice(0, 8)}-${basename(file)}`
  const backup = join(place.backups, name)
  writeFileSync(backup, text, { mode: 0o600 })
  return backup
}

/** Whole or not at all, with the rights that the file has. */
function writeSettings(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644
  const beside = `${file}.holdpoint`
  writeFileSync(beside, text, { mode: mode & 0o777 })
  chmodSync(beside, mode & 0o777)
  renameSync(beside, file)
}

function missingFolders(folder: string): readonly string[] {
  const made: string[] = []
  for (let at = folder; !existsSync(at) && dirname(at) !== at; at = dirname(at)) made.push(at)
  return made
}

/** With the folders that were made for it, where nothing else is in them by now. */
function removeSettings(file: string, made: readonly string[]): void {
  rmSync(file, { force: true })
  for (const folder of made) {
    try {
      rmdirSync(folder)
    } catch {
      return
    }
  }
}

export type { SettingsForm }
