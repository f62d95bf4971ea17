import type { PersonRoute } from '../route.ts'

export const agentRoutes: readonly PersonRoute[] = []
