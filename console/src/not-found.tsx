import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

import { Frame } from './layout.tsx'

export function NotFound(): ReactNode {
  return (
    <Frame session={null}>
      <h1>There is no such page</h1>
      <p>
        <Link to="/">See what waits, and what agents do</Link>
      </p>
    </Frame>
  )
}
