// Executable documents of GraphQL (October 2021, sections 2 and 5), parsed by graphql-js. Before
// its recursive parser runs, the same lexer has counted tokens and nesting. Refused besides what
// does not parse: type definitions, anything named twice where a name must be unique (5.2.1, 5.4.2,
// 5.5.1, 5.6.2, 5.7.3, 5.8.1), spreads of unknown fragments (5.5.2.1), cycles (5.5.2.2), and
// documents that grow too wide or deep when their fragments are spread.
// https://spec.graphql.org/October2021/
import { Kind, Lexer, Source, TokenKind, parse } from 'graphql'
import type {
  DirectiveNode,
  DocumentNode,
  FragmentDefinitionNode,
  OperationDefinitionNode,
  SelectionSetNode,
  ValueNode,
  VariableDefinitionNode,
} from 'graphql'

export const documentLimits = {
  charactersMax: 65_536,
  tokensMax: 10_000,
  /** of brackets of any kind, as written */
  nestingMax: 64,
  fragmentsMax: 500,
  /** of selection sets, with fragments spread */
  depthMax: 128,
  /** fields and spreads of one operation, with fragments spread */
  fieldsMax: 10_000,
} as const

export interface ExecutableDocument {
  readonly text: string
  readonly operations: readonly Operation[]
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  /** fields and spreads of its largest operation, with fragments spread */
  readonly fields: number
  /** of every field anywhere in it, aliases aside */
  readonly fieldNames: ReadonlySet<string>
  /** a directive other than @skip and @include, wherever it stands: what it does is not known */
  readonly strangeDirective: string | null
}

export interface Operation {
  readonly node: OperationDefinitionNode
  readonly variables: ReadonlyMap<string, VariableDefinitionNode>
}

export type ParsedDocument =
  | Readonly<{ kind: 'parsed'; document: ExecutableDocument }>
  | Readonly<{ kind: 'refused'; why: string }>

export function parseDocument(text: string): ParsedDocument {
  const { charactersMax, tokensMax } = documentLimits
  if (text.length > charactersMax) {
    return { kind: 'refused', why: `more than ${charactersMax} characters of GraphQL` }
  }
  try {
    const source = new Source(text)
    measureTokens(source)
    return { kind: 'parsed', document: inspect(text, parse(source, { maxTokens: tokensMax })) }
  } catch (fault) {
    // Where the syntax breaks is not told: messages quote the text, and this is shown to people.
    const why = fault instanceof Flaw ? fault.message : 'the GraphQL does not parse'
    return { kind: 'refused', why }
  }
}

/** Why a document is refused; never leaves this file. */
class Flaw extends Error {}

const opening = new Set([TokenKind.BRACE_L, TokenKind.PAREN_L, TokenKind.BRACKET_L])
const closing = new Set([TokenKind.BRACE_R, TokenKind.PAREN_R, TokenKind.BRACKET_R])

/** With the parser's own lexer, which does not recurse: the parser must not be able to overflow. */
function measureTokens(source: Source): void {
  const { tokensMax, nestingMax } = documentLimits
  const lexer = new Lexer(source)
  let nesting = 0
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count++) {
    if (count >= tokensMax) throw new Flaw(`more than ${tokensMax} tokens of GraphQL`)
    if (opening.has(lexer.token.kind)) nesting++
    else if (closing.has(lexer.token.kind)) nesting--
    if (nesting > nestingMax) throw new Flaw(`GraphQL nested deeper than ${nestingMax} levels`)
  }
}

/** What a selection comes to when its fragments are spread. */
interface Size {
  readonly fields: number
  readonly depth: number
}

interface Inspection {
  readonly fragments: Map<string, FragmentDefinitionNode>
  /** null while it is being measured: meeting that again is a cycle */
  readonly sizes: Map<string, Size | null>
  readonly fieldNames: Set<string>
  strangeDirective: string | null
}

