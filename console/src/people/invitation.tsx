import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import type { OpenedView } from '../../../src/api/console/people/shapes.ts'
import { Moment } from '../ui/time.tsx'

/** A code, shown once. */
export function Invitation({
  opened,
  mine = false,
}: {
  opened: OpenedView
  mine?: boolean
}): ReactNode {
  return (
    <div className="note" role="status">
      <p>
        {mine ? 'This code is for you alone.' : 'Give this code to them yourself.'} It is shown
        once.
      </p>
      <p className="code">{opened.code}</p>
      <p className="quiet">
        {mine ? 'On the other device, open' : 'They open'} <code>{`${location.origin}/enrol`}</code>{' '}
        before <Moment at={opened.expiresAt} />.
        {mine && (
          <>
            {' '}
            Or{' '}
            <Link to="/enrol" hash={opened.code}>
              use it in this browser
            </Link>
            .
          </>
        )}
      </p>
    </div>
  )
}
