import type { HookParts } from '../doors/hook/parts.ts'
import { createClock } from '../system/clock.ts'

/** Of a work tree, kept where `holdpoint undo --files` looks. Rejects with why none can be taken. */
export function openWorkTreeSnapshots(
  home: string,
  environment: Readonly<Record<string, string | undefined>>,
): HookParts['snapshots'] {
  const clock = createClock(null)
  return async (workTree) => {
    const { openSnapshots, snapshotsFolder } = await import('../snapshots/open.ts')
    const folder = snapshotsFolder({ ...environment, HOME: home })
    const searchPath = environment['PATH'] ?? '/usr/bin:/bin'
    return openSnapshots({ workTree, folder, clock, searchPath })
  }
}
