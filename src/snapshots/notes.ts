// When snapshots were asked for again: a line of JSON each, appended.
import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'

import type { Instant } from '../domain/names.ts'
import type { Occurrence } from './snapshots.ts'

export interface Notes {
  /** Adds one; all of that snapshot, newest first. */
  add(id: string, occurrence: Occurrence): readonly Occurrence[]
  /** newest first, by snapshot */
  read(): ReadonlyMap<string, readonly Occurrence[]>
}

const shownMax = 20
const fileBytesMax = 1_048_576
const keptMax = 1000

export function createNotes(file: string): Notes {
  function read(): Map<string, Occurrence[]> {
    const found = new Map<string, Occurrence[]>()
    for (const line of linesOf(file).reverse()) {
      const [id, at, why] = parse(line)
      const known = found.get(id) ?? []
      if (known.length < shownMax) found.set(id, [...known, { at: at as Instant, why }])
    }
    return found
  }

  return {
    read,
    add(id, { at, why }) {
      appendFileSync(file, `${JSON.stringify([id, at, why])}\n`, { mode: 0o600 })
      if (statSync(file).size > fileBytesMax) {
        writeFileSync(`${file}.new`, `${linesOf(file).slice(-keptMax).join('\n')}\n`, {
          mode: 0o600,
        })
        renameSync(`${file}.new`, file)
      }
      return read().get(id) ?? []
    },
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(isWhole)
  } catch {
    return []
  }
}

/** A crash can cut the last line short. */
function isWhole(line: string): boolean {
  return /^\["[0-9a-f]{64}",".*"\]$/.test(line)
}

function parse(line: string): readonly [id: string, at: string, why: string] {
  return JSON.parse(line) as [string, string, string]
}
