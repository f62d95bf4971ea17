import { useState } from 'react'
import type { ReactNode } from 'react'

import type { ChoicesView } from '../../../src/api/console/agents/shapes.ts'
import { post } from '../api.ts'
import { useLive } from '../live.tsx'
import { useSession } from '../session.tsx'
import { Problem, useAttempt } from '../ui/attempt.tsx'

export function AddAgent({ onAdded }: { onAdded: () => void }): ReactNode {
  const { person } = useSession()
  const { value } = useLive<ChoicesView>('/api/mandates/choices', ['agents', 'people'])
  const [agent, setAgent] = useState('')
  const [owner, setOwner] = useState<string>(person)
  const attempt = useAttempt()
  const add = (): void => {
    attempt.run(async () => {
      await post('/api/agents', { agent, owner })
      setAgent('')
      onAdded()
    })
  }
  return (
    <section className="card agent-add">
      <h2>Add an agent</h2>
      <p className="quiet">
        By itself it may do nothing: that takes a mandate and a lease, and your passkey for each.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          add()
        }}
      >
        <label htmlFor="new-agent">Name, as it will stand in the ledger</label>
        <input
          id="new-agent"
          value={agent}
          onChange={(event) => {
            setAgent(event.target.value)
          }}
          pattern="[a-z0-9][a-z0-9\-]{0,62}"
          title="lower-case letters, digits and hyphens"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
        <label htmlFor="new-owner">Who answers for it</label>
        <select
          id="new-owner"
          value={owner}
          onChange={(event) => {
            setOwner(event.target.value)
          }}
        >
          {(value?.owners ?? [person]).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="submit" className="main" disabled={attempt.busy}>
          Add the agent
        </button>
      </form>
      <Problem problem={attempt.problem} />
    </section>
  )
}
