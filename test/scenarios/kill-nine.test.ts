// The gate is set up as a user sets it up, and killed with -9 in the middle of its work, several
// times. After that the ledger verifies, and whatever reached the provider has its intent in it.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { startRailwaySimulator } from '../../simulators/railway/start.ts'
import type { RailwaySimulator } from '../../simulators/railway/start.ts'
import { holdpoint, stop, up } from './processes.ts'

const rounds = 4
const requestsAtOnce = 8

interface UpEvent {
  readonly status: Readonly<{ gate: Readonly<{ agents: string }> }>
}

async function setUp(folder: string, simulator: RailwaySimulator): Promise<string> {
  const configuration = `
version: 1
listen: { agents: 127.0.0.1:0, console: 127.0.0.1:0, mcp: 127.0.0.1:0 }
upstreams:
  railway:
    provider: railway
    url: '${new URL(simulator.url).origin}'
    credential: railway
    allowPrivate: true
environments:
  - { match: '*/staging', protection: standard }
`
  writeFileSync(join(folder, 'holdpoint.yaml'), configuration)
  const cli = async (args: readonly string[], input = ''): Promise<string> => {
    const done = await holdpoint([...args, '--as', 'jer'], { cwd: folder, input })
    assert.equal(done.code, 0, `${args.join(' ')}: ${done.stdout}${done.stderr}`)
    return done.stdout
  }
  await cli(['secret', 'put', 'railway'], simulator.tokens.account)
  await cli(['agent', 'add', 'cursor', '--owner', 'jer'])
  const grant = ['--agent', 'cursor', '--task', 'set variables', '--allow', 'read,write']
  await cli(['mandate', 'grant', ...grant, '--in', 'pocketos/staging', '--minutes', '60'])
  const issued = await cli(['lease', 'issue', '--agent', 'cursor', '--json'])
  return /hpl_[\w-]+/.exec(issued)?.[0] ?? ''
}

function setVariable(agents: string, lease: string, simulator: RailwaySimulator, name: string) {
  const { project, staging, api } = simulator.ids
  const i = { projectId: project, environmentId: staging, serviceId: api, name, value: 'x' }
  const query = 'mutation($i: VariableUpsertInput!) { variableUpsert(input: $i) }'
  return fetch(`http://${agents}/railway/graphql/v2`, {
    method: 'POST',
    headers: { authorization: `Bearer ${lease}` },
    body: JSON.stringify({ query, variables: { i } }),
  }).then((answer) => answer.text())
}

interface Logged {
  readonly fact: Readonly<{ kind: string; decision?: unknown; outcome?: { kind: string } }>
}

test('killed at any moment, the record holds and nothing was sent without it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-kill-'))
  const simulator = await startRailwaySimulator({ postgres: false })
  try {
    const lease = await setUp(folder, simulator)
    for (let round = 0; round < rounds; round++) {
      const { first, child } = await up([], folder)
      const { agents } = (first as UpEvent).status.gate
      const warm = await setVariable(agents, lease, simulator, `WARM_${round}`)
      assert.match(warm, /"variableUpsert":true/)
      const under = Array.from({ length: requestsAtOnce }, (_, i) =>
        setVariable(agents, lease, simulator, `V_${round}_${i}`).catch(() => 'cut'),
      )
      await new Promise((resolve) => setTimeout(resolve, 3 * round))
      await stop(child, 'SIGKILL')
      await Promise.all(under)
    }
    const { child } = await up([], folder)
    await stop(child)
    const verified = await holdpoint(['ledger', 'verify'], { cwd: folder })
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)
    const log = await holdpoint(['log', '--json', '--since', '0', '--no-follow'], { cwd: folder })
    const facts = log.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Logged).fact)
    const count = (kind: string): number => facts.filter((fact) => fact.kind === kind).length
    const { mutations } = await simulator.state()
    assert.ok(mutations.length >= rounds, 'something reached the provider')
    assert.ok(count('sent') >= mutations.length, 'each mutation has its intent')
    assert.equal(count('ended'), count('sent'), 'each intent has an outcome, unknown where it is')
  } finally {
    await simulator.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
