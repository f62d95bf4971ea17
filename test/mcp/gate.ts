// A gate with MCP servers behind it, an agent with a lease, and real clients in front.
import type { TestContext } from 'node:test'
import { join } from 'node:path'

import { mandateRequestSchema } from '../../src/api/mandate-request.ts'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { Fact } from '../../src/domain/fact.ts'
import type { AgentName, PersonName, SecretName } from '../../src/domain/names.ts'
import { openState, startGate } from '../../src/main.ts'
import type { GateOnState } from '../../src/main.ts'
import { providers } from '../../src/providers/table.ts'
import { temporaryFolder } from '../receipts.ts'

export const by = 'ann' as PersonName
export const agent = 'coder' as AgentName

export interface Scene {
  readonly gate: GateOnState
  readonly folder: string
  readonly lease: string
  /** of one server, or of all */
  readonly url: (entry?: string) => string
  readonly facts: () => readonly Fact[]
  readonly faults: readonly unknown[]
  /** a second agent with a lease of its own */
  readonly other: string
}

export interface SceneOptions {
  /** the `mcp:` of holdpoint.yaml, and what else is to be in it */
  readonly yaml: string
  readonly actions?: readonly string[]
  readonly resources?: readonly string[]
  readonly secrets?: Readonly<Record<string, string>>
}

const unlimited = {
  ...{ requestsPerMinute: null, writesPerMinute: null, requests: null, writes: null },
  ...{ destroys: null, denials: null, resources: null, rows: null },
}

export async function openScene(t: TestContext, options: SceneOptions): Promise<Scene> {
  const folder = temporaryFolder(t)
  return openSceneIn(folder, options, (close) => t.after(close))
}

export async function openSceneIn(
  folder: string,
  options: SceneOptions,
  after: (close: () => Promise<void>) => void,
): Promise<Scene> {
  const file = join(folder, 'holdpoint.yaml')
  const text = `
version: 1
listen: {agents: '127.0.0.1:0', console: '127.0.0.1:0', mcp: '127.0.0.1:0'}
environments: [{match: 'lab/*', protection: open}]
${options.yaml}
`
  const configuration = readConfiguration(text, file, providers)
  const faults: unknown[] = []
  const opening = {
    environment: process.env,
    passphrase: null,
    report: (fault: unknown) => void faults.push(fault),
  }
  const leases = await admit(configuration, opening, options)
  const gate = await startGate(configuration, opening)
  after(() => gate.stop())
  return {
    ...{ gate, folder, faults, lease: leases[0] ?? '', other: leases[1] ?? '' },
    url: (entry = '') => `http://${gate.mcp}/${entry}`,
    facts: () => gate.state.store.entries(0, 10_000).map(({ fact }) => fact),
  }
}

async function admit(
  configuration: Parameters<typeof openState>[0],
  opening: Parameters<typeof openState>[1],
  { actions = ['read'], resources = ['mcp:*'], secrets = {} }: SceneOptions,
): Promise<readonly string[]> {
  const state = await openState(configuration, opening)
  const { control } = state
  for (const [name, value] of Object.entries(secrets)) {
    const secret = name as SecretName
    await control.secretPut({ secret, value: new Concealed(name, value), by })
  }
  const leases: string[] = []
  for (const who of [agent, 'second' as AgentName]) {
    await control.agentAdd({ agent: who, owner: by })
    const request = mandateRequestSchema.parse({
      task: 'use the servers of the laboratory',
      agent: who,
      expiresInMinutes: 600,
      budget: unlimited,
      authorization_details: [
        { type: 'holdpoint', actions, locations: ['lab/*', 'shop/*'], resources },
      ],
    })
    const { id: mandate } = await control.mandateGrant({ request, by })
    const { token } = await control.leaseIssue({ agent: who, mandate, minutes: 600, by })
    leases.push(token.reveal())
  }
  await state.close()
  return leases
}
