import type { PersonRoute } from '../route.ts'

export const environmentRoutes: readonly PersonRoute[] = []
