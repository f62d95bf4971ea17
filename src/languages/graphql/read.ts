// What one operation of a document asks for: its root fields, as section 6 (October 2021) would
// execute them (GetOperation, CollectFields), with their arguments. Judges nothing.
// https://spec.graphql.org/October2021/#sec-Execution
import { Kind } from 'graphql'
import type { DirectiveNode, FieldNode, SelectionSetNode, ValueNode } from 'graphql'

import type { JsonObject } from '../json/value.ts'
import type { ExecutableDocument, Operation } from './document.ts'
import { resolveArguments, resolveValue, variablesOf } from './value.ts'
import type { ValueObject, Variables } from './value.ts'

export type OperationKind = 'query' | 'mutation' | 'subscription'

export interface RootField {
  readonly operation: OperationKind
  /** the field, never its alias */
  readonly name: string
  readonly arguments: ValueObject
  /** Every field below that is not surely skipped, depth first; walks anew at each call. */
  below(): Iterable<FieldBelow>
  /**
   * The field as written, cut before a literal inside an argument or input field of these names and
   * after so many characters.
   */
  excerpt(concealed: ReadonlySet<string>, charactersMax: number): Excerpt
}

export interface FieldBelow {
  readonly name: string
  readonly arguments: ValueObject
  /** nothing is selected in it: a scalar, the value itself */
  readonly leaf: boolean
  /** the fields between the root field and this one */
  readonly path: readonly string[]
}

export interface Excerpt {
  readonly text: string
  readonly span: readonly [start: number, end: number]
}

export type OperationRead =
  | Readonly<{ kind: 'read'; operation: OperationKind; fields: readonly RootField[] }>
  | Readonly<{ kind: 'refused'; why: string }>

/** Fields in the order in which they would be executed; none where all are surely skipped. */
export function readOperation(
  document: ExecutableDocument,
  operationName: string | null,
  given: JsonObject,
): OperationRead {
  const operation = selectOperation(document, operationName)
  if (typeof operation === 'string') return { kind: 'refused', why: operation }
  const scope = { document, operation, variables: variablesOf(operation, given) }
  const { node } = operation
  const nodes = fieldsOf(scope, node.selectionSet)
  const fields = nodes.map((field) => rootField(scope, field))
  return { kind: 'read', operation: node.operation, fields }
}

interface Scope {
  readonly document: ExecutableDocument
  readonly operation: Operation
  readonly variables: Variables
}

function selectOperation(
  { operations }: ExecutableDocument,
  name: string | null,
): Operation | string {
  const [only, second] = operations
  if (only === undefined) return 'no operation in the GraphQL'
  // Some servers take an empty name for none: where there is one operation, both mean that one.
  if (name === null || name === '') {
    return second === undefined ? only : 'several operations, and no `operationName` chooses one'
  }
  const named = operations.find(({ node }) => node.name?.value === name)
  return named ?? 'no operation is called as `operationName` says'
}

function rootField(scope: Scope, node: FieldNode): RootField {
  return {
    operation: scope.operation.node.operation,
    name: node.name.value,
    arguments: resolveArguments(node.arguments, scope.variables),
    below: () => walkBelow(scope, node.selectionSet, []),
    excerpt: (concealed, charactersMax) => excerpt(scope, node, concealed, charactersMax),
  }
}

function* walkBelow(
  scope: Scope,
  set: SelectionSetNode | undefined,
  path: readonly string[],
): Generator<FieldBelow> {
  if (set === undefined) return
  for (const node of fieldsOf(scope, set)) {
    const name = node.name.value
    const leaf = node.selectionSet === undefined
    yield { name, arguments: resolveArguments(node.arguments, scope.variables), leaf, path }
    if (!leaf) yield* walkBelow(scope, node.selectionSet, [...path, name])
  }
}

/**
 * Fields of a selection with its fragments spread; type conditions are taken to hold. That this
 * ends, and soon, is checked when a document is parsed: no cycles, bounded with fragments spread.
 */
function fieldsOf(
  scope: Scope,
  set: SelectionSetNode,
  found: FieldNode[] = [],
): readonly FieldNode[] {
  for (const selection of set.selections) {
    if (isSurelySkipped(selection.directives, scope.variables)) continue
    switch (selection.kind) {
      case Kind.FIELD:
        found.push(selection)
        break
      case Kind.INLINE_FRAGMENT:
        fieldsOf(scope, selection.selectionSet, found)
        break
      case Kind.FRAGMENT_SPREAD: {
        const fragment = scope.document.fragments.get(selection.name.value)
        if (fragment !== undefined) fieldsOf(scope, fragment.selectionSet, found)
        break
      }
    }
  }
  return found
}

/** Only a boolean that is known to say so skips a field: `"true"`, 1 and null do not. */
function isSurelySkipped(
  directives: readonly DirectiveNode[] | undefined,
  variables: Variables,
): boolean {
  if (directives === undefined || directives.length === 0) return false
  return directives.some(({ name, arguments: given }) => {
    const condition = given?.find((argument) => argument.name.value === 'if')
    if (condition === undefined) return false
    const value = resolveValue(condition.value, variables)
    return name.value === 'skip' ? value === true : name.value === 'include' && value === false
  })
}

function excerpt(
  { document }: Scope,
  node: FieldNode,
  concealed: ReadonlySet<string>,
  charactersMax: number,
): Excerpt {
  const start = node.loc?.start ?? 0
  let end = Math.min(node.loc?.end ?? start, start + charactersMax)
  for (const { name, value } of node.arguments ?? []) {
    end = Math.min(end, startOfConcealed(value, concealed, concealed.has(name.value)))
  }
  // A character outside the basic plane is not cut in two: half of one is not text.
  if (isFirstHalf(document.text.charCodeAt(end - 1))) end--
  return { text: document.text.slice(start, end), span: [start, end] }
}

/** Where the first literal stands that must not be shown; infinity where none does. */
function startOfConcealed(value: ValueNode, names: ReadonlySet<string>, hidden: boolean): number {
  switch (value.kind) {
    case Kind.VARIABLE:
      return Number.POSITIVE_INFINITY
    case Kind.LIST:
      return Math.min(...value.values.map((item) => startOfConcealed(item, names, hidden)))
    case Kind.OBJECT:
      return Math.min(
        ...value.fields.map((field) =>
          startOfConcealed(field.value, names, hidden || names.has(field.name.value)),
        ),
      )
    default:
      return hidden ? (value.loc?.start ?? 0) : Number.POSITIVE_INFINITY
  }
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
