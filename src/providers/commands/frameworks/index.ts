import type { CommandRow } from '../commands.ts'
import { phpRows } from './php.ts'
import { pythonRows } from './python.ts'
import { railsRows } from './rails.ts'
import { schemaRows } from './schemas.ts'
import { scripts } from './scripts.ts'

export const frameworks: readonly CommandRow[] = [
  ...scripts,
  ...railsRows,
  ...pythonRows,
  ...phpRows,
  ...schemaRows,
]
