import type { ReactNode } from 'react'

export function IncidentsPage(): ReactNode {
  return <h1>Incidents</h1>
}
