import type { ReactNode } from 'react'

import {
  backupsWords,
  blowsOf,
  dependantLabel,
  effectWords,
  labelOf,
  mindsBackups,
} from '../../../src/words/words.ts'
import type { Decision } from '../../../src/domain/decision.ts'
import { reversibilityOf } from '../../../src/domain/effect.ts'
import type { Dependant, Hit } from '../../../src/domain/impact.ts'
import { showResource } from '../../../src/domain/resource.ts'
import { InertText, Name } from '../ui/inert-text.tsx'

/** Everything that the request would reach, worst first, nothing folded away. */
export function ImpactList({ decision }: { decision: Decision }): ReactNode {
  const blows = blowsOf(decision)
  if (blows.length === 0) {
    return <p className="danger-note">It could not be read: nothing is known of what it reaches.</p>
  }
  return (
    <ol className="impacts">
      {blows.map(({ verb, hit }, at) => (
        <li key={at}>
          <Blow verb={verb} hit={hit} />
        </li>
      ))}
    </ol>
  )
}

function Blow({ verb, hit }: { verb: string; hit: Hit }): ReactNode {
  const { effect, backups } = hit
  const fate = reversibilityOf(effect)
  const lost = backups.kind === 'unknown' || backups.surviving.length === 0
  return (
    <article className={`blow ${effect.kind}`}>
      <h3>
        <span className="effect">{effectWords(effect)}</span> <Name text={labelOf(hit)} />{' '}
        <span className={`fate ${fate}`}>{fate}</span>
      </h3>
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
        <Dependants title="goes with it" relation="goes-with" hit={hit} />
        <Dependants title="needs it" relation="depends-on" hit={hit} />
        <Dependants title="shares it" relation="shares" hit={hit} />
        {hit.rows.kind === 'exact' && (
          <>
            <dt>rows</dt>
            <dd>{hit.rows.count}</dd>
          </>
        )}
      </dl>
      {mindsBackups(hit) && (
        <p className={lost ? 'danger-note' : 'note'}>
          <strong>{backupsWords(backups)}.</strong>
        </p>
      )}
      {backups.kind === 'exact' && <BackupLists backups={backups} />}
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

function Dependants(props: {
  title: string
  relation: Dependant['relation']
  hit: Hit
}): ReactNode {
  const found = props.hit.dependants.filter(({ relation }) => relation === props.relation)
  if (found.length === 0) return null
  return (
    <>
      <dt>{props.title}</dt>
      <dd>
        <Names dependants={found} />
      </dd>
    </>
  )
}

function BackupLists({
  backups,
}: {
  backups: Extract<Hit['backups'], { kind: 'exact' }>
}): ReactNode {
  const { inside, surviving } = backups
  if (inside.length + surviving.length === 0) return null
  return (
    <dl>
      {inside.length > 0 && (
        <>
          <dt>backups lost</dt>
          <dd>
            <Names dependants={inside} />
          </dd>
        </>
      )}
      {surviving.length > 0 && (
        <>
          <dt>backups left</dt>
          <dd>
            <Names dependants={surviving} />
          </dd>
        </>
      )}
    </dl>
  )
}

function Names({ dependants }: { dependants: readonly Dependant[] }): ReactNode {
  return (
    <ul className="names">
      {dependants.map((dependant) => (
        <li key={dependant.resource} title={dependant.resource}>
          <Name text={dependantLabel(dependant)} />
        </li>
      ))}
    </ul>
  )
}
