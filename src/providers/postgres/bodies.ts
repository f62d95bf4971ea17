// PL/pgSQL: every expression and statement in a body is SQL, read as if it stood alone. What is put
// together while it runs (EXECUTE) is read where it is a constant, and unknown where it is not.
import {
  childOf,
  childrenOf,
  constantOf,
  namesOf,
  nodeOf,
  numberOf,
  textOf,
} from '../../languages/sql/tree.ts'
import type { Node, Tree } from '../../languages/sql/tree.ts'
import { deeper, unknown } from './context.ts'
import type { Context } from './context.ts'
import { depthMax } from './names.ts'
import { readStatement } from './statements.ts'
import { readExpression } from './walk.ts'

const plain: ReadonlySet<string> = new Set(
  `PLpgSQL_alias PLpgSQL_case_when PLpgSQL_condition PLpgSQL_diag_item PLpgSQL_exception
  PLpgSQL_exception_block PLpgSQL_function PLpgSQL_if_elsif PLpgSQL_raise_option PLpgSQL_rec
  PLpgSQL_recfield PLpgSQL_row PLpgSQL_stmt_assert PLpgSQL_stmt_assign PLpgSQL_stmt_block
  PLpgSQL_stmt_call PLpgSQL_stmt_case PLpgSQL_stmt_close PLpgSQL_stmt_execsql PLpgSQL_stmt_exit
  PLpgSQL_stmt_fetch PLpgSQL_stmt_forc PLpgSQL_stmt_foreach_a PLpgSQL_stmt_fori PLpgSQL_stmt_fors
  PLpgSQL_stmt_getdiag PLpgSQL_stmt_if PLpgSQL_stmt_loop PLpgSQL_stmt_open PLpgSQL_stmt_perform
  PLpgSQL_stmt_raise PLpgSQL_stmt_return PLpgSQL_stmt_return_next PLpgSQL_stmt_return_query
  PLpgSQL_stmt_while PLpgSQL_type PLpgSQL_var PLpgSQL_arrayelem`
    .trim()
    .split(/\s+/),
)

/** The fields whose SQL is made while the body runs. */
const dynamic: Readonly<Record<string, string>> = {
  PLpgSQL_stmt_dynexecute: 'query',
  PLpgSQL_stmt_dynfors: 'query',
  PLpgSQL_stmt_open: 'dynquery',
  PLpgSQL_stmt_return_query: 'dynquery',
}

/** `definition` is a whole CREATE FUNCTION or DO. */
export function readPlpgsql(context: Context, name: string, definition: string): void {
  const parsed = context.parser.parseBody(definition)
  if (parsed.kind === 'refused') {
    unknown(context, `the body of \`${name}\` cannot be read: ${parsed.why}`)
    return
  }
  readParts(context, 'PLpgSQL_function', parsed.body)
}

function readParts(context: Context, kind: string, tree: Tree): void {
  const made = Object.hasOwn(dynamic, kind) ? dynamic[kind] : undefined
  for (const field in tree) {
    const value = tree[field]
    if (typeof value !== 'object' || value === null) continue
    if (field === made) {
      readMade(context, childOf(tree, field))
      continue
    }
    for (const part of (Array.isArray(value) ? value : [value]) as readonly unknown[]) {
      const node = nodeOf(part)
      if (node !== null) readPart(context, node)
      else if (typeof part === 'object' && part !== null && hasParts(part)) {
        unknown(context, `a part of a body that is not read: \`${kind}.${field}\``)
      }
    }
  }
}

/** `{"name": "x", "varno": 3}` holds names and numbers only. */
function hasParts(part: object): boolean {
  return Object.values(part).some((value) => typeof value === 'object' && value !== null)
}

function readPart(context: Context, { kind, tree }: Node): void {
  if (kind === 'PLpgSQL_expr') {
    readSql(context, tree)
    return
  }
  if (kind === 'PLpgSQL_stmt_commit' || kind === 'PLpgSQL_stmt_rollback') {
    context.found.untried ??= 'it ends transactions of its own'
    return
  }
  if (!plain.has(kind) && !Object.hasOwn(dynamic, kind)) {
    unknown(context, `a part of a body that is not read: \`${kind}\``)
    return
  }
  readParts(context, kind, tree)
}

/** parseMode as PostgreSQL's RawParseMode: 0 a statement, 2 an expression, 3 to 5 an assignment. */
function readSql(context: Context, tree: Tree): void {
  const query = textOf(tree, 'query')
  const mode = numberOf(tree, 'parseMode')
  if (mode === 0) {
    readText(context, query)
    return
  }
  if (mode === 2) {
    readExpression(context, query)
    return
  }
  const at = mode >= 3 && mode <= 5 ? assignmentAt(query) : null
  if (at === null) {
    unknown(context, 'an assignment in a body cannot be read')
    return
  }
  readExpression(context, `${targetOf(query.slice(0, at[0]))} ${query.slice(at[1])}`)
}

/** What is on the left only counts where it calls something: `x[f()] := 1`. */
function targetOf(left: string): string {
  return /^[\w\s."$\u0080-\uffff]*$/.test(left) ? '' : `${left},`
}

/** The first `:=` or `=` outside of quotes and brackets. */
function assignmentAt(text: string): readonly [number, number] | null {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    if (sign === "'" || text.startsWith('--', at) || text.startsWith('/*', at)) return null
    if (sign === '"') {
      const end = text.indexOf('"', at + 1)
      if (end === -1) return null
      at = end
    } else if (sign === '(' || sign === '[') depth++
    else if (sign === ')' || sign === ']') depth--
    else if (depth === 0 && text.startsWith(':=', at)) return [at, at + 2]
    else if (depth === 0 && sign === '=') return [at, at + 1]
  }
  return null
}

export function readText(context: Context, text: string): void {
  if (context.depth >= depthMax) {
    unknown(context, `bodies in bodies, ${depthMax} deep`)
    return
  }
  const parsed = context.parser.parse(text)
  if (parsed.kind === 'refused') {
    unknown(context, `it cannot be read: ${parsed.why}`)
    return
  }
  for (const statement of parsed.statements) readStatement(deeper(context), statement)
}

/** EXECUTE: the text itself where it is constant. */
function readMade(context: Context, node: Node | null): void {
  const query = node === null ? '' : textOf(node.tree, 'query')
  readExpression(context, query)
  const parsed = context.parser.parse(`SELECT ${query}`)
  const [statement] = parsed.kind === 'parsed' ? parsed.statements : []
  const [target] = statement === undefined ? [] : childrenOf(statement.tree, 'targetList')
  const text = target === undefined ? undefined : foldText(childOf(target.tree, 'val'))
  if (text === undefined) unknown(context, 'SQL that is put together while it runs')
  else readText(context, text)
}

/** A constant, or constants joined by `||`. */
export function foldText(node: Node | null, depth = 0): string | undefined {
  if (node === null || depth > 100) return undefined
  if (node.kind === 'A_Expr' && namesOf(node.tree, 'name').join() === '||') {
    const left = foldText(childOf(node.tree, 'lexpr'), depth + 1)
    const right = foldText(childOf(node.tree, 'rexpr'), depth + 1)
    return left === undefined || right === undefined ? undefined : left + right
  }
  const value = node.kind === 'A_Const' ? constantOf(node) : undefined
  return typeof value === 'string' ? value : undefined
}
