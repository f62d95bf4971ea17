// What is called: PostgreSQL's own functions by a table, everyone else's by reading their bodies.
import {
  childrenOf,
  constantOf,
  namesOf as namesIn,
  childOf,
  textOf,
} from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import { builtinRow, isKnownBuiltin } from './builtins.ts'
import { applyBuiltin } from './builtin-effects.ts'
import { readPlpgsql } from './bodies.ts'
import type { Routine } from './catalogue.ts'
import { deeper, unknown } from './context.ts'
import type { Context } from './context.ts'
import { extensionRow } from './extensions.ts'
import { depthMax } from './names.ts'
import { changesPath, searchPathOf } from './routine-settings.ts'
import { isSystemSchema } from './names.ts'
import { readStatement } from './statements.ts'
import { touchHoldpoint } from './targets.ts'
import { walk } from './walk.ts'

export function readCall(context: Context, tree: Tree): void {
  const names = namesIn(tree, 'funcname')
  const schema = names.length > 1 ? (names.at(-2) ?? '') : ''
  callByName(context, schema, names.at(-1) ?? '', childrenOf(tree, 'args'))
}

export function callByName(
  context: Context,
  schema: string,
  name: string,
  given: readonly Node[],
): void {
  if (touchHoldpoint(context, schema)) return
  const { changed } = context
  if (changed.everything !== null) unknown(context, changed.everything)
  if (changed.names.has(`${name}()`)) {
    unknown(context, `an earlier statement of the same text changes what \`${name}\` does`)
  }
  const own = context.names.routines(schema, name).filter((one) => takes(one, given.length))
  for (const one of own) {
    if (!context.planning || one.volatility !== 'v') readRoutine(context, one.oid, 'call')
  }
  if (schema !== '' && !isSystemSchema(schema)) {
    if (own.length === 0) missing(context, name)
    return
  }
  readBuiltin(context, name, given, own.length > 0)
}

function readBuiltin(
  context: Context,
  name: string,
  given: readonly Node[],
  isOthers: boolean,
): void {
  const row = builtinRow(name)
  if (row !== null) {
    if (!context.planning) applyBuiltin(context, name, row, given)
  } else if (context.changed.everything !== null) unknown(context, context.changed.everything)
  else if (!isOthers && !isKnownBuiltin(name)) missing(context, name)
}

/** With a whole catalogue the server has no such function, and will say so. */
function missing(context: Context, name: string): void {
  if (context.catalogue.assumed) {
    unknown(context, `what the function \`${name}\` does is not known without a catalogue`)
  } else if (context.catalogue.server >= 190000) {
    unknown(context, `\`${name}\` of a server that is newer than this reader`)
  }
}

function takes({ arguments: [least, most] }: Routine, count: number): boolean {
  return count >= least && (most === -1 || count <= most)
}

/** `t.name`, `(x).name`: a column, or a function of one row by that name. */
export function readRowCall(context: Context, name: string): void {
  for (const one of context.names.routines('', name)) {
    if (one.ofRow) readRoutine(context, one.oid, 'call')
  }
}

/** Reads the body, once a statement however often it is called. */
export function readRoutine(context: Context, oid: string, how: 'call' | 'trigger'): void {
  const routine = context.names.routine(oid)
  if (routine === null) {
    readBuiltinTrigger(context, how)
    return
  }
  const { found } = context
  if (found.seen.has(`routine/${oid}`)) return
  found.seen.add(`routine/${oid}`)
  if (routine.schema === 'holdpoint' && how === 'trigger') return
  if (touchHoldpoint(context, routine.schema)) return
  if (context.changed.names.has(`${routine.name}()`)) {
    unknown(context, `an earlier statement of the same text changes what \`${routine.name}\` does`)
  }
  if (context.depth >= depthMax) {
    unknown(context, `bodies in bodies, ${depthMax} deep`)
    return
  }
  readBody(context, routine)
}

/** A trigger that PostgreSQL brings changes nothing but the row that is being written. */
function readBuiltinTrigger(context: Context, how: 'call' | 'trigger'): void {
  if (how === 'call') unknown(context, 'a function that is not in the catalogue')
}

function readBody(context: Context, routine: Routine): void {
  const { name, language } = routine
  if (routine.extension !== null) {
    const row = extensionRow(routine.extension, name)
    if (row === 'harmless' && (language === 'c' || language === 'internal')) return
    if (row !== 'harmless') {
      unknown(context, row)
      return
    }
  }
  if (routine.kind === 'a') return
  if (routine.definition === null || (language !== 'sql' && language !== 'plpgsql')) {
    unknown(context, `\`${name}\` is written in ${language}, which is not read`)
    return
  }
  const inside = withPath(deeper(context), routine)
  if (inside === null) {
    unknown(context, `\`${name}\` runs with a search path of its own that is not followed`)
    return
  }
  const parsed = context.parser.parse(routine.definition)
  const [statement] = parsed.kind === 'parsed' ? parsed.statements : []
  if (statement?.kind !== 'CreateFunctionStmt') {
    const why = parsed.kind === 'refused' ? parsed.why : 'it has no body'
    unknown(context, `\`${name}\` cannot be read: ${why}`)
    return
  }
  if (language === 'plpgsql') readPlpgsql(inside, name, routine.definition)
  else readSqlBody(inside, name, statement.tree)
}

/** Its names are found by its own search path, where it has one. */
function withPath(context: Context, routine: Routine): Context | null {
  if (!changesPath(routine)) return context
  const names = searchPathOf(context, routine)
  return names === null ? null : { ...context, names }
}

function readSqlBody(context: Context, name: string, tree: Tree): void {
  const standard = childOf(tree, 'sql_body')
  if (standard !== null) {
    readStandardBody(context, standard)
    return
  }
  const [text = ''] = childrenOf(tree, 'options').flatMap(({ tree: option }) =>
    textOf(option, 'defname') === 'as' ? namesOfBody(option) : [],
  )
  const parsed = context.parser.parse(text)
  if (parsed.kind === 'refused') {
    unknown(context, `\`${name}\` cannot be read: ${parsed.why}`)
    return
  }
  for (const statement of parsed.statements) readStatement(context, statement)
}

function namesOfBody(option: Tree): readonly string[] {
  const list = childOf(option, 'arg')
  if (list?.kind === 'List') return namesIn(list.tree, 'items')
  const text = constantOf(list)
  return typeof text === 'string' ? [text] : []
}

/** `BEGIN ATOMIC …` is a list of a list of statements, `RETURN …` is one. */
function readStandardBody(context: Context, node: Node): void {
  if (node.kind === 'List') {
    for (const one of childrenOf(node.tree, 'items')) readStandardBody(context, one)
  } else if (node.kind === 'ReturnStmt') walk(context, childOf(node.tree, 'returnval'))
  else readStatement(context, node)
}
