// What an agent's MCP client starts inside of the sandbox reaches the gate, by the one way out.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { asking, openSandboxWorld, sections, unavailable } from './world.ts'
import type { SandboxWorld } from './world.ts'

const skip = unavailable
let world: SandboxWorld
let opened: SandboxWorld | null = null

before(async () => {
  if (skip === false) opened = world = await openSandboxWorld()
})
after(() => opened?.stop())

const cli = join(import.meta.dirname, '../../src/cli/main.ts')
const node = `'${process.execPath}' --disable-warning=ExperimentalWarning '${cli}'`

function message(id: number, method: string, params: object): string {
  return `'${JSON.stringify({ jsonrpc: '2.0', id, method, params })}'`
}

const begin = message(1, 'initialize', {
  ...{ protocolVersion: '2025-11-25', capabilities: {} },
  clientInfo: { name: 'test', version: '1' },
})
const whoami = message(2, 'tools/call', { name: 'whoami', arguments: {} })

test('`holdpoint mcp serve` inside: whoami, and without a lease nothing', { skip }, async () => {
  const serve = `printf '%s\\n' ${begin} ${whoami} | `
  const questions = {
    own: `${serve}${node} mcp serve holdpoint`,
    'without a lease': `${serve}env -u HOLDPOINT_LEASE ${node} mcp serve holdpoint`,
    'with a wrong one': `${serve}HOLDPOINT_LEASE=hp_lease_x ${node} mcp serve holdpoint`,
  }
  const said = sections((await world.run(asking(questions))).stdout)
  const own = said.get('own') ?? ''
  assert.match(own, /"id":2/)
  assert.match(own, /"mandate|mandate/)
  assert.doesNotMatch(own, /"isError":true/)
  assert.doesNotMatch(said.get('without a lease') ?? '', /"id":2/)
  assert.doesNotMatch(said.get('with a wrong one') ?? '', /"isError":false/)
})
