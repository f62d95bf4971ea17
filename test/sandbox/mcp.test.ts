// What an agent's MCP client is told inside of the sandbox leads to the gate, by the one way out.
import assert from 'node:assert/strict'
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

const version = '2026-07-28'
const whoami = JSON.stringify({
  ...{ jsonrpc: '2.0', id: 2, method: 'tools/call' },
  params: {
    ...{ name: 'whoami', arguments: {} },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': version,
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
})

/** As `holdpoint mcp serve holdpoint` asks it, which need not be installed where this runs. */
function ask(lease: string): string {
  const headers = [
    ...[`authorization: Bearer ${lease}`, 'content-type: application/json'],
    ...['accept: application/json, text/event-stream', `mcp-protocol-version: ${version}`],
    ...['mcp-method: tools/call', 'mcp-name: whoami'],
  ].map((one) => `-H "${one}"`)
  return `curl -sS -m 10 "$HOLDPOINT_MCP/holdpoint" ${headers.join(' ')} -d '${whoami}'`
}

test('inside, HOLDPOINT_MCP and HOLDPOINT_LEASE lead to whoami', { skip }, async () => {
  const questions = { own: ask('$HOLDPOINT_LEASE'), 'with a wrong lease': ask('nobody') }
  const said = sections((await world.run(asking(questions))).stdout)
  const own = said.get('own') ?? ''
  assert.match(own, /"id":2,"result"/)
  assert.match(own, /cursor/)
  assert.match(own, /"isError":false/)
  assert.doesNotMatch(said.get('with a wrong lease') ?? '', /"isError":false/)
})
