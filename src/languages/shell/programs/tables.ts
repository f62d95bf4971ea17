// A table for each language.
import { node } from './node.ts'
import type { Language } from './program.ts'
import { python } from './python.ts'
import type { Table } from './rows.ts'
import { perl, php, ruby } from './scripts.ts'

export const tables: Readonly<Record<Language, Table>> = { node, perl, php, python, ruby }
