import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { createRealWorld } from '../../src/cli/real-world.ts'
import { runCommandLine } from '../../src/cli/run.ts'
import { openStagedWorld } from '../../src/cli/staged.ts'
import { openFolder } from '../cli/folder.ts'
import { openTerminal } from '../cli/terminal.ts'
import { pathOf } from './world.ts'

const run = async (argv: readonly string[], cwd: string, home: string) => {
  const env = { HOME: home, PATH: pathOf() }
  const seen = openTerminal({ argv, cwd, env })
  const code = await runCommandLine(seen.surroundings, '1', () =>
    Promise.resolve(createRealWorld()),
  )
  return { code, stdout: seen.stdout(), stderr: seen.stderr() }
}

test('the token of the incident tops the list, and its provider says what it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-scan-'))
  const world = await openStagedWorld({
    ...{ folder, mode: 'legacy', postgres: false, ports: { agents: 0, console: 0, mcp: 0 } },
    opening: { environment: process.env, passphrase: null, report: () => undefined },
  })
  t.after(async () => {
    await world.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const asked = (): number => world.gate.state.ledger.size()
  const before = asked()
  const argv = ['scan', '.', '--verify', '--json', '--config', world.configuration.file]
  const { code, stdout, stderr } = await run(argv, world.scene, folder)
  assert.equal(code, 4, stderr + stdout)
  const report = JSON.parse(stdout) as Report
  const [first] = report.findings
  assert.deepEqual(first?.places[0], {
    ...{ source: 'work-tree', name: 'scripts/domains/.env', line: 2 },
    ...{ key: 'RAILWAY_API_TOKEN', commit: null },
  })
  assert.equal(first.reach.kind, 'account')
  assert.equal(first.destroys, 'yes')
  assert.deepEqual(report.verified[0]?.answer, { kind: 'answers', reach: 'account' })
  assert.ok(asked() > before, 'the question is in the ledger')
  const file = readFileSync(join(world.scene, 'scripts/domains/.env'), 'utf8')
  const token = /RAILWAY_API_TOKEN=(\S+)/.exec(file)?.[1] ?? ''
  assert.match(token, /^[0-9a-f-]{36}$/)
  const entries = await world.gate.control.entries({ from: 0, count: 1000 })
  for (const text of [stdout, stderr, JSON.stringify(entries)]) assert.ok(!text.includes(token))
  for (const { answer } of report.verified.slice(1)) assert.equal(answer.kind, 'not-asked')
})

interface Report {
  readonly findings: readonly {
    readonly reach: { readonly kind: string }
    readonly destroys: string
    readonly places: readonly object[]
  }[]
  readonly verified: readonly { readonly answer: { readonly kind: string } }[]
}

test('without a gate nobody is asked, and it says so', async (t) => {
  const folder = openFolder(t)
  const { code, stdout } = await run(['scan', '.', '--verify', '--json'], folder, folder)
  assert.equal(code, 1)
  assert.match(stdout, /no-gate/)
})
