// Parse trees as `libpg-query` writes them (protobuf's JSON): fields that are false, zero or empty
// are left out, a child that may be of any kind is `{"Kind": {...}}`, one of a fixed kind is bare.

/** The fields of one node. */
export type Tree = Readonly<Record<string, unknown>>

/** A node with its kind. */
export interface Node {
  readonly kind: string
  readonly tree: Tree
}

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A child that carries its kind; null for anything else. */
export function nodeOf(value: unknown): Node | null {
  if (!isTree(value)) return null
  let kind: string | null = null
  for (const key in value) {
    if (kind !== null) return null
    kind = key
  }
  if (kind === null || !/^[A-Z]/.test(kind)) return null
  const tree = value[kind]
  return isTree(tree) ? { kind, tree } : null
}

export function childOf(tree: Tree, field: string): Node | null {
  return nodeOf(tree[field])
}

/** The children in a list; what is no node (an empty place) is left out. */
export function childrenOf(tree: Tree, field: string): readonly Node[] {
  const value = tree[field]
  if (!Array.isArray(value)) return []
  const found: Node[] = []
  for (const item of value as readonly unknown[]) {
    const node = nodeOf(item)
    if (node !== null) found.push(node)
  }
  return found
}

/** A child of the one kind that this field has. */
export function bareOf(tree: Tree, field: string): Tree | null {
  const value = tree[field]
  return isTree(value) ? value : null
}

/** Empty when it is absent. */
export function textOf(tree: Tree, field: string): string {
  const value = tree[field]
  return typeof value === 'string' ? value : ''
}

export function flagOf(tree: Tree, field: string): boolean {
  return tree[field] === true
}

/** 0 when it is absent. */
export function numberOf(tree: Tree, field: string): number {
  const value = tree[field]
  return typeof value === 'number' ? value : 0
}

/** The strings in a list of names: `a.b.c`. */
export function namesOf(tree: Tree, field: string): readonly string[] {
  return childrenOf(tree, field).flatMap((node) => {
    if (node.kind === 'String') return [textOf(node.tree, 'sval')]
    return node.kind === 'List' ? namesOf(node.tree, 'items') : []
  })
}

/** The value of a constant: text, number (as written), boolean; undefined when it is none. */
export function constantOf(node: Node | null): string | number | boolean | null | undefined {
  if (node === null) return undefined
  const { kind, tree } = node
  if (kind === 'TypeCast') return constantOf(childOf(tree, 'arg'))
  if (kind === 'String') return textOf(tree, 'sval')
  if (kind === 'Integer') return numberOf(tree, 'ival')
  if (kind === 'Float') return textOf(tree, 'fval')
  if (kind === 'Boolean') return flagOf(tree, 'boolval')
  if (kind !== 'A_Const') return undefined
  if (flagOf(tree, 'isnull')) return null
  const text = bareOf(tree, 'sval')
  if (text !== null) return textOf(text, 'sval')
  const boolean = bareOf(tree, 'boolval')
  if (boolean !== null) return flagOf(boolean, 'boolval')
  const float = bareOf(tree, 'fval')
  if (float !== null) return textOf(float, 'fval')
  const integer = bareOf(tree, 'ival')
  return integer === null ? undefined : numberOf(integer, 'ival')
}
