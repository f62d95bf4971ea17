// What was changed where, so that it can be taken back byte for byte.
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

import type { HookPlace } from './place.ts'

export interface InstalledNote {
  readonly agent: string
  /** SHA-256 of the file as we left it */
  readonly after: string
  readonly backup: string | null
  /** folders that were made for it, innermost first */
  readonly made: readonly string[]
}

type Notes = Readonly<Record<string, InstalledNote>>

export function noteOf(place: HookPlace, file: string): InstalledNote | null {
  const notes = readNotes(place)
  return Object.hasOwn(notes, file) ? (notes[file] ?? null) : null
}

export function noted(place: HookPlace, file: string, note: InstalledNote): void {
  writeNotes(place, { ...readNotes(place), [file]: note })
}

export function forget(place: HookPlace, file: string): void {
  const kept = Object.entries(readNotes(place)).filter(([name]) => name !== file)
  writeNotes(place, Object.fromEntries(kept))
}

/** Whatever is not readable in it is not known: then a file is edited instead of restored. */
function readNotes({ installed }: HookPlace): Notes {
  try {
    const value: unknown = JSON.parse(readFileSync(installed, 'utf8'))
    if (typeof value !== 'object' || value === null) return {}
    return Object.fromEntries(Object.entries(value).filter(([, note]) => isNote(note)))
  } catch {
    return {}
  }
}

function isNote(value: unknown): value is InstalledNote {
  if (typeof value !== 'object' || value === null) return false
  const { after, backup, made } = value as Record<string, unknown>
  const list: unknown = made
  const folders = Array.isArray(list) && list.every((one) => typeof one === 'string')
  return typeof after === 'string' && (backup === null || typeof backup === 'string') && folders
}

function writeNotes({ installed }: HookPlace, notes: Notes): void {
  const beside = `${installed}.new`
  writeFileSync(beside, JSON.stringify(notes, null, 2) + '\n', { mode: 0o600 })
  renameSync(beside, installed)
}
