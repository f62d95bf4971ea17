import type { ReactNode } from 'react'

import { HoldsPage } from '../holds/holds-page.tsx'

export function NowPage(): ReactNode {
  return <HoldsPage />
}
