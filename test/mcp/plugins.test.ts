// The files that install the server have the form that each agent reads, and hold no lease.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { commandRows } from '../../src/cli/commands.ts'

const folder = join(import.meta.dirname, '../../plugins')
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const started = 'holdpoint mcp serve'

function commandIn(file: string): string {
  const { mcpServers } = JSON.parse(read(file)) as {
    mcpServers: Record<string, { command: string; args: string[] }>
  }
  const [[name, server] = [], ...others] = Object.entries(mcpServers)
  assert.ok(server !== undefined && others.length === 0)
  assert.equal(name, 'holdpoint')
  return [server.command, ...server.args].join(' ')
}

test('what the plug-ins start is a command that there is', () => {
  assert.ok(commandRows.some(({ name }) => `holdpoint ${name}` === started))
  assert.equal(commandIn('claude-code/.mcp.json'), started)
  assert.equal(commandIn('cursor/mcp.json'), started)
  const toml = read('codex/config.toml')
  assert.match(toml, /^\[mcp_servers\.holdpoint\]$/m)
  assert.match(toml, /^command = "holdpoint"$/m)
  assert.match(toml, /^args = \["mcp", "serve"\]$/m)
})

test('the plug-in of Claude Code says what it must', () => {
  const manifest = JSON.parse(read('claude-code/.claude-plugin/plugin.json')) as object
  assert.match(String(Reflect.get(manifest, 'name')), /^[a-z][a-z-]*$/)
  assert.match(String(Reflect.get(manifest, 'version')), /^\d+\.\d+\.\d+$/)
})

test('no lease is in any of them', () => {
  const files = ['claude-code/.mcp.json', 'cursor/mcp.json', 'codex/config.toml', 'README.md']
  for (const file of files) assert.doesNotMatch(read(file), /hpl_/, file)
})
