import type { PersonRoute } from '../route.ts'

export const notificationRoutes: readonly PersonRoute[] = []
