import type { EnvironmentsView } from '../../../src/api/console/environments/shapes.ts'
import type { SurveyedNode } from '../../../src/inventory/survey.ts'
import type { GraphEdge, GraphNode, GraphShape, GraphTone } from '../ui/graph-model.ts'

/** more than this is a list, and no picture */
export const drawnMax = 400

/** What exists in one environment, or everywhere: what is in what, and what leans on what. */
export function mapOf(view: EnvironmentsView, environment: string | null): GraphShape {
  const shown = view.nodes.filter(
    ({ ref, environments }) =>
      !holdsAll.has(kindOf(ref)) && (environment === null || environments.includes(environment)),
  )
  const refs = new Set(shown.map(({ ref }) => ref))
  const shared = new Set(view.shared.map(({ ref }) => ref))
  const unsafe = new Set(view.unsafe.map(({ ref }) => ref))
  const tones = new Map<string, GraphTone>(
    view.environments.map(({ provider, id, protection }) => [`${provider}/${id}`, protection]),
  )
  const nodes = shown.map((node): GraphNode => {
    const badge = badgeOf(node, shared, unsafe)
    return {
      id: node.ref,
      label: node.label,
      kind: kindOf(node.ref),
      tone: toneOf(node, tones, unsafe),
      group: `${kindOf(node.ref)}s`,
      ...(badge === null ? {} : { badge }),
    }
  })
  const edges = view.edges
    .filter(({ from, to }) => refs.has(from) && refs.has(to))
    .map(({ kind, from, to }): GraphEdge => ({ from, to, label: edgeWords[kind], tone: 'quiet' }))
  return { nodes, edges }
}

/** What everything is in says nothing in a picture; the list has it. */
const holdsAll = new Set(['workspace', 'project'])

/** The arrow itself says what contains what. */
const edgeWords = { contains: '', mounts: 'needs', 'backs-up': 'backs up' } as const

/** `railway:volumeInstance/…` is a volume instance. */
export function kindOf(ref: string): string {
  const type = ref.slice(ref.indexOf(':') + 1, ref.indexOf('/'))
  return type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function badgeOf(
  node: SurveyedNode,
  shared: ReadonlySet<string>,
  unsafe: ReadonlySet<string>,
): string | null {
  if (unsafe.has(node.ref)) return 'every backup is inside'
  if (node.hidden) return 'cannot be looked into'
  if (node.isBackup) return 'backup'
  return shared.has(node.ref) ? 'shared' : null
}

/** Environments have the colour of their protection, and what is in danger stands out; else calm. */
function toneOf(
  { ref, environments }: SurveyedNode,
  tones: ReadonlyMap<string, GraphTone>,
  unsafe: ReadonlySet<string>,
): GraphTone {
  if (unsafe.has(ref)) return 'lost'
  const [only, second] = environments
  if (kindOf(ref) !== 'environment' || only === undefined || second !== undefined) return 'quiet'
  return tones.get(only) ?? 'critical'
}
