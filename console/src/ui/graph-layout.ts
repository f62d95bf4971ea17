import { Graph, layout } from '@dagrejs/dagre'

import type { GraphShape } from './graph-model.ts'
import { gap, nodeHeight, placeDown } from './graph-rows.ts'
import type { Placed } from './graph-rows.ts'

const acrossWidth = 222
/** smaller than this, words in a graph cannot be read */
const zoomMin = 0.8

/** Left to right where that is readable in this width, otherwise in rows. */
export function place(shape: GraphShape, width: number): Placed {
  const across = placeAcross(shape)
  return across.width * zoomMin <= width ? across : placeDown(shape, width)
}

export function zoomOf(placed: Placed, width: number): number {
  return placed.direction === 'down' ? 1 : Math.min(1, width / placed.width)
}

function placeAcross({ nodes, edges }: GraphShape): Placed {
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: gap, ranksep: 54, marginx: 4, marginy: 4 })
  graph.setDefaultEdgeLabel(() => ({}))
  // From the last to the first: dagre draws what it is told last on top.
  for (const { id } of nodes.toReversed()) {
    graph.setNode(id, { width: acrossWidth, height: nodeHeight })
  }
  for (const { from, to } of edges.toReversed()) graph.setEdge(from, to)
  layout(graph)
  const at = new Map<string, { x: number; y: number }>()
  let [width, height] = [acrossWidth, nodeHeight]
  for (const { id } of nodes) {
    const { x = 0, y = 0 } = graph.node(id) as { x?: number; y?: number }
    at.set(id, { x: x - acrossWidth / 2, y: y - nodeHeight / 2 })
    width = Math.max(width, x + acrossWidth / 2 + 4)
    height = Math.max(height, y + nodeHeight / 2 + 4)
  }
  return { direction: 'across', width, height, nodeWidth: acrossWidth, at }
}
