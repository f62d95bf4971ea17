// What is known of agents' conversations, a small file each: a daemon that was ended and started
// again, or a hook that answers without one, knows what was refused before.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A session as the desk has it; what is in it is its own. */
export interface KeptSessions<S> {
  open(key: string): S | null
  keep(key: string, session: S): void
}

const sessionBytesMax = 1_048_576
const keptHours = 24
const filesMax = 2_000

export function createKeptSessions<S>(
  folder: string,
  check: (value: unknown) => S | null,
  options: Readonly<{ tag: string; milliseconds: () => number }>,
): KeptSessions<S> {
  const fileOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`)
  let count = 0

  /** Now and then, so that they do not pile up. */
  function sweep(): void {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    for (const name of names) {
      const file = join(folder, name)
      const at = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
      const old = options.milliseconds() - at > keptHours * 3_600_000
      if (old || names.length > filesMax) rmSync(file, { force: true })
    }
  }

  return {
    open(key) {
      const file = fileOf(key)
      const found = statSync(file, { throwIfNoEntry: false })
      if (found === undefined || found.size > sessionBytesMax) return null
      try {
        return check(JSON.parse(readFileSync(file, 'utf8')))
      } catch {
        return null
      }
    },
    keep(key, session) {
      const file = fileOf(key)
      const beside = `${file}.${options.tag}`
      writeFileSync(beside, JSON.stringify(session), { mode: 0o600 })
      renameSync(beside, file)
      if (count++ % 100 === 0) sweep()
    },
  }
}
