import type { PersonRoute } from '../route.ts'

export const nowRoutes: readonly PersonRoute[] = []
