import { z } from 'zod'

import { Fault } from '../../../domain/fault.ts'
import { namePattern } from '../../../domain/names.ts'
import type { AgentName, DecisionId, Instant } from '../../../domain/names.ts'
import type { Evidence } from '../../../evidence/evidence.ts'
import type { IncidentScope } from '../../../evidence/incident.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'

const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const ofDecision = { decision: z.string().regex(/^dec_[a-z0-9]{16,25}$/) }
const ofRange = { since: instant, until: instant, agent: z.string().regex(namePattern).optional() }
const format = { format: z.enum(['markdown', 'pdf', 'json']) }

const asked = z.union([z.strictObject(ofDecision), z.strictObject(ofRange)])
const exportBody = z.union([
  z.strictObject({ ...format, ...ofDecision }),
  z.strictObject({ ...format, ...ofRange }),
])

export const incidentRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/incidents',
    answer: async ({ parts, query }) => {
      const incident = await evidenceOf(parts).incident(scopeOf(read(asked, query)))
      return { body: { now: parts.clock.now(), incident } }
    },
  },
  {
    method: 'POST',
    path: '/api/incidents/export',
    heavy: true,
    // Auditors read, and taking evidence is reading; that they did is recorded.
    only: 'reads',
    answer: ({ parts, person, body }) => {
      const { format, ...rest } = read(exportBody, body)
      return evidenceOf(parts).hand({ scope: scopeOf(rest), format, by: person })
    },
  },
]

function scopeOf(given: z.infer<typeof asked>): IncidentScope {
  if ('decision' in given) return { kind: 'decision', decision: given.decision as DecisionId }
  if (given.since >= given.until) {
    throw new Fault('body-malformed', 'the range ends before it begins; choose a later end')
  }
  return {
    kind: 'range',
    since: given.since as Instant,
    until: given.until as Instant,
    agent: (given.agent ?? null) as AgentName | null,
  }
}

function evidenceOf({ evidence }: ConsoleParts): Evidence {
  if (evidence !== undefined) return evidence
  throw new Fault('not-found', 'this gate keeps no evidence to show')
}
