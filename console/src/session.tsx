import { createContext, useContext } from 'react'

import type { SessionView } from '../../src/api/console/sign-in/shapes.ts'

const Session = createContext<SessionView | null>(null)

export const SessionProvider = Session.Provider

/** Whoever is signed in. Only below the layout, which lets nobody else in. */
export function useSession(): SessionView {
  const session = useContext(Session)
  if (session === null) throw new Error('there is no session here')
  return session
}

/** An auditor reads, whatever other role they have. The gate checks it again. */
export function mayDecide({ roles }: SessionView): boolean {
  return !roles.includes('auditor') && (roles.includes('owner') || roles.includes('approver'))
}
