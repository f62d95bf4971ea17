import { clouds } from './clouds/index.ts'
import type { CommandRow } from './commands.ts'
import { databases } from './databases/index.ts'
import { archiving } from './files-archive.ts'
import { disks } from './files-disks.ts'
import { moding } from './files-modes.ts'
import { reading } from './files-read.ts'
import { removing } from './files-remove.ts'
import { writing } from './files-write.ts'
import { gitRows } from './git.ts'
import { platforms } from './platforms/index.ts'

/** Every program whose commands have a meaning here: rows of all fields. */
export const commandRows: readonly CommandRow[] = [
  ...removing,
  ...writing,
  ...reading,
  ...archiving,
  ...moding,
  ...disks,
  ...gitRows,
  ...clouds,
  ...platforms,
  ...databases,
]
