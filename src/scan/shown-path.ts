import { isAbsolute, relative } from 'node:path'

import type { ScanWorld } from './source.ts'

/** As people would write it: from where they stand, or from their home. */
export function shownPath(path: string, { cwd, home }: Pick<ScanWorld, 'cwd' | 'home'>): string {
  const here = relative(cwd, path)
  if (here !== '' && !here.startsWith('..') && !isAbsolute(here)) return here
  const there = relative(home, path)
  if (there !== '' && !there.startsWith('..') && !isAbsolute(there)) return `~/${there}`
  return path
}
