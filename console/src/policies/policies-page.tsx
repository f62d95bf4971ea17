import type { ReactNode } from 'react'

export function PoliciesPage(): ReactNode {
  return <h1>Policies</h1>
}
