// Joins what agents can ask of Holdpoint itself.
import { createAgentTools } from '../api/agent-tools.ts'
import type { AgentTools } from '../api/agent-tools.ts'
import { createPreview } from '../api/preview.ts'
import type { PreviewParts } from '../api/preview.ts'
import type { Works } from './gate.ts'
import { policyDesk } from './policy-desk.ts'

export function joinAgentTools(works: Works, command: PreviewParts['command']): AgentTools {
  const { state, policies, holds, discovery } = works
  const { store, asks, providers, leases } = state
  const { read } = policyDesk(works)
  return createAgentTools({
    ...{ store, holds, asks, providers },
    preview: createPreview({
      ...{ read, command },
      place: async (actions) => (await discovery.place(actions)).impacts,
      judge: (standing, impacts) => policies.current().judge(standing, impacts),
    }),
    stands: ({ lease }) => leases.stands(lease.id),
  })
}
