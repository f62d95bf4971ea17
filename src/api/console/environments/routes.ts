import { Fault } from '../../../domain/fault.ts'
import type { Instant } from '../../../domain/names.ts'
import { inert } from '../../../wire/inert.ts'
import type { Survey } from '../../../inventory/survey.ts'
import { nothing } from '../bodies.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import type { EnvironmentsView } from './shapes.ts'

/** What exists, as the gate knows it. */
export interface EnvironmentDesk {
  survey(): Survey
  discoveredAt(): Readonly<Record<string, Instant>>
  fault(): string | null
  /** Walks every provider, reads alone, each recorded first. */
  refresh(): Promise<void>
  readonly configurationFile: string
}

export const environmentRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/environments',
    answer: ({ parts }) => ({ body: viewOf(parts) }),
  },
  {
    method: 'POST',
    path: '/api/environments/refresh',
    heavy: true,
    answer: async ({ parts, body }) => {
      read(nothing, body)
      try {
        await deskOf(parts).refresh()
      } catch (fault) {
        // The page shows why; what was known before stands.
        if (deskOf(parts).fault() === null) throw fault
      }
      return { body: viewOf(parts) }
    },
  },
]

function viewOf(parts: ConsoleParts): EnvironmentsView {
  const desk = deskOf(parts)
  const fault = desk.fault()
  return {
    ...desk.survey(),
    now: parts.clock.now(),
    discoveredAt: desk.discoveredAt(),
    fault: fault === null ? null : inert(fault),
    configurationFile: desk.configurationFile,
  }
}

function deskOf({ environments }: ConsoleParts): EnvironmentDesk {
  if (environments !== undefined) return environments
  throw new Fault('not-found', 'no provider is governed here; add one to holdpoint.yaml')
}
