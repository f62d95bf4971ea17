// What a request reaches, as a graph: where it is, what is hit, and what goes with it, needs it, or
// survives. The list beside it says the same, and names everything one by one.
import type { Decision } from '../../../src/domain/decision.ts'
import type { Effect, EffectKind } from '../../../src/domain/effect.ts'
import type { Dependant, Hit } from '../../../src/domain/impact.ts'
import { showResource } from '../../../src/domain/resource.ts'
import {
  blowsOf,
  dependantLabel,
  labelOf,
  mindsBackups,
  relationWords,
  rowsWords,
} from '../../../src/words/words.ts'
import type { GraphEdge, GraphNode, GraphShape, GraphTone } from '../ui/graph-model.ts'

/** of more, the worst are drawn; the list has all of them */
export const hitsDrawnMax = 24

export function impactGraph(decision: Pick<Decision, 'impacts'>): GraphShape {
  const blows = blowsOf(decision)
  const sketch = createSketch()
  const drawn = blows.slice(0, hitsDrawnMax)
  const ids = drawn.map(({ hit }, at) => idOf(hit, at))
  drawn.forEach(({ hit }, at) => {
    sketch.node(hitNode(hit, ids[at] ?? '', blows.length > manyHits))
  })
  drawn.forEach(({ hit }, at) => {
    drawHit(sketch, hit, ids[at] ?? '')
  })
  if (blows.length > drawn.length) {
    const label = `${blows.length - drawn.length} more`
    sketch.node({ id: 'more', label, kind: 'see the list', tone: 'quiet' })
  }
  return sketch.shape()
}

/** from so many on, nodes do not say their rows, so that those that are alike are drawn as one */
const manyHits = 6

interface Sketch {
  /** the first of an id stays: what is hit is drawn before what leans on it */
  node(node: GraphNode): void
  edge(from: string, to: string, tone: GraphTone): void
  shape(): GraphShape
}

function createSketch(): Sketch {
  const nodes = new Map<string, GraphNode>()
  const edges = new Map<string, GraphEdge>()
  return {
    node: (node) => {
      if (!nodes.has(node.id)) nodes.set(node.id, node)
    },
    edge: (from, to, tone) => {
      const key = JSON.stringify([from, to])
      if (from !== to && !edges.has(key)) edges.set(key, { from, to, label: '', tone })
    },
    shape: () => ({ nodes: [...nodes.values()], edges: [...edges.values()] }),
  }
}

function idOf({ effect }: Hit, at: number): string {
  if (effect.kind === 'unknown' || effect.resource.id === null) return `hit ${at}`
  return showResource(effect.resource)
}

const effectBadges: Readonly<Record<EffectKind, string>> = {
  unknown: 'not understood',
  destroy: 'destroyed',
  disarm: 'protection weakened',
  escalate: 'power gained',
  disclose: 'secrets disclosed',
  write: 'changed',
  read: 'read',
}

function hitNode(hit: Hit, id: string, brief: boolean): GraphNode {
  const { effect, rows } = hit
  const kind = effect.kind === 'unknown' ? 'unknown' : kindWords(effect.resource.type)
  const done = effectBadges[effect.kind]
  const counted =
    rows.kind === 'exact' && !brief ? `${done} · ${rowsWords({ ...rows, share: null })}` : done
  return { id, label: labelOf(hit), kind, tone: toneOf(effect), badge: counted, group: `${kind}s` }
}

function toneOf({ kind }: Effect): GraphTone {
  return kind === 'read' || kind === 'write' ? 'quiet' : 'lost'
}

function drawHit(sketch: Sketch, hit: Hit, id: string): void {
  const tone = toneOf(hit.effect)
  drawEnvironments(sketch, hit, id)
  for (const dependant of hit.dependants) {
    // Where it is stands before it already; the list has both.
    if (isWhereItIs(dependant, hit)) continue
    const lost = tone === 'lost' && dependant.relation === 'goes-with'
    drawDependant(sketch, id, dependant, {
      badge: relationWords[dependant.relation],
      tone: lost ? 'lost' : 'quiet',
    })
  }
  if (mindsBackups(hit)) drawBackups(sketch, hit, id)
}

function drawEnvironments(sketch: Sketch, { environments }: Hit, id: string): void {
  if (environments.kind === 'unknown') {
    const label = environments.why
    const badge = 'treated as critical'
    sketch.node({ id: 'nowhere', label, kind: 'unknown environment', tone: 'critical', badge })
    sketch.edge('nowhere', id, 'quiet')
    return
  }
  for (const { provider, id: found, name, protection } of environments.environments) {
    const node = `${provider}:environment/${found}`
    const shown = { label: name, kind: 'environment', tone: protection, badge: protection }
    sketch.node({ id: node, ...shown })
    sketch.edge(node, id, 'quiet')
  }
}

function isWhereItIs({ resource }: Dependant, { environments: reach }: Hit): boolean {
  if (reach.kind === 'unknown') return false
  return reach.environments.some(({ provider, id }) => resource === `${provider}:environment/${id}`)
}

function drawDependant(
  sketch: Sketch,
  of: string,
  dependant: Dependant,
  how: Readonly<{ badge: string; tone: GraphTone }>,
): void {
  const kind = kindWords(/^[^:]*:([^/]*)\//.exec(dependant.resource)?.[1] ?? 'thing')
  const id = dependant.resource
  sketch.node({ id, label: dependantLabel(dependant), kind, group: `${kind}s`, ...how })
  sketch.edge(of, id, how.tone)
}

function drawBackups(sketch: Sketch, { backups }: Hit, id: string): void {
  const none = (kind: string, label: string): void => {
    // One for all: that nothing survives is said once.
    sketch.node({ id: `${kind} ${label}`, label, kind, tone: 'lost' })
    sketch.edge(id, `${kind} ${label}`, 'lost')
  }
  if (backups.kind === 'unknown') {
    none('backups', 'not known')
    return
  }
  const { inside, surviving } = backups
  for (const backup of inside) {
    drawDependant(sketch, id, backup, { badge: 'lost with it', tone: 'lost' })
  }
  for (const backup of surviving) {
    drawDependant(sketch, id, backup, { badge: 'survives', tone: 'kept' })
  }
  if (surviving.length === 0) none(inside.length === 0 ? 'backups' : 'backups that survive', 'none')
}

/** `volumeInstance` → `volume instance` */
function kindWords(type: string): string {
  return type.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
}
