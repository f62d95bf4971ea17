import assert from 'node:assert/strict'
import { test } from 'node:test'

import { hitsDrawnMax, impactGraph } from '../../console/src/holds/impact-graph.ts'
import { gathered, groupMax } from '../../console/src/ui/graph-model.ts'
import type { GraphShape } from '../../console/src/ui/graph-model.ts'
import { nodeHeight, placeDown } from '../../console/src/ui/graph-rows.ts'
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

test('in rows nothing is drawn over anything else, nor beyond the width, circles included', () => {
  const circle: GraphShape = {
    nodes: ['a', 'b', 'c'].map((id) => ({ id, label: id, kind: 'x', tone: 'quiet' })),
    edges: [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'b'],
    ].map(([from = '', to = '']) => ({ from, to, label: '', tone: 'quiet' })),
  }
  for (const shape of [circle, impactGraph({ impacts: [volumeImpact()] })]) {
    const placed = placeDown(shape, 320)
    const spots = [...placed.at.values()]
    assert.equal(spots.length, shape.nodes.length)
    const rows = spots.map(({ y }) => y).sort((a, b) => a - b)
    assert.ok(rows.every((y, at) => at === 0 || y - (rows[at - 1] ?? 0) >= nodeHeight))
    assert.ok(spots.every(({ x }) => x + placed.nodeWidth <= 320))
  }
})

test('what is hit stands below where it is, and above what goes with it', () => {
  const shape = impactGraph({ impacts: [volumeImpact()] })
  const { at } = placeDown(shape, 320)
  for (const { from, to } of shape.edges) {
    assert.ok((at.get(from)?.y ?? 0) < (at.get(to)?.y ?? 0))
    assert.ok((at.get(from)?.x ?? 0) < (at.get(to)?.x ?? 0))
  }
})

test('an environment that shares what is hit stands before it, once, and not behind it too', () => {
  const impact = volumeImpact()
  const [hit] = impact.hits
  const environments = ['e1a7c4d2', '57a91d60'].map((id, at) => ({
    ...{ provider: 'railway', id, name: `pocketos/${at}`, protection: 'critical' as const },
  }))
  const [first, ...others] = environments
  assert.ok(first !== undefined)
  const shares = environments.map(({ id }) => ({
    ...{ resource: `railway:environment/${id}`, label: id, relation: 'shares' as const },
  }))
  const shared = {
    ...hit,
    environments: { kind: 'known' as const, environments: [first, ...others] as const },
    dependants: [...hit.dependants, ...shares],
  }
  const { nodes, edges } = impactGraph({ impacts: [{ ...impact, hits: [shared] }] })
  assert.equal(nodes.filter(({ kind }) => kind === 'environment').length, 2)
  assert.deepEqual(
    edges.filter(({ to }) => to.startsWith('railway:environment/')),
    [],
  )
})
