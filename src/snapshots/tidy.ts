// Forgets what is too old, and packs what is left into one pack. The long part runs beside whoever
// takes snapshots; only the swap is done under the lock.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import type { SnapshotLimits } from './limits.ts'
import type { Lock } from './lock.ts'
import type { Kept } from './record.ts'
import type { Shadow } from './shadow.ts'
import { whyStart } from './snapshots.ts'
import type { Snapshot } from './snapshots.ts'

const packsMax = 40

export function packsOf(shadow: Shadow): readonly string[] {
  const names = readdirSync(join(shadow.folder, 'objects/pack'))
  return names
    .filter((name) => /^pack-[0-9a-f]+\.pack$/.test(name))
    .map((name) => name.slice(0, -5))
}

export function needsTidying(shadow: Shadow): boolean {
  return packsOf(shadow).length > packsMax
}

/** Which go: those past their days, then the oldest; never the newest, nor the newest start. */
export function expired(
  snapshots: readonly Snapshot[],
  limits: Pick<SnapshotLimits, 'snapshotsMax' | 'daysMax'>,
  milliseconds: number,
): readonly Snapshot[] {
  const newestStart = snapshots.find(({ why }) => why.startsWith(whyStart))
  const oldest = milliseconds - limits.daysMax * 24 * 3600 * 1000
  return snapshots.filter((snapshot, index) => {
    if (index === 0 || snapshot === newestStart) return false
    return index >= limits.snapshotsMax || Date.parse(snapshot.at) < oldest
  })
}

export async function tidy(
  shadow: Shadow,
  lock: Lock,
  limits: SnapshotLimits,
  milliseconds: number,
): Promise<void> {
  const { git } = shadow
  await lock.alone(() => forget(shadow, limits, milliseconds))
  const before = await refIds(shadow)
  if (before.length === 0) return
  const old = packsOf(shadow)
  const into = join(shadow.folder, 'objects/pack/pack')
  const pack = ['pack-objects', '--quiet', '--revs', '--delta-base-offset', into]
  const main = await git.run(pack, lines(before))
  await lock.alone(async () => {
    const now = await refIds(shadow)
    // What was taken meanwhile may lean on objects that were not packed again.
    const fresh = now.filter((id) => !before.includes(id))
    const since = fresh.length === 0 ? '' : await git.run(pack, lines([...fresh, ...not(before)]))
    const keep = [main.toString('utf8').trim(), since.toString('utf8').trim()]
    // Another one may have taken our pack for an old one.
    if (!packsOf(shadow).includes(`pack-${main.toString('utf8').trim()}`)) return
    shadow.sync()
    for (const name of fresh.length === 0 ? old : packsOf(shadow)) {
      if (!keep.includes(name.slice('pack-'.length))) removePack(shadow, name)
    }
    sweep(shadow)
  })
}

async function refIds(shadow: Shadow): Promise<readonly string[]> {
  return (await shadow.records()).map(({ snapshot }) => snapshot.id)
}

function lines(ids: readonly string[]): string {
  return ids.map((id) => `${id}\n`).join('')
}

function not(ids: readonly string[]): readonly string[] {
  return ids.map((id) => `^${id}`)
}

async function forget(shadow: Shadow, limits: SnapshotLimits, now: number): Promise<void> {
  const records: readonly Kept[] = await shadow.records()
  const snapshots = records.map(({ snapshot }) => snapshot)
  const gone = new Set(expired(snapshots, limits, now).map(({ id }) => id))
  if (gone.size > 0) {
    const refs = (await shadow.git.run(['for-each-ref', '--format=%(objectname) %(refname)']))
      .toString('utf8')
      .split('\n')
      .filter((line) => gone.has(line.slice(0, 64)))
      .map((line) => `delete ${line.slice(65)}\n`)
    await shadow.git.run(['update-ref', '--stdin'], refs.join(''))
  }
  await shadow.git.run(['pack-refs', '--all'])
}

function removePack(shadow: Shadow, name: string): void {
  for (const suffix of ['.idx', '.rev', '.bitmap', '.pack', '.keep']) {
    rmSync(join(shadow.folder, 'objects/pack', name + suffix), { force: true })
  }
}

/** What git left when it was killed: under the lock, no other is at work. */
function sweep(shadow: Shadow): void {
  for (const folder of [shadow.folder, join(shadow.folder, 'objects/pack')]) {
    for (const name of readdirSync(folder)) {
      if (!/^(tmp_|fast_import_crash_)/.test(name)) continue
      rmSync(join(folder, name), { force: true })
    }
  }
}
