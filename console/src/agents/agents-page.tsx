import type { ReactNode } from 'react'

export function AgentsPage(): ReactNode {
  return <h1>Agents</h1>
}
