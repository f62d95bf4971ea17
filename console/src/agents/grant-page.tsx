import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import type { ReactNode } from 'react'

import type { ChoicesView } from '../../../src/api/console/agents/shapes.ts'
import { mandateTemplates } from '../../../src/api/mandate-templates.ts'
import type { MandateTemplate } from '../../../src/api/mandate-templates.ts'
import type { Mandate } from '../../../src/domain/mandate.ts'
import { performGrant } from '../deeds.ts'
import { useLive } from '../live.tsx'
import { useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'
import { InertText, Name } from '../ui/inert-text.tsx'
import './agents.css'
import { formFrom, requestOf } from './form.ts'
import type { GrantForm } from './form.ts'
import { GrantFields } from './grant-fields.tsx'
import { DraftShown } from './grant-preview.tsx'
import { IssueLease } from './lease.tsx'
import { useDraft } from './use-draft.ts'

export function GrantPage(): ReactNode {
  const { agent } = useSearch({ strict: false })
  const { value, problem } = useLive<ChoicesView>('/api/mandates/choices', ['agents'])
  const owner = useSession().roles.includes('owner')
  return (
    <>
      <p>
        <Link to="/agents">All agents</Link>
      </p>
      <h1>Grant a mandate</h1>
      {!owner && <p className="note">Only an owner grants. You can look at what it would be.</p>}
      <Problem problem={problem} />
      {value?.agents.length === 0 && (
        <p className="note">
          There is no agent yet: <Link to="/agents">add one first</Link>.
        </p>
      )}
      {value !== null && value.agents.length > 0 && (
        <Granting choices={value} agent={typeof agent === 'string' ? agent : ''} owner={owner} />
      )}
    </>
  )
}

interface GrantingProps {
  readonly choices: ChoicesView
  /** the one that the address names */
  readonly agent: string
  readonly owner: boolean
}

function Granting({ choices, agent, owner }: GrantingProps): ReactNode {
  const [template, setTemplate] = useState<MandateTemplate | null>(null)
  const [form, setForm] = useState<GrantForm | null>(null)
  const [granted, setGranted] = useState<Mandate | null>(null)
  const choose = (chosen: MandateTemplate): void => {
    const known = choices.environments.map(({ name }) => name)
    const meant = choices.agents.find((name) => name === agent) ?? choices.agents[0] ?? ''
    setTemplate(chosen)
    setForm(formFrom(chosen, form?.agent ?? meant, known))
  }
  if (granted !== null) return <Granted mandate={granted} />
  return (
    <>
      <h2 id="templates">Begin with</h2>
      <ul className="agent-templates" aria-labelledby="templates">
        {mandateTemplates.map((one) => (
          <li key={one.id}>
            <button
              type="button"
              className="agent-template"
              aria-pressed={one.id === template?.id}
              onClick={() => {
                choose(one)
              }}
            >
              <strong>{one.title}</strong>
              <span>{one.says}</span>
            </button>
          </li>
        ))}
      </ul>
      {form !== null && (
        <Editing
          choices={choices}
          form={form}
          owner={owner}
          onChange={setForm}
          onGranted={setGranted}
        />
      )}
    </>
  )
}

interface EditingProps {
  readonly choices: ChoicesView
  readonly form: GrantForm
  readonly owner: boolean
  readonly onChange: (form: GrantForm) => void
  readonly onGranted: (mandate: Mandate) => void
}

function Editing({ choices, form, owner, onChange, onGranted }: EditingProps): ReactNode {
  const request = requestOf(form)
  const { draft, problem, fresh } = useDraft(request)
  const attempt = useAttempt()
  const grant = (): void => {
    if (request === null || draft === null) return
    attempt.run(async () => {
      onGranted(await performGrant({ kind: 'mandate-grant', request }, draft.mandate))
    })
  }
  return (
    <>
      <GrantFields choices={choices} form={form} onChange={onChange} />
      {request === null && (
        <p className="note">Say which agent, what for, where, and at least one thing it may do.</p>
      )}
      <Problem problem={problem} />
      {draft !== null && request !== null && problem === null && (
        <section className={fresh ? 'agent-draft' : 'agent-draft stale'} aria-busy={!fresh}>
          <DraftShown draft={draft} request={request} />
          {owner && (
            <>
              <p>
                <button
                  type="button"
                  className="release"
                  disabled={attempt.busy || !fresh}
                  onClick={grant}
                >
                  {attempt.busy ? 'Waiting for your passkey…' : 'Grant it, with your passkey'}
                </button>
              </p>
              <Problem problem={attempt.problem} />
            </>
          )}
        </section>
      )}
    </>
  )
}

function Granted({ mandate }: { mandate: Mandate }): ReactNode {
  return (
    <section className="card" aria-label="Granted">
      <div role="status">
        <h2>
          Granted to <Name text={mandate.agent} />
        </h2>
      </div>
      <blockquote>
        <InertText text={mandate.task} lines />
      </blockquote>
      <p>
        <code>{mandate.id}</code>. It can act once it has a lease of this mandate.
      </p>
      <IssueLease agent={mandate.agent} mandate={mandate.id} onIssued={() => undefined} />
      <p>
        <Link to="/agents/of/$agent" params={{ agent: mandate.agent }}>
          To the agent
        </Link>
      </p>
    </section>
  )
}
