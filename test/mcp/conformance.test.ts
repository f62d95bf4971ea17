// The official conformance suite against a server, and against the same server through the gate
// with a mandate that allows it everything: what passes direct passes through us, in both eras.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { temporaryFolder } from '../receipts.ts'
import { createEverything } from './everything.ts'
import { openScene } from './gate.ts'
import { serveHttp } from './serve.ts'
import { withLease } from './with-lease.ts'

const suite = join(
  import.meta.dirname,
  '../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
)
const runMilliseconds = 90_000

const tools = [
  ...['test_simple_text', 'test_image_content', 'test_audio_content', 'test_embedded_resource'],
  ...['test_multiple_content_types', 'test_error_handling', 'echo', 'test_tool_with_logging'],
  ...['test_tool_with_progress', 'test_sampling', 'test_elicitation', 'test_missing_capability'],
  ...['test_elicitation_sep1034_defaults', 'test_elicitation_sep1330_enums'],
  ...['elicitation', 'sampling', 'list_roots', 'request_state', 'tampered_state'].map(
    (name) => `test_input_required_result_${name}`,
  ),
  'test_input_required_result_multiple_inputs',
  'test_input_required_result_multi_round',
  'test_input_required_result_capabilities',
]

for (const [revision, least] of [
  ['2025-11-25', 70],
  ['2026-07-28', 130],
] as const) {
  test(`conformance to ${revision}: what passes direct passes through the gate`, async (t) => {
    const served = await serveHttp(createEverything)
    t.after(() => served.close())
    const declared = tools.map((name) => `${name}: read`).join(', ')
    const scene = await openScene(t, {
      yaml: `mcp: {all: {environment: lab/one, url: '${served.url}', allowPrivate: true, tools: {${declared}}}}`,
    })
    const front = await withLease(scene.url('all'), scene.lease)
    t.after(() => front.close())
    const direct = await passed(served.url.replace('127.0.0.1', 'localhost'), revision, t)
    const through = await passed(front.url, revision, t)
    assert.ok(direct.size >= least, `only ${direct.size} checks pass direct`)
    const lost = [...direct].filter((check) => !through.has(check))
    assert.deepEqual(lost, [])
    assert.deepEqual(scene.faults, [])
    const called = scene.facts().filter(({ kind }) => kind === 'decided' || kind === 'repeated')
    assert.ok(called.length > 20, 'calls were judged')
  })
}

/** `scenario / check`, with the number of the check where one comes several times. */
async function passed(
  url: string,
  revision: string,
  t: Parameters<typeof temporaryFolder>[0],
): Promise<ReadonlySet<string>> {
  const folder = temporaryFolder(t)
  await run(['server', '--url', url, '--requirements', revision, '-o', folder], folder)
  const found = new Set<string>()
  for (const scenario of readdirSync(folder)) {
    const file = join(folder, scenario, 'checks.json')
    const checks = JSON.parse(readFileSync(file, 'utf8')) as { id: string; status: string }[]
    const counts = new Map<string, number>()
    for (const { id, status } of checks) {
      const count = (counts.get(id) ?? 0) + 1
      counts.set(id, count)
      const name = scenario.replace(/-\d{4}-\d{2}-\d{2}T.*$/, '')
      if (status === 'SUCCESS') found.add(`${name} / ${id} ${count}`)
    }
  }
  return found
}

/** It fails where any check does, which direct runs do too: what counts is what it wrote down. */
function run(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [suite, ...args], { cwd, stdio: 'ignore' })
    const late = setTimeout(() => child.kill(), runMilliseconds)
    child.on('error', reject)
    child.on('exit', () => {
      clearTimeout(late)
      resolve()
    })
  })
}
