import type { HookParts } from '../doors/hook/parts.ts'

/** Snapshots of a work tree, kept where those of `holdpoint undo --files` are. */
export function openWorkTreeSnapshots(
  _home: string,
  _environment: Readonly<Record<string, string | undefined>>,
): HookParts['snapshots'] {
  return () => Promise.resolve(null)
}
