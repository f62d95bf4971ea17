import type { UpstreamName } from '../domain/names.ts'
import { createInterpreter } from '../interpret.ts'
import { providers } from '../providers/table.ts'
import type { World } from './world.ts'

export function createRealWorld(): World {
  const readers = new Map(providers.map(({ name, reader }) => [name as UpstreamName, reader]))
  return {
    providers,
    interpret: createInterpreter({ readers }),
    openState: async (configuration, opening) =>
      (await import('../main.ts')).openState(configuration, opening),
    startGate: async (configuration, opening) =>
      (await import('../main.ts')).startGate(configuration, opening),
    async checkPolicies(configuration) {
      const { openPolicies } = await import('../main/policies.ts')
      const { createClock } = await import('../system/clock.ts')
      const clock = createClock(null)
      const policies = openPolicies(
        configuration,
        () => Promise.resolve(),
        () => clock.now(),
      )
      try {
        return await policies.reload()
      } finally {
        policies.close()
      }
    },
    stage: async (options) => (await import('./staged.ts')).openStagedWorld(options),
    demo: async (options) => (await import('./demo.ts')).runDemo(options),
  }
}
