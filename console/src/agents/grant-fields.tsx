import { useId } from 'react'
import type { ReactNode } from 'react'

import type { ChoicesView } from '../../../src/api/console/agents/shapes.ts'
import { inert } from '../../../src/wire/inert.ts'
import { effectWords } from '../../../src/words/mandate.ts'
import { InertText } from '../ui/inert-text.tsx'
import { budgetNames } from './form.ts'
import type { GrantForm, ScopeForm } from './form.ts'

interface FieldsProps {
  readonly choices: ChoicesView
  readonly form: GrantForm
  readonly onChange: (form: GrantForm) => void
}

export function GrantFields({ choices, form, onChange }: FieldsProps): ReactNode {
  const set = (changes: Partial<GrantForm>): void => {
    onChange({ ...form, ...changes })
  }
  return (
    <form
      className="agent-form card"
      onSubmit={(event) => {
        event.preventDefault()
      }}
    >
      <Choice
        label="Agent"
        value={form.agent}
        options={choices.agents.map((name) => [name, name])}
        onChange={(agent) => {
          set({ agent, parent: '' })
        }}
      />
      <Words
        label="The task, in your own words; the agent is shown it"
        value={form.task}
        lines={3}
        onChange={(task) => {
          set({ task })
        }}
      />
      <Where choices={choices} form={form} onChange={onChange} />
      {form.scopes.map((scope, at) => (
        <Scope
          key={at}
          scope={scope}
          number={form.scopes.length > 1 ? at + 1 : null}
          kinds={choices.kinds}
          onChange={(changed) => {
            set({ scopes: form.scopes.map((one, i) => (i === at ? changed : one)) })
          }}
        />
      ))}
      <Words
        label="It ends after, in minutes"
        value={form.minutes}
        number={43_200}
        onChange={(minutes) => {
          set({ minutes })
        }}
      />
      <More choices={choices} form={form} onChange={onChange} />
    </form>
  )
}

function Where({ choices, form, onChange }: FieldsProps): ReactNode {
  const toggle = (name: string): void => {
    const { environments } = form
    const without = environments.filter((one) => one !== name)
    const changed = without.length === environments.length ? [...environments, name] : without
    onChange({ ...form, environments: changed })
  }
  return (
    <fieldset>
      <legend>Where</legend>
      {choices.environments.length === 0 && (
        <p className="quiet">No environment is known yet; write its name below.</p>
      )}
      <div className="agent-checks">
        {choices.environments.map(({ name, protection }) => (
          <label key={name} className="choice">
            <input
              type="checkbox"
              checked={form.environments.includes(name)}
              onChange={() => {
                toggle(name)
              }}
            />
            <bdi>
              <InertText text={name} />
            </bdi>
            <span className={`tag ${protection}`}>{protection}</span>
          </label>
        ))}
      </div>
      <Words
        label="Others, such as shop/next or shop/*"
        value={form.others}
        onChange={(others) => {
          onChange({ ...form, others })
        }}
      />
    </fieldset>
  )
}

interface ScopeProps {
  readonly scope: ScopeForm
  readonly number: number | null
  readonly kinds: readonly string[]
  readonly onChange: (scope: ScopeForm) => void
}

function Scope({ scope, number, kinds, onChange }: ScopeProps): ReactNode {
  const toggle = (effect: string): void => {
    const without = scope.effects.filter((one) => one !== effect)
    const changed = without.length === scope.effects.length ? [...without, effect] : without
    onChange({ ...scope, effects: changed })
  }
  return (
    <fieldset>
      <legend>
        {number === null ? 'What it may do there' : `What it may do there, part ${number}`}
      </legend>
      <div className="agent-checks">
        {Object.entries(effectWords).map(([effect, words]) => (
          <label key={effect} className="choice">
            <input
              type="checkbox"
              checked={scope.effects.includes(effect)}
              onChange={() => {
                toggle(effect)
              }}
            />
            {words}
          </label>
        ))}
      </div>
      <Words
        label="To what; empty for all that is governed"
        value={scope.resources}
        lines={3}
        hint={kinds.length === 0 ? '' : `There are: ${kinds.map((kind) => `${kind}/*`).join(', ')}`}
        onChange={(resources) => {
          onChange({ ...scope, resources })
        }}
      />
    </fieldset>
  )
}

function More({ choices, form, onChange }: FieldsProps): ReactNode {
  const set = (changes: Partial<GrantForm>): void => {
    onChange({ ...form, ...changes })
  }
  const parents = choices.mandates.map(
    ({ id, agent, task }) => [id, `${agent}: ${task.slice(0, 60)} (${id})`] as const,
  )
  return (
    <details className="agent-fold">
      <summary>Budget, other hosts, and whose mandate it is cut from</summary>
      <p className="quiet">
        When a limit is reached the agent is frozen, but for rows: those ask a person. Empty is what
        is usual.
      </p>
      <div className="agent-grid">
        {budgetNames.map(([name, words]) => (
          <Words
            key={name}
            label={`At most so many ${words}`}
            value={form.budget[name] ?? ''}
            number={1_000_000_000}
            onChange={(limit) => {
              set({ budget: { ...form.budget, [name]: limit } })
            }}
          />
        ))}
      </div>
      <Words
        label="Other hosts that it may connect to, uninspected"
        value={form.egress}
        lines={2}
        onChange={(egress) => {
          set({ egress })
        }}
      />
      <Words
        label="A held request waits at the door, in seconds"
        value={form.holdWaitSeconds}
        number={300}
        onChange={(holdWaitSeconds) => {
          set({ holdWaitSeconds })
        }}
      />
      <Choice
        label="For a sub-agent: it is cut from this mandate, and ends with it"
        value={form.parent}
        options={[['', 'none'], ...parents]}
        onChange={(parent) => {
          set({ parent })
        }}
      />
    </details>
  )
}

interface WordsProps {
  readonly label: string
  readonly value: string
  readonly lines?: number
  /** it is a number, at most this */
  readonly number?: number
  readonly hint?: string
  readonly onChange: (value: string) => void
}

function Words({ label, value, lines, number, hint = '', onChange }: WordsProps): ReactNode {
  const id = useId()
  const shared = { id, value, spellCheck: false, autoComplete: 'off' }
  return (
    <div className="agent-field">
      <label htmlFor={id}>{label}</label>
      {lines === undefined ? (
        <input
          {...shared}
          {...(number === undefined ? {} : { type: 'number', min: 0, max: number })}
          onChange={(event) => {
            onChange(event.target.value)
          }}
        />
      ) : (
        <textarea
          {...shared}
          rows={lines}
          maxLength={1000}
          onChange={(event) => {
            onChange(event.target.value)
          }}
        />
      )}
      {hint !== '' && (
        <p className="quiet">
          <InertText text={hint} />
        </p>
      )}
    </div>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}

/** An option takes text alone, so what hides in a name is written out in it. */
function Choice({ label, value, options, onChange }: ChoiceProps): ReactNode {
  const id = useId()
  return (
    <div className="agent-field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
        }}
      >
        {options.map(([name, words]) => (
          <option key={name} value={name}>
            {inert(words)}
          </option>
        ))}
      </select>
    </div>
  )
}
