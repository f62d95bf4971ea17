import type { PersonRoute } from '../route.ts'

export const policyRoutes: readonly PersonRoute[] = []
