// The gate under measurement, as a process: `node bench/gate-process.ts FOLDER UPSTREAM-ORIGIN
// DISCOVERY-TOKEN TOKEN`. The upstream knows discovery by its token and hands that to the
// simulator.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { mandateRequestSchema } from '../src/api/mandate-request.ts'
import { readConfiguration } from '../src/configuration/configuration.ts'
import { Concealed } from '../src/domain/concealed.ts'
import type { AgentName, PersonName, SecretName } from '../src/domain/names.ts'
import { openState, startGate } from '../src/main.ts'
import { providers } from '../src/providers/table.ts'

const [folder = '', upstream = '', discoveryToken = '', token = ''] = process.argv.slice(2)
const text = `
version: 1
listen: { agents: 127.0.0.1:0, console: 127.0.0.1:0, mcp: 127.0.0.1:0 }
upstreams:
  railway:
    provider: railway
    url: '${upstream}'
    credential: railway
    discoverWith: discover
    allowPrivate: true
environments:
  - { match: '*/staging', protection: standard }
inventory: { refreshSeconds: 3600 }
`
mkdirSync(folder, { recursive: true })
const file = join(folder, 'holdpoint.yaml')
writeFileSync(file, text)
const configuration = readConfiguration(text, file, providers)
const opening = {
  environment: process.env,
  passphrase: null,
  report: (fault: unknown) => process.stderr.write(`gate: ${String(fault)}\n`),
}
const by = 'bench' as PersonName
const agent = 'bench' as AgentName

async function admit(): Promise<Concealed> {
  const { control, close } = await openState(configuration, opening)
  for (const [name, value] of [
    ['railway', token],
    ['discover', discoveryToken],
  ] as const) {
    await control.secretPut({ secret: name as SecretName, value: new Concealed(name, value), by })
  }
  await control.agentAdd({ agent, owner: by })
  const request = mandateRequestSchema.parse({
    task: 'measure reads',
    agent,
    expiresInMinutes: 600,
    budget: { requestsPerMinute: null, writesPerMinute: null, writes: null, resources: null },
    authorization_details: [
      { type: 'holdpoint', actions: ['read'], locations: ['pocketos/*'], resources: ['railway:*'] },
    ],
  })
  const mandate = await control.mandateGrant({ request, by })
  const { token: lease } = await control.leaseIssue({
    agent,
    mandate: mandate.id,
    minutes: 600,
    by,
  })
  await close()
  return lease
}

const lease = await admit()
const gate = await startGate(configuration, opening)
await gate.discovery.refresh()
process.stdout.write(`${JSON.stringify({ agents: gate.agents, lease: lease.reveal() })}\n`)
process.on('SIGTERM', () => void gate.stop().then(() => process.exit(0)))
