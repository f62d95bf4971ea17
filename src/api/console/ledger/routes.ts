import type { PersonRoute } from '../route.ts'

export const ledgerRoutes: readonly PersonRoute[] = []
