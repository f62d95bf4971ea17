import type { PersonRoute } from '../route.ts'

export const incidentRoutes: readonly PersonRoute[] = []
