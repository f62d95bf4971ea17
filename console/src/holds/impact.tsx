import { useMemo } from 'react'
import type { ReactNode } from 'react'

import type { Decision } from '../../../src/domain/decision.ts'
import { reversibilityOf } from '../../../src/domain/effect.ts'
import type { Dependant, Hit } from '../../../src/domain/impact.ts'
import { showResource } from '../../../src/domain/resource.ts'
import {
  backupsWords,
  blowsOf,
  dependantLabel,
  effectWords,
  labelOf,
  mindsBackups,
  rowsWords,
} from '../../../src/words/words.ts'
import { Graph } from '../ui/graph.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { impactGraph } from './impact-graph.ts'
import { Mark } from './seen.tsx'

/** The impact twice: as a graph to grasp, and as a list that leaves nothing out. */
export function Impact({ decision }: { decision: Decision }): ReactNode {
  const graph = useMemo(() => impactGraph(decision), [decision])
  const long = namesOf(decision) > besideMax
  return (
    <section className="impact" aria-labelledby="impact">
      <h2 id="impact">What it reaches</h2>
      <Mark />
      <div className={long ? 'impact-sides long' : 'impact-sides'}>
        {graph.nodes.length > 0 && (
          <div className="impact-graph card">
            <Graph nodes={graph.nodes} edges={graph.edges} label="What it reaches, as a graph" />
            <Mark />
            <Legend />
          </div>
        )}
        <ImpactList decision={decision} />
      </div>
    </section>
  )
}

/** a longer list wants the whole width */
const besideMax = 24

function namesOf({ impacts }: Decision): number {
  const counts = impacts.flatMap(({ hits }) =>
    hits.map(({ dependants, backups }) => {
      const kept = backups.kind === 'unknown' ? [] : [...backups.inside, ...backups.surviving]
      return 1 + dependants.length + kept.length
    }),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}

function Legend(): ReactNode {
  return (
    <p className="legend quiet">
      <span className="swatch lost" aria-hidden="true" /> hit, or goes with it{' '}
      <span className="swatch kept" aria-hidden="true" /> survives{' '}
      <span className="swatch" aria-hidden="true" /> leans on it, or is only read or changed
    </p>
  )
}

/** Everything that the request would reach, worst first, nothing folded away. */
export function ImpactList({ decision }: { decision: Decision }): ReactNode {
  const blows = blowsOf(decision)
  if (blows.length === 0) {
    return (
      <p className="danger-note">
        It could not be read: nothing is known of what it reaches. <Mark />
      </p>
    )
  }
  return (
    <ol className="impacts" aria-label="What it reaches, worst first">
      {blows.map(({ verb, hit }, at) => (
        <li key={at}>
          <Blow verb={verb} hit={hit} />
          <Mark />
        </li>
      ))}
    </ol>
  )
}

function Blow({ verb, hit }: { verb: string; hit: Hit }): ReactNode {
  const { effect } = hit
  const fate = reversibilityOf(effect)
  return (
    <article className={`blow ${effect.kind}`}>
      <h3>
        <span className="effect">{effectWords(effect)}</span> <Name text={labelOf(hit)} />{' '}
        <span className={`fate ${fate}`}>{fate}</span>
      </h3>
      <BlowBackups hit={hit} />
      <dl>
        <dt>operation</dt>
        <dd>
          <code>
            <InertText text={verb} />
          </code>
        </dd>
        <dt>resource</dt>
        <dd>
          {effect.kind === 'unknown' ? (
            <InertText text={effect.why} />
          ) : (
            <code>
              <InertText text={showResource(effect.resource)} />
            </code>
          )}
        </dd>
        <dt>in</dt>
        <dd>
          <Where hit={hit} />
        </dd>
        {hit.rows.kind === 'exact' && (
          <>
            <dt>rows</dt>
            <dd>{rowsWords(hit.rows)}</dd>
          </>
        )}
        <Dependants title="goes with it" relation="goes-with" hit={hit} />
        <Dependants title="needs it" relation="depends-on" hit={hit} />
        <Dependants title="shares it" relation="shares" hit={hit} />
        <BackupLists hit={hit} />
      </dl>
      {hit.basis !== 'discovered' && (
        <p className="quiet">
          {hit.basis === 'declared'
            ? 'As declared; it was not found at the provider.'
            : 'It was not found in the inventory, so it counts as critical.'}
        </p>
      )}
    </article>
  )
}

function BlowBackups({ hit }: { hit: Hit }): ReactNode {
  if (!mindsBackups(hit)) return null
  const lost = hit.backups.kind === 'unknown' || hit.backups.surviving.length === 0
  return (
    <p className={lost ? 'danger-note' : 'note'}>
      <strong>{backupsWords(hit.backups)}.</strong>
    </p>
  )
}

function Where({ hit }: { hit: Hit }): ReactNode {
  if (hit.environments.kind === 'unknown') {
    return (
      <>
        an unknown environment (<InertText text={hit.environments.why} />)
      </>
    )
  }
  return hit.environments.environments.map((environment) => (
    <bdi key={environment.id} className={`tag ${environment.protection}`}>
      <InertText text={environment.name} /> · {environment.protection}
    </bdi>
  ))
}

interface DependantsProps {
  readonly title: string
  readonly relation: Dependant['relation']
  readonly hit: Hit
}

function Dependants({ title, relation, hit }: DependantsProps): ReactNode {
  const found = hit.dependants.filter((dependant) => dependant.relation === relation)
  return <Named title={title} dependants={found} />
}

function BackupLists({ hit: { backups } }: { hit: Hit }): ReactNode {
  if (backups.kind === 'unknown') return null
  return (
    <>
      <Named title="backups lost" dependants={backups.inside} />
      <Named title="backups left" dependants={backups.surviving} />
    </>
  )
}

/** a mark among so many names, so that a long list is seen when it was scrolled through */
const namesPerMark = 40

function Named({
  title,
  dependants,
}: {
  title: string
  dependants: readonly Dependant[]
}): ReactNode {
  if (dependants.length === 0) return null
  return (
    <>
      <dt>
        {title}
        {dependants.length > 4 && ` (${dependants.length})`}
      </dt>
      <dd>
        <ul className="names">
          {dependants.map((dependant, at) => (
            <li key={dependant.resource} title={dependant.resource}>
              <Name text={dependantLabel(dependant)} />
              {at % namesPerMark === namesPerMark - 1 && <Mark />}
            </li>
          ))}
        </ul>
      </dd>
    </>
  )
}
