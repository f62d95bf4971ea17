import { useState } from 'react'
import type { ReactNode } from 'react'

import type { MandateView, MatrixView } from '../../../src/api/console/agents/shapes.ts'
import { post } from '../api.ts'
import { useLive } from '../live.tsx'
import { mayDecide, useSession } from '../session.tsx'
import { Problem } from '../ui/attempt.tsx'
import { InertText } from '../ui/inert-text.tsx'
import { Confirm } from './confirm.tsx'
import { Leases } from './lease.tsx'
import { GrantedBy, Task, ThreeLines } from './mandate-words.tsx'
import { MatrixTable } from './matrix-table.tsx'
import { Budget } from './meter.tsx'

interface MandateCardProps {
  readonly view: MandateView
  readonly onChanged: () => void
}

export function MandateCard({ view, onChanged }: MandateCardProps): ReactNode {
  const { mandate, below, stands } = view
  const may = mayDecide(useSession())
  const revoke = async (): Promise<void> => {
    await post(`/api/mandates/${mandate.id}/revoke`, {})
    onChanged()
  }
  return (
    <article className="card agent-mandate" aria-label={`Mandate ${mandate.id}`}>
      <Task task={mandate.task} />
      <ThreeLines {...view} />
      <GrantedBy {...view} />
      <h3>Budget used</h3>
      <Budget lines={view.budget} />
      <Matrix mandate={mandate.id} />
      <Leases view={view} onChanged={onChanged} />
      {stands && may && (
        <Confirm
          label="Revoke this mandate…"
          about={mandate.id}
          title={<>Revoke the mandate {mandate.id}?</>}
          act="Revoke this mandate now"
          onAct={revoke}
        >
          <p>
            Its {view.leases.length} live {view.leases.length === 1 ? 'lease ends' : 'leases end'}
            {below > 0 && `, and ${below} narrower ${below === 1 ? 'mandate' : 'mandates'} with it`}
            . Open connections are cut and what waits for a person is withdrawn, at once.
          </p>
          <p>It cannot be given back: a new mandate takes an owner’s passkey.</p>
          <blockquote>
            <InertText text={mandate.task} lines />
          </blockquote>
        </Confirm>
      )}
    </article>
  )
}

/** Asked for when it is opened: each takes the gate some time to judge. */
function Matrix({ mandate }: { mandate: string }): ReactNode {
  const [open, setOpen] = useState(false)
  return (
    <details
      className="agent-fold"
      onToggle={(event) => {
        setOpen(event.currentTarget.open)
      }}
    >
      <summary>What it may do where</summary>
      {open && <Loaded mandate={mandate} />}
    </details>
  )
}

function Loaded({ mandate }: { mandate: string }): ReactNode {
  const { value, problem } = useLive<MatrixView>(`/api/mandates/${mandate}/matrix`, ['policies'])
  return (
    <>
      <Problem problem={problem} />
      {value === null && problem === null && <p className="quiet">Asking the policies…</p>}
      {value !== null && <MatrixTable matrix={value} />}
    </>
  )
}
