import type { CommandRow } from './commands.ts'
import { removing } from './files-remove.ts'

/** Every program whose commands have a meaning here: rows of all fields. */
export const commandRows: readonly CommandRow[] = [...removing]
