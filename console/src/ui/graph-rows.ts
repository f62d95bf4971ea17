import type { GraphShape } from './graph-model.ts'

/** across: left to right, as wide as it needs; down: a row each, indented, for narrow places */
export type Direction = 'across' | 'down'

export interface Placed {
  readonly direction: Direction
  readonly width: number
  readonly height: number
  readonly nodeWidth: number
  readonly at: ReadonlyMap<string, Readonly<{ x: number; y: number }>>
}

export const nodeHeight = 66
export const gap = 14
const indent = 30

/** Each node below all that lead to it, and right of them. */
export function placeDown(shape: GraphShape, width: number): Placed {
  const depths = depthsOf(shape)
  const deepest = Math.max(0, ...[...depths.values()])
  const step = Math.min(indent, width / (4 * Math.max(1, deepest)))
  const nodeWidth = Math.max(120, width - step * deepest - 8)
  const at = new Map<string, { x: number; y: number }>()
  let y = 4
  for (const [id, depth] of depths) {
    at.set(id, { x: 4 + depth * step, y })
    y += nodeHeight + gap
  }
  return { direction: 'down', width, height: y, nodeWidth, at }
}

/** In the order in which they are drawn: children follow as soon as all their parents stand. */
function depthsOf({ nodes, edges }: GraphShape): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  const next = new Map<string, string[]>()
  const missing = new Map<string, number>()
  for (const { from, to } of edges) {
    next.set(from, [...(next.get(from) ?? []), to])
    missing.set(to, (missing.get(to) ?? 0) + 1)
  }
  const stack: { id: string; depth: number }[] = []
  const draw = (id: string, depth: number): void => {
    stack.push({ id, depth })
    for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
      if (depths.has(one.id)) continue
      depths.set(one.id, one.depth)
      for (const child of (next.get(one.id) ?? []).toReversed()) {
        const left = (missing.get(child) ?? 1) - 1
        missing.set(child, left)
        if (left === 0) stack.push({ id: child, depth: one.depth + 1 })
      }
    }
  }
  for (const { id } of nodes) if ((missing.get(id) ?? 0) === 0) draw(id, 0)
  // What is left goes round in a circle: it is drawn all the same.
  for (const { id } of nodes) if (!depths.has(id)) draw(id, 0)
  return depths
}
