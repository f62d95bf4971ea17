// The commands as a person types them, and as an agent would.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'hpk-')))
after(() => rmSync(root, { recursive: true, force: true }))
const main = join(import.meta.dirname, '../../src/cli/main.ts')
const home = join(root, 'home')
const shop = join(home, 'shop')
mkdirSync(join(shop, '.git'), { recursive: true })

function holdpoint(...args: readonly string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', main, ...args],
    { cwd: shop, encoding: 'utf8', env: { HOME: home, PATH: '/usr/bin:/bin' } },
  )
  return { code: status, out: stdout, err: stderr }
}

test('installed twice, looked at, and not taken away without a terminal', () => {
  const file = join(home, '.claude/settings.json')
  const first = holdpoint('hook', 'install', 'claude-code')
  assert.equal(first.code, 0, first.err)
  assert.match(first.out, /^Claude Code asks from now on/)
  const text = readFileSync(file, 'utf8')
  assert.match(holdpoint('hook', 'install', 'claude-code').out, /^Claude Code asks already/)
  assert.equal(readFileSync(file, 'utf8'), text)
  const { hooks } = JSON.parse(holdpoint('hook', 'status', 'claude-code', '--json').out) as {
    hooks: readonly { scope: string; state: string }[]
  }
  assert.deepEqual(
    hooks.map(({ scope, state }) => [scope, state]),
    [
      ['user', 'installed'],
      ['project', 'absent'],
    ],
  )
  const off = holdpoint('hook', 'uninstall', 'claude-code')
  assert.equal(off.code, 3)
  assert.match(off.err, /a person confirms this at a terminal/)
  assert.ok(existsSync(file))
})

test('an agent that nobody knows, and both scopes at once', () => {
  const unknown = holdpoint('hook', 'install', 'emacs')
  assert.equal(unknown.code, 2)
  assert.match(unknown.err, /`emacs` is none of `claude-code`, `cursor`/)
  assert.equal(holdpoint('hook', 'install', 'codex', '--user', '--project').code, 2)
  assert.ok(!existsSync(join(home, '.codex')))
})
