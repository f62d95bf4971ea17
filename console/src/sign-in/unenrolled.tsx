import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { useSession } from '../session.tsx'

/** For whoever the OpenID provider vouches for, and who has no passkey here. */
export function Unenrolled(): ReactNode {
  const { enrolled, person } = useSession()
  if (enrolled) return null
  return (
    <div className="note" role="status">
      <p>
        You are signed in as {person}, and can read. To decide anything you need a passkey here: ask
        an owner to invite {person}, then <Link to="/enrol">make your passkey</Link>.
      </p>
    </div>
  )
}
