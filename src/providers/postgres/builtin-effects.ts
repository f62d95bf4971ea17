// What a row of the table of PostgreSQL's own functions comes to, with the arguments given.
import { unreachable } from '../../domain/fault.ts'
import { constantOf } from '../../languages/sql/tree.ts'
import type { Node } from '../../languages/sql/tree.ts'
import { foldText, readText } from './bodies.ts'
import type { BuiltinRow } from './builtins.ts'
import {
  databaseOf,
  destroys,
  disarms,
  discloses,
  escalates,
  qualify,
  relationResource,
  resourceOf,
  serverOf,
  unknown,
  writes,
} from './context.ts'
import type { Context } from './context.ts'
import { schemasIn } from './routine-settings.ts'
import { readSetting } from './settings.ts'
import { namedRelation } from './targets.ts'

export function applyBuiltin(
  context: Context,
  name: string,
  row: BuiltinRow,
  given: readonly Node[],
): void {
  if (row !== 'harmless') {
    context.found.inConstants = true
    leavesTraces(context, name)
  }
  switch (row) {
    case 'harmless':
      return
    case 'discloses-server': {
      discloses(context, serverOf(context))
      return
    }
    case 'escalates-server': {
      escalates(context, serverOf(context))
      return
    }
    case 'disarms-server': {
      disarms(context, serverOf(context))
      return
    }
    case 'writes-server': {
      writes(context, serverOf(context), 'never')
      return
    }
    case 'writes-database': {
      writes(context, databaseOf(context), 'never')
      return
    }
    case 'adds-database': {
      writes(context, databaseOf(context))
      return
    }
    case 'destroys-database': {
      destroys(context, databaseOf(context), 'some', 'never')
      return
    }
    case 'advances-sequence': {
      sequence(context, given[0], 'trivial')
      return
    }
    case 'sets-sequence': {
      sequence(context, given[0], 'never')
      return
    }
    case 'sets-setting': {
      setting(context, given)
      return
    }
    case 'runs-text-first': {
      runs(context, name, given[0])
      return
    }
    case 'runs-text-second': {
      if (given.length < 3) runs(context, name, given[1])
      return
    }
    case 'runs-everything': {
      unknown(context, `\`${name}\` runs what its arguments name`)
      return
    }
    default:
      return unreachable(row)
  }
}

const transactional: ReadonlySet<string> = new Set([
  'lo_creat',
  'lo_create',
  'lo_from_bytea',
  'lo_put',
  'lowrite',
  'lo_truncate',
  'lo_truncate64',
  'lo_unlink',
  'nextval',
  'set_config',
  'setval',
])

/** What reaches out of the transaction would stay when a trial is rolled back. */
function leavesTraces(context: Context, name: string): void {
  if (!transactional.has(name)) context.found.untried ??= `\`${name}\` reaches out of a transaction`
}

function sequence(context: Context, named: Node | undefined, keeping: 'trivial' | 'never'): void {
  const text = constantOf(named ?? null)
  const words = typeof text === 'string' ? schemasIn(text.replaceAll('.', ','), '$user') : null
  if (words === null || words.length === 0) {
    writes(context, resourceOf(context, 'sequence', null), keeping)
    return
  }
  const target = namedRelation(context, words)
  const isOwned = target.kind === 'relation' && target.relation.table !== null
  // A default of the table that it belongs to: it is a part of that table.
  if (isOwned && keeping === 'trivial' && context.depth > 0) return
  const resource =
    target.kind === 'relation'
      ? relationResource(context, target.relation)
      : resourceOf(context, 'sequence', qualify(target.schema, target.name))
  writes(context, resource, keeping)
}

function setting(context: Context, [named, value]: readonly Node[]): void {
  const name = constantOf(named ?? null)
  const written = constantOf(value ?? null)
  if (typeof name !== 'string') {
    unknown(context, 'set_config of a setting that is not named')
    return
  }
  const values = typeof written === 'string' ? listOf(name, written) : null
  readSetting(context, name.toLowerCase(), values)
}

function listOf(name: string, value: string): readonly string[] | null {
  return name.toLowerCase() === 'search_path' ? schemasIn(value, '$user') : [value]
}

function runs(context: Context, name: string, given: Node | undefined): void {
  const text = foldText(given ?? null)
  if (text === undefined) unknown(context, `\`${name}\` runs SQL that is put together meanwhile`)
  else readText(context, text)
}
