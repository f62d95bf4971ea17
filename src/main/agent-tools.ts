// Joins what agents can ask of Holdpoint itself.
import { advise } from '../advice/advise.ts'
import { createAgentTools } from '../api/agent-tools.ts'
import type { AgentTools } from '../api/agent-tools.ts'
import { createPreview } from '../api/preview.ts'
import type { CommandTold } from '../api/preview.ts'
import type { Works } from './gate.ts'
import { policyDesk } from './policy-desk.ts'

export function joinAgentTools(works: Works): AgentTools {
  const { state, policies, holds, discovery } = works
  const { store, asks, providers, leases } = state
  const { read } = policyDesk(works)
  return createAgentTools({
    ...{ store, holds, asks, providers },
    preview: createPreview({
      read,
      command: (text, directory) => commandTold(works, text, directory),
      place: async (actions) => (await discovery.place(actions)).impacts,
      judge: (standing, impacts) => policies.current().judge(standing, impacts),
    }),
    stands: ({ lease }) => leases.stands(lease.id),
  })
}

const temporary = ['/tmp', '/var/tmp']

/** As inside `holdpoint run`, in a work tree at that directory: the gate knows no other machine. */
async function commandTold(works: Works, text: string, directory: string): Promise<CommandTold> {
  const place = { directory, workTree: directory, home: null, temporary }
  const actions = await works.commands.read(text, { ...place, variables: {} })
  const advice = advise(actions, {
    ...place,
    ...{ snapshots: true, confined: true, governed: works.state.providers },
  })
  return { actions, advice }
}
