import { useState } from 'react'
import type { ReactNode } from 'react'

import type { EnvironmentsView } from '../../../src/api/console/environments/shapes.ts'
import type { SurveyedEnvironment } from '../../../src/inventory/survey.ts'
import { inert } from '../../../src/wire/inert.ts'
import { post } from '../api.ts'
import { useLive } from '../live.tsx'
import { mayDecide, useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { Graph } from '../ui/graph.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import { Moment } from '../ui/time.tsx'
import './environments.css'
import { SharedThings, Unclassified, UnsafeBackups } from './findings.tsx'
import { drawnMax, kindOf, mapOf } from './map.ts'

/** What exists, how it is protected, and what of it should worry somebody before an agent does. */
export function EnvironmentsPage(): ReactNode {
  const { value: view, problem, reload } = useLive<EnvironmentsView>('/api/environments', [])
  const [chosen, setChosen] = useState<string | null>(null)
  return (
    <>
      <h1>Environments</h1>
      <Problem problem={problem} />
      {view !== null && (
        <>
          <Walked view={view} onWalked={reload} />
          <ul className="environment-cards">
            {view.environments.map((environment) => (
              <EnvironmentCard key={keyOf(environment)} environment={environment} />
            ))}
          </ul>
          <Unclassified view={view} />
          <UnsafeBackups view={view} />
          <SharedThings view={view} />
          <Picture view={view} chosen={chosen} onChoose={setChosen} />
          <Things view={view} chosen={chosen} />
        </>
      )}
    </>
  )
}

function keyOf({ provider, id }: Pick<SurveyedEnvironment, 'provider' | 'id'>): string {
  return `${provider}/${id}`
}

/** How fresh this is, and asking the providers again. */
function Walked({ view, onWalked }: { view: EnvironmentsView; onWalked: () => void }): ReactNode {
  const session = useSession()
  const attempt = useAttempt()
  const walks = Object.entries(view.discoveredAt)
  return (
    <>
      {view.fault !== null && (
        <p className="danger-note" role="alert">
          The last look at the providers failed, so what follows may be out of date, and grave
          requests count as critical: <InertText text={view.fault} />
        </p>
      )}
      <p className="quiet">
        {walks.length === 0 && 'No provider has been looked at yet. '}
        {walks.map(([provider, at]) => (
          <span key={provider}>
            {provider} as of <Moment at={at} />.{' '}
          </span>
        ))}
      </p>
      {mayDecide(session) && (
        <button
          type="button"
          className="plain"
          disabled={attempt.busy}
          onClick={() => {
            attempt.run(async () => {
              await post('/api/environments/refresh', {})
              onWalked()
            })
          }}
        >
          {attempt.busy ? 'Asking the providers…' : 'Look again'}
        </button>
      )}
      <Problem problem={attempt.problem} />
    </>
  )
}

function EnvironmentCard({ environment }: { environment: SurveyedEnvironment }): ReactNode {
  const { name, provider, protection, rule, things } = environment
  return (
    <li className={`card environment-card ${protection}`}>
      <h2>
        <Name text={name} />
      </h2>
      <p>
        <span className={`tag ${protection}`}>{protection}</span>{' '}
        <span className="quiet">
          {provider} · {things} {things === 1 ? 'thing' : 'things'}
        </span>
      </p>
      <p className="quiet">
        {rule === null ? (
          'Nobody has said how much it matters, so it counts as critical.'
        ) : (
          <>
            as the rule <code>{rule}</code> says
          </>
        )}
      </p>
    </li>
  )
}

interface PictureProps {
  readonly view: EnvironmentsView
  readonly chosen: string | null
  readonly onChoose: (environment: string | null) => void
}

function Picture({ view, chosen, onChoose }: PictureProps): ReactNode {
  const shape = mapOf(view, chosen)
  return (
    <section>
      <h2>Map</h2>
      <label className="environment-choice">
        Show{' '}
        <select
          value={chosen ?? ''}
          onChange={(event) => {
            onChoose(event.target.value === '' ? null : event.target.value)
          }}
        >
          <option value="">all environments</option>
          {view.environments.map((environment) => (
            <option key={keyOf(environment)} value={keyOf(environment)}>
              {`${inert(environment.name)} · ${environment.protection}`}
            </option>
          ))}
        </select>
      </label>
      {shape.nodes.length > drawnMax ? (
        <p className="quiet">
          {shape.nodes.length} things are too many for a picture: choose one environment, or read
          the list.
        </p>
      ) : (
        <Graph {...shape} label="What exists, and what leans on what" />
      )}
    </section>
  )
}

function Names({ names }: { names: readonly string[] }): ReactNode {
  return names.map((name, at) => (
    <span key={name}>
      {at > 0 && ', '}
      <Name text={name} />
    </span>
  ))
}

function Things({ view, chosen }: Pick<PictureProps, 'view' | 'chosen'>): ReactNode {
  const names = new Map(view.environments.map((each) => [keyOf(each), each.name]))
  const shown = view.nodes.filter(
    ({ environments }) => chosen === null || environments.includes(chosen),
  )
  return (
    <section>
      <h2>Everything in it, as a list</h2>
      <div className="table-frame" tabIndex={0} role="region" aria-label="Everything in it">
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">Kind</th>
              <th scope="col">Where</th>
              <th scope="col">Resource</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((node) => (
              <tr key={node.ref}>
                <th scope="row">
                  <Name text={node.label === '' ? node.ref : node.label} />
                </th>
                <td>
                  {kindOf(node.ref)}
                  {node.isBackup && kindOf(node.ref) !== 'backup' && ', backup'}
                  {node.hidden && ', cannot be looked into'}
                </td>
                <td>
                  {node.environments.length === 0 ? (
                    'not known: critical'
                  ) : (
                    <Names names={node.environments.map((each) => names.get(each) ?? each)} />
                  )}
                </td>
                <td>
                  <code>
                    <InertText text={node.ref} />
                  </code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
