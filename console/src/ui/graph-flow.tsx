// Loaded when a graph is shown, not before: React Flow and the layout are as large as the page.
import { Controls, Handle, MarkerType, Position, ReactFlow } from '@xyflow/react'
import type { Edge, Node, NodeProps } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { useMemo } from 'react'
import type { ReactNode } from 'react'

import { inert } from '../../../src/wire/inert.ts'
import { place, zoomOf } from './graph-layout.ts'
import { gathered } from './graph-model.ts'
import type { GraphNode, GraphShape } from './graph-model.ts'
import { nodeHeight } from './graph-rows.ts'
import type { Direction, Placed } from './graph-rows.ts'
import { Name } from './inert-text.tsx'

interface Props extends GraphShape {
  readonly width: number
  readonly label: string
  readonly onSelect: ((id: string) => void) | null
}

type Drawn = Node<{ node: GraphNode; direction: Direction }, 'drawn'>

const nodeTypes = { drawn: DrawnNode }
/** higher graphs are moved about in a window; on a phone the page itself is scrolled */
const heightMax = 720

const ownWords = {
  'node.a11yDescription.default': 'The list beside the graph says the same.',
  'node.a11yDescription.keyboardDisabled': 'The list beside the graph says the same.',
  'controls.ariaLabel': 'Size of the graph',
  'controls.zoomIn.ariaLabel': 'Larger',
  'controls.zoomOut.ariaLabel': 'Smaller',
  'controls.fitView.ariaLabel': 'All of it',
}

export function Flow({ nodes, edges, width, label, onSelect }: Props): ReactNode {
  const drawn = useMemo(() => {
    const shape = gathered({ nodes, edges })
    const placed = place(shape, width)
    return { placed, ...flowOf(shape, placed, onSelect !== null) }
  }, [nodes, edges, width, onSelect])
  const { placed } = drawn
  const zoom = zoomOf(placed, width)
  const whole = placed.height * zoom
  const moves = placed.direction === 'across' && whole > heightMax
  const x = Math.max(0, (width - placed.width * zoom) / 2)
  return (
    <div
      className={moves ? 'graph-frame moves' : 'graph-frame'}
      style={{ height: Math.ceil(moves ? heightMax : whole) }}
    >
      <ReactFlow<Drawn>
        key={`${placed.direction} ${width} ${drawn.nodes.length}`}
        aria-label={label}
        nodes={drawn.nodes}
        edges={drawn.edges}
        nodeTypes={nodeTypes}
        defaultViewport={{ x, y: 0, zoom }}
        minZoom={0.3}
        maxZoom={1.5}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable={onSelect !== null}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        panOnDrag={moves}
        panOnScroll={false}
        zoomOnScroll={false}
        zoomOnPinch={moves}
        zoomOnDoubleClick={false}
        preventScrolling={false}
        autoPanOnNodeFocus={moves}
        ariaLabelConfig={ownWords}
        proOptions={{ hideAttribution: true }}
        onSelectionChange={({ nodes: [chosen] }) => {
          if (chosen !== undefined) onSelect?.(chosen.id)
        }}
      >
        {moves && <Controls showInteractive={false} />}
      </ReactFlow>
    </div>
  )
}

function flowOf(
  { nodes, edges }: GraphShape,
  { at, nodeWidth, direction }: Placed,
  selectable: boolean,
): { nodes: Drawn[]; edges: Edge[] } {
  const drawn = nodes.map((node): Drawn => {
    const { id, label } = node
    return {
      id,
      type: 'drawn',
      position: at.get(id) ?? { x: 0, y: 0 },
      data: { node, direction },
      width: nodeWidth,
      height: nodeHeight,
      ariaLabel: [...titleOf(node), inert(label)].join(', '),
      domAttributes: { 'aria-roledescription': 'part of the graph' },
      selectable,
    }
  })
  const lines = edges.map(({ from, to, label, tone }): Edge => ({
    id: `${from} ${to} ${label}`,
    source: from,
    target: to,
    type: 'smoothstep',
    className: `edge-${tone}`,
    ...(label === '' ? {} : { label: inert(label) }),
    markerEnd: { type: MarkerType.ArrowClosed, color: 'context-stroke', width: 16, height: 16 },
    focusable: false,
  }))
  return { nodes: drawn, edges: lines }
}

function DrawnNode({ data: { node, direction } }: NodeProps<Drawn>): ReactNode {
  const { label, tone, badge } = node
  return (
    <div className={`graph-node ${tone} ${direction}`} title={inert(label)}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="graph-kind">
        {badge !== undefined && <strong>{badge}</strong>}{' '}
        {titleOf(node).at(badge === undefined ? 0 : 1)}
      </span>
      <span className="graph-label">
        <Name text={label} />
      </span>
      <Handle
        type="source"
        position={direction === 'across' ? Position.Right : Position.Bottom}
        isConnectable={false}
      />
    </div>
  )
}

/** What stands over its name: what becomes of it, and what it is unless the name begins with that. */
function titleOf({ label, kind, badge }: GraphNode): readonly string[] {
  const told = label.toLowerCase().startsWith(`${kind} `) && badge !== undefined
  return [...(badge === undefined ? [] : [badge]), ...(told ? [] : [kind])]
}
