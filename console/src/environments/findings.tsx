import type { ReactNode } from 'react'

import type { EnvironmentsView } from '../../../src/api/console/environments/shapes.ts'
import type { Environment } from '../../../src/domain/resource.ts'
import { InertText, Name } from '../ui/inert-text.tsx'

interface Props {
  readonly view: EnvironmentsView
}

/** What nobody has classified, and the lines that would. */
export function Unclassified({ view }: Props): ReactNode {
  const unknown = view.environments.filter(({ rule }) => rule === null)
  if (unknown.length === 0) return null
  return (
    <section className="card">
      <h2>To be classified</h2>
      <p>
        {unknown.length === 1 ? 'One environment is' : `${unknown.length} environments are`} named
        by no rule, and so critical. That is safe; saying it in{' '}
        <InertText text={view.configurationFile} /> keeps agents from asking more often than they
        must:
      </p>
      <pre tabIndex={0} aria-label="Lines for the configuration">
        <InertText text={linesFor(unknown)} lines />
      </pre>
    </section>
  )
}

function linesFor(environments: readonly Environment[]): string {
  const lines = environments.map(
    ({ name }) =>
      `  - { match: ${JSON.stringify(name)}, protection: critical } # or standard, open`,
  )
  return ['environments:', ...lines].join('\n')
}

/** Where deleting the thing deletes every backup of it: the incident of 24 April 2026. */
export function UnsafeBackups({ view }: Props): ReactNode {
  if (view.unsafe.length === 0) return null
  return (
    <section className="danger-note">
      <h2>Backups that live inside what they protect</h2>
      <p>Whoever deletes one of these deletes every backup of it that the provider has.</p>
      <ul>
        {view.unsafe.map(({ ref, label, environments, inside }) => (
          <li key={ref} title={ref}>
            <Name text={label} />: {inside.length} {inside.length === 1 ? 'backup' : 'backups'}{' '}
            inside, none elsewhere <Tags environments={environments} />
          </li>
        ))}
      </ul>
      <p className="quiet">
        Configure the safeguard <code>independent-backup</code>, and keep a copy elsewhere.
      </p>
    </section>
  )
}

/** What an agent that works on staging can break for production. */
export function SharedThings({ view }: Props): ReactNode {
  if (view.shared.length === 0) return null
  return (
    <section className="card">
      <h2>Shared by several environments</h2>
      <p>
        Destroying one of these reaches every environment that is named; the most protected counts.
      </p>
      <ul>
        {view.shared.map(({ ref, label, environments }) => (
          <li key={ref} title={ref}>
            <Name text={label} /> <Tags environments={environments} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Tags({ environments }: { environments: readonly Environment[] }): ReactNode {
  return (
    <span className="tags">
      {environments.map(({ provider, id, name, protection }) => (
        <bdi key={`${provider}/${id}`} className={`tag ${protection}`}>
          <InertText text={name} /> · {protection}
        </bdi>
      ))}
    </span>
  )
}
