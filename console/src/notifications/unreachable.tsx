import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type {
  NotificationsView,
  UnreachableView,
} from '../../../src/api/console/notifications/shapes.ts'
import { useLive } from '../live.tsx'
import { InertText } from '../ui/inert-text.tsx'

type Told = Pick<NotificationsView, 'unreachable'>

/** For any page: holds that wait, and of which nobody could be told. */
export function NobodyTold(): ReactNode {
  const { value } = useLive<Told>('/api/notifications/unreachable', ['people', 'holds'])
  return <Unreachable holds={value?.unreachable ?? []} />
}

export function Unreachable({ holds }: { holds: readonly UnreachableView[] }): ReactNode {
  if (holds.length === 0) return null
  return (
    <section className="danger-note" role="alert">
      <p>
        <strong>
          {holds.length === 1 ? 'A hold waits' : `${holds.length} holds wait`}, and nobody could be
          told.
        </strong>
      </p>
      <ul>
        {holds.map(({ hold, sentence }) => (
          <li key={hold}>
            <Link to="/holds/$hold" params={{ hold }}>
              Open the hold
            </Link>
            :{' '}
            <bdi>
              <InertText text={sentence} />
            </bdi>
          </li>
        ))}
      </ul>
    </section>
  )
}
