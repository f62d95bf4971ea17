import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hitsDrawnMax, impactGraph } from '../../console/src/holds/impact-graph.ts'
import { place } from '../../console/src/ui/graph-layout.ts'
import { gathered, groupMax } from '../../console/src/ui/graph-model.ts'
import type { GraphShape } from '../../console/src/ui/graph-model.ts'
import type { Impact } from '../../src/domain/impact.ts'
import { tableImpact, wideImpact } from './hold-scenes.ts'
import { volumeImpact } from './world.ts'

function labels({ nodes }: GraphShape, tone: string): readonly string[] {
  return nodes.flatMap((node) => (node.tone === tone ? [node.label] : []))
}

test('what is lost, what survives, and where it is', () => {
  const impact = volumeImpact('volume pg-data', 1)
  const [hit] = impact.hits
  const surviving = { resource: 'railway:backup/s', label: 'backup off-site', relation: 'shares' }
  const inside = hit.backups.kind === 'exact' ? hit.backups.inside : []
  const kept: Impact = {
    ...impact,
    hits: [
      {
        ...hit,
        backups: { kind: 'exact', inside, surviving: [{ ...surviving, relation: 'shares' }] },
      },
    ],
  }
  const graph = impactGraph({ impacts: [kept] })
  assert.deepEqual(labels(graph, 'critical'), ['pocketos/production'])
  assert.deepEqual(labels(graph, 'standard'), ['pocketos/staging'])
  assert.deepEqual(labels(graph, 'kept'), ['backup off-site'])
  assert.deepEqual(labels(graph, 'quiet'), ['service api', 'service postgres'])
  assert.ok(labels(graph, 'lost').includes('backup daily-2026-04-20'))
  assert.ok(!labels(graph, 'lost').includes('none'))
  // Every edge leads from and to something that is there.
  const ids = new Set(graph.nodes.map(({ id }) => id))
  assert.ok(graph.edges.every(({ from, to }) => ids.has(from) && ids.has(to)))
})

test('that nothing survives, or nobody knows, is a node of its own', () => {
  assert.ok(labels(impactGraph({ impacts: [volumeImpact()] }), 'lost').includes('none'))
  const tables = [tableImpact('a', 1, 1), tableImpact('b', 1, 1)]
  const unknown = labels(impactGraph({ impacts: tables }), 'lost').filter((l) => l === 'not known')
  assert.equal(unknown.length, 1)
})

test('an unknown environment counts as critical', () => {
  const impact = volumeImpact()
  const [hit] = impact.hits
  const nowhere: Impact = {
    ...impact,
    hits: [{ ...hit, environments: { kind: 'unknown', why: 'not in the inventory' } }],
  }
  assert.deepEqual(labels(impactGraph({ impacts: [nowhere] }), 'critical'), [
    'not in the inventory',
  ])
})

test('many alike are drawn as one; few, or unlike, are not', () => {
  const graph = gathered(impactGraph({ impacts: [wideImpact(43)] }))
  assert.ok(graph.nodes.some(({ label }) => label === '43 volume instances'))
  assert.ok(graph.nodes.length < 12)
  const few = gathered(impactGraph({ impacts: [wideImpact(groupMax)] }))
  assert.equal(few.nodes.filter(({ label }) => /of preview/.test(label)).length, groupMax)
})

test('of very many hits the worst are drawn, and how many are left to the list', () => {
  const impacts = Array.from({ length: hitsDrawnMax + 5 }, (_, at) => tableImpact(`t${at}`, 1, 1))
  const { nodes } = impactGraph({ impacts })
  assert.ok(nodes.some(({ label, kind }) => label === '5 more' && kind === 'see the list'))
})

test('nothing is drawn over anything else, wide or narrow, circles included', () => {
  const circle: GraphShape = {
    nodes: ['a', 'b', 'c'].map((id) => ({ id, label: id, kind: 'x', tone: 'quiet' })),
    edges: [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
    ].map(([from = '', to = '']) => ({ from, to, label: '', tone: 'quiet' })),
  }
  for (const shape of [circle, impactGraph({ impacts: [volumeImpact()] })]) {
    for (const width of [320, 1200]) {
      const placed = place(shape, width)
      assert.equal(placed.direction, width === 320 ? 'down' : 'across')
      const spots = [...placed.at.values()].map(({ x, y }) => `${Math.round(x)} ${Math.round(y)}`)
      assert.equal(new Set(spots).size, shape.nodes.length)
      if (width === 320) {
        const right = Math.max(...[...placed.at.values()].map(({ x }) => x + placed.nodeWidth))
        assert.ok(right <= width)
      }
    }
  }
})
