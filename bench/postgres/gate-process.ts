// The gate under measurement, as a process: `node bench/postgres/gate-process.ts FOLDER PORT`, the
// server's on loopback; passwords of `app` and of the superuser in APP_PASSWORD, ADMIN_PASSWORD.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { mandateRequestSchema } from '../../src/api/mandate-request.ts'
import { readConfiguration } from '../../src/configuration/configuration.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { AgentName, PersonName, SecretName, UpstreamName } from '../../src/domain/names.ts'
import { openState, startGate } from '../../src/main.ts'
import { providers } from '../../src/providers/table.ts'

const [folder = '', port = ''] = process.argv.slice(2)
const text = `
version: 1
listen: { agents: 127.0.0.1:0, console: 127.0.0.1:0, mcp: 127.0.0.1:0, postgres: 127.0.0.1:0 }
upstreams:
  bench-db:
    provider: postgres
    url: postgres://127.0.0.1:${port}
    role: app
    credential: app
    database: bench
    environment: bench/development
    tls: off
    allowPrivate: true
    admin: { role: postgres, credential: admin }
environments:
  - { match: 'bench/*', protection: open }
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
const unlimited = {
  ...{ requestsPerMinute: null, writesPerMinute: null, requests: null, writes: null },
  ...{ destroys: null, denials: null, resources: null, rows: null },
}

async function admit(): Promise<Concealed> {
  const { control, close } = await openState(configuration, opening)
  for (const [name, variable] of [
    ['app', 'APP_PASSWORD'],
    ['admin', 'ADMIN_PASSWORD'],
  ] as const) {
    const value = new Concealed(name, process.env[variable] ?? '')
    await control.secretPut({ secret: name as SecretName, value, by })
  }
  await control.agentAdd({ agent, owner: by })
  const request = mandateRequestSchema.parse({
    task: 'measure statements',
    agent,
    expiresInMinutes: 600,
    budget: unlimited,
    authorization_details: [
      {
        type: 'holdpoint',
        actions: ['read', 'write', 'destroy'],
        locations: ['bench/*'],
        resources: ['postgres:*'],
      },
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
await gate.control.postgresEnrol({ upstream: 'bench-db' as UpstreamName, database: null, by })
const ready = { address: gate.postgres, pid: process.pid, lease: lease.reveal() }
process.stdout.write(`${JSON.stringify(ready)}\n`)
process.on('SIGTERM', () => void gate.stop().then(() => process.exit(0)))