function inspect(text: string, { definitions }: DocumentNode): ExecutableDocument {
  const operations: OperationDefinitionNode[] = []
  const fragments = new Map<string, FragmentDefinitionNode>()
  const inspection: Inspection = {
    fragments,
    sizes: new Map(),
    fieldNames: new Set(),
    strangeDirective: null,
  }
  for (const definition of definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      operations.push(definition)
      continue
    }
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) throw new Flaw('a type definition')
    if (fragments.has(definition.name.value)) throw new Flaw('a fragment is defined twice')
    fragments.set(definition.name.value, definition)
  }
  if (fragments.size > documentLimits.fragmentsMax) {
    throw new Flaw(`more than ${documentLimits.fragmentsMax} fragments`)
  }
  unique(operations, ({ name }) => name?.value ?? '', 'an operation is defined twice')
  for (const name of fragments.keys()) measureFragment(inspection, name, 0)
  let fields = 0
  for (const operation of operations) {
    fields = Math.max(fields, inspectOperation(inspection, operation).fields)
  }
  return {
    text,
    operations: operations.map(withVariables),
    fragments,
    fields,
    fieldNames: inspection.fieldNames,
    strangeDirective: inspection.strangeDirective,
  }
}

function withVariables(node: OperationDefinitionNode): Operation {
  const definitions = node.variableDefinitions ?? []
  return { node, variables: new Map(definitions.map((each) => [each.variable.name.value, each])) }
}

function inspectOperation(inspection: Inspection, operation: OperationDefinitionNode): Size {
  const variables = operation.variableDefinitions ?? []
  unique(variables, ({ variable }) => variable.name.value, 'a variable is defined twice')
  for (const { defaultValue, directives } of variables) {
    if (defaultValue !== undefined) inspectValue(defaultValue)
    inspectDirectives(inspection, directives)
  }
  inspectDirectives(inspection, operation.directives)
  return measureSelection(inspection, operation.selectionSet, 1)
}

function measureFragment(inspection: Inspection, name: string, above: number): Size {
  const known = inspection.sizes.get(name)
  if (known === null) throw new Flaw('fragments spread one another in a circle')
  if (known !== undefined) return known
  const fragment = inspection.fragments.get(name)
  if (fragment === undefined) throw new Flaw('a fragment that is not defined is spread')
  inspection.sizes.set(name, null)
  inspectDirectives(inspection, fragment.directives)
  const size = measureSelection(inspection, fragment.selectionSet, above + 1)
  inspection.sizes.set(name, size)
  return size
}

/** `above` is how deep the recursion is: it must stop before the stack does. */
function measureSelection(inspection: Inspection, set: SelectionSetNode, above: number): Size {
  const { depthMax, fieldsMax } = documentLimits
  if (above > depthMax) throw new Flaw(`GraphQL selected deeper than ${depthMax} levels`)
  let fields = 0
  let depth = 0
  for (const selection of set.selections) {
    inspectDirectives(inspection, selection.directives)
    let inner: Size = { fields: 0, depth: 0 }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      inner = measureFragment(inspection, selection.name.value, above)
    } else {
      if (selection.kind === Kind.FIELD) {
        inspection.fieldNames.add(selection.name.value)
        inspectArguments(selection.arguments)
      }
      if (selection.selectionSet !== undefined) {
        inner = measureSelection(inspection, selection.selectionSet, above + 1)
      }
    }
    fields += inner.fields + 1
    depth = Math.max(depth, inner.depth + 1)
    if (fields > fieldsMax) throw new Flaw(`more than ${fieldsMax} fields, with fragments spread`)
    if (depth > depthMax) throw new Flaw(`GraphQL selected deeper than ${depthMax} levels`)
  }
  return { fields, depth }
}

function inspectDirectives(
  inspection: Inspection,
  directives: readonly DirectiveNode[] | undefined,
): void {
  if (directives === undefined || directives.length === 0) return
  unique(directives, ({ name }) => name.value, 'a directive stands twice at one place')
  for (const directive of directives) {
    const name = directive.name.value
    if (name !== 'skip' && name !== 'include') inspection.strangeDirective = name
    inspectArguments(directive.arguments)
  }
}

function inspectArguments(
  given: readonly Readonly<{ name: Readonly<{ value: string }>; value: ValueNode }>[] | undefined,
): void {
  if (given === undefined) return
  unique(given, ({ name }) => name.value, 'an argument is given twice')
  for (const { value } of given) inspectValue(value)
}

function inspectValue(value: ValueNode): void {
  if (value.kind === Kind.LIST) value.values.forEach(inspectValue)
  if (value.kind !== Kind.OBJECT) return
  unique(value.fields, ({ name }) => name.value, 'a field of an input object is given twice')
  for (const field of value.fields) inspectValue(field.value)
}

function unique<T>(items: readonly T[], nameOf: (item: T) => string, why: string): void {
  if (items.length > 1 && new Set(items.map(nameOf)).size < items.length) throw new Flaw(why)
}
