import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'

import { hookState, installHook, uninstallHook } from '../../src/hooks/install.ts'
import type { HookWorld } from '../../src/hooks/install.ts'
import { readJsonText, plain } from '../../src/hooks/json-text.ts'
import { hookPlace, openHookPlace } from '../../src/hooks/place.ts'
import { hookRow, hookRows } from '../../src/hooks/table.ts'
import type { HookRow, HookScope } from '../../src/hooks/table.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'hps-')))
after(() => rmSync(root, { recursive: true, force: true }))
let count = 0

function world(scope: HookScope = 'user', version: string | null = null): HookWorld {
  const home = join(root, `h${count++}`)
  const project = join(home, 'shop')
  mkdirSync(project, { recursive: true })
  const place = hookPlace(home, {})
  openHookPlace(place, null)
  const words = { client: place.client, version }
  return { where: { scope, home, project, environment: {} }, place, words, stamp: 'now' }
}

const jsonRows = hookRows.filter(({ form }) => form.kind === 'json')

function given(row: HookRow, w: HookWorld, text: string): string {
  const file = row.file(w.where)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return file
}

/** Settings as people write them. */
const settings: Readonly<Record<string, string>> = {
  empty: '',
  'an empty object': '{}',
  'one line': '{"a": 1, "hooks": {"Stop": [{"hooks": []}]}}',
  tabs: '{\n\t"model": "x",\n\t"hooks": {\n\t\t"PreToolUse": [\n\t\t\t{ "matcher": "Bash" }\n\t\t]\n\t}\n}\n',
  'four blanks, no end of line': '{\n    "model": "x",\n    "hooks": {}\n}',
  'windows lines': '{\r\n  "model": "x",\r\n  "hooks": {\r\n    "BeforeTool": []\r\n  }\r\n}\r\n',
  comments:
    '// mine\n{\n  /* keep */ "model": "x", // and this\n  "hooks": {\n    // none yet\n  },\n}\n',
  'a trailing comma':
    '{\n  "hooks": {\n    "preToolUse": [\n      { "command": "mine" }, // first\n    ],\n  },\n}\n',
  'a byte order mark': '\ufeff{\n  "model": "x"\n}\n',
  escapes: '{\n  "h\\u006foks2": "\\"{",\n  "a": "//",\n  "b": "/* \\" */"\n}\n',
}

for (const row of hookRows) {
  for (const scope of ['user', 'project'] as const) {
    test(`${row.name}, ${scope}: new settings, and away with them again`, () => {
      const w = world(scope)
      const file = row.file(w.where)
      assert.equal(hookState(row, w).state, 'absent')
      assert.deepEqual(installHook(row, w), {
        agent: row.name,
        file,
        change: 'written',
        backup: null,
      })
      assert.equal(hookState(row, w).state, 'installed')
      const text = readFileSync(file, 'utf8')
      assert.equal(installHook(row, w).change, 'nothing')
      assert.equal(readFileSync(file, 'utf8'), text)
      assert.equal(uninstallHook(row, w).change, 'removed')
      assert.ok(!existsSync(file))
      if (scope === 'project') assert.ok(!existsSync(join(w.where.project, `.${row.name}`)))
      assert.equal(uninstallHook(row, w).change, 'nothing')
    })
  }
}

/** Lists and objects for hooks go too, once nothing is in them. */
function withoutEmpty(value: unknown): string {
  const text = JSON.stringify(value)
  const less = text.replace(/,?"(hooks|PreToolUse|BeforeTool)":(\{\}|\[\])/g, '')
  return less === text ? text : withoutEmpty(JSON.parse(less))
}

for (const row of jsonRows) {
  for (const [name, text] of Object.entries(settings)) {
    test(`${row.name}: ${name}, byte for byte`, () => {
      const w = world()
      const file = given(row, w, text)
      const { backup } = installHook(row, w)
      assert.equal(readFileSync(backup ?? '', 'utf8'), text)
      const installed = readFileSync(file, 'utf8')
      assert.ok(installed.includes(w.place.client))
      for (const line of text.split(/\r?\n/).filter((one) => /keep|mine|first|none yet/.test(one)))
        assert.ok(installed.includes(line.trim()), line)
      const foreign = text.includes('\r\n') ? /[^\r]\n/ : /\r\n/
      assert.ok(!foreign.test(installed))
      readJsonText(installed)
      assert.equal(installHook(row, w).change, 'nothing')
      assert.equal(uninstallHook(row, w).change, 'restored')
      assert.equal(readFileSync(file, 'utf8'), text)
    })

    test(`${row.name}: ${name}, with somebody's change since`, () => {
      const w = world()
      const file = given(row, w, text)
      const before = text === '' ? {} : (plain(readJsonText(text)) as object)
      installHook(row, w)
      const changed = readFileSync(file, 'utf8').replace('{', '{ "since": true,')
      writeFileSync(file, changed)
      assert.equal(uninstallHook(row, w).change, 'taken out')
      const left = readFileSync(file, 'utf8')
      assert.ok(!left.includes('holdpoint'))
      const version = text === '' && row.name === 'cursor' ? { version: 1 } : {}
      const expected = { since: true, ...version, ...before }
      assert.equal(withoutEmpty(plain(readJsonText(left))), withoutEmpty(expected))
    })
  }

  test(`${row.name}: an older hook of ours is replaced, and not joined`, () => {
    const w = world()
    const file = given(row, w, '{}')
    installHook(row, { ...w, words: { ...w.words, client: '/old/holdpoint/hook/client' } })
    assert.equal(hookState(row, w).state, 'other')
    installHook(row, w)
    const text = readFileSync(file, 'utf8')
    assert.ok(!text.includes('/old/'))
    assert.equal(uninstallHook(row, w).change, 'restored')
    assert.equal(readFileSync(file, 'utf8'), '{}')
  })
}

test('settings that cannot be read are refused, and not touched', () => {
  const broken = ['{', '[]', '{"a":1 "b":2}', '{"hooks": []}', "{'a': 1}", '{"a":1,"a":2}', '{} x']
  for (const row of jsonRows) {
    for (const text of [...broken, '{"a": 01}', '{"a": "\n"}', '['.repeat(100)]) {
      const w = world()
      const file = given(row, w, text)
      assert.throws(
        () => installHook(row, w),
        /cannot be read: .*; mend it, nothing was changed$/,
        text,
      )
      assert.equal(readFileSync(file, 'utf8'), text)
    }
  }
  const bytes = world()
  const file = given(hookRow('codex'), bytes, '')
  writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]))
  assert.throws(() => installHook(hookRow('codex'), bytes))
})

test('a file of somebody else, where ours would be, is refused', () => {
  for (const name of ['opencode', 'copilot'] as const) {
    const w = world()
    const theirs = 'export const hooks = {}\n'
    const file = given(hookRow(name), w, theirs)
    assert.throws(() => installHook(hookRow(name), w), /somebody else wrote it/)
    assert.equal(uninstallHook(hookRow(name), w).change, 'nothing')
    assert.equal(readFileSync(file, 'utf8'), theirs)
  }
})

test('settings that are a link are changed where it leads, with the rights that they have', () => {
  const w = world()
  const row = hookRow('claude-code')
  const kept = join(w.where.home, 'dotfiles.json')
  writeFileSync(kept, '{}\n', { mode: 0o600 })
  mkdirSync(join(w.where.home, '.claude'))
  symlinkSync(kept, row.file(w.where))
  installHook(row, w)
  assert.ok(lstatSync(row.file(w.where)).isSymbolicLink())
  assert.ok(readFileSync(kept, 'utf8').includes('PreToolUse'))
  assert.equal(statSync(kept).mode & 0o777, 0o600)
  uninstallHook(row, w)
  assert.equal(readFileSync(kept, 'utf8'), '{}\n')
})

test('Claude Code blocks when a hook fails, where it is known to understand that', () => {
  const onFailure = (version: string | null): unknown => {
    const w = world('user', version)
    installHook(hookRow('claude-code'), w)
    return readFileSync(hookRow('claude-code').file(w.where), 'utf8').includes(
      '"onFailure": "block"',
    )
  }
  assert.deepEqual(
    ['2.1.295', '2.1.317', '2.2.0', '3.0.0', '2.1.294', '1.9.999', null].map(onFailure),
    [true, true, true, true, false, false, false],
  )
})

test('Codex: tables of config.toml where there are hooks in it, as they were afterwards', () => {
  const toml =
    'model = "x"\n\n[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "a # \\" b"\n'
  for (const text of [toml, toml.trimEnd(), `${toml}# end\n`]) {
    const w = world()
    const file = join(w.where.home, '.codex/config.toml')
    mkdirSync(dirname(file))
    writeFileSync(file, text)
    const changed = installHook(hookRow('codex'), w)
    assert.equal(changed.file, file)
    const installed = readFileSync(file, 'utf8')
    assert.ok(installed.startsWith(text.trimEnd()))
    assert.match(installed, /\n\[\[hooks\.PreToolUse\.hooks\]\]\ntype = "command"\ncommand = "'/)
    assert.equal(installHook(hookRow('codex'), w).change, 'nothing')
    writeFileSync(file, `${installed}\n[tui]\nx = 1\n`)
    assert.equal(uninstallHook(hookRow('codex'), w).change, 'taken out')
    assert.ok(!readFileSync(file, 'utf8').includes('holdpoint'))
    writeFileSync(file, text)
    installHook(hookRow('codex'), w)
    assert.equal(uninstallHook(hookRow('codex'), w).change, 'restored')
    assert.equal(readFileSync(file, 'utf8'), text)
  }
  for (const text of ['hooks = {}\n', '[[hooks.Stop]]\na = """x\n', '[[hooks.Stop]]\na = ["x"\n']) {
    const w = world()
    const file = join(w.where.home, '.codex/config.toml')
    mkdirSync(dirname(file))
    writeFileSync(file, text)
    assert.throws(() => installHook(hookRow('codex'), w), /nothing was changed/, text)
    assert.equal(readFileSync(file, 'utf8'), text)
  }
})

test('the plugin of opencode: loads, lets pass what ends with 0, and throws for everything else', async () => {
  const w = world()
  const row = hookRow('opencode')
  installHook(row, w)
  const url = `file://${row.file(w.where)}`
  interface Plugin {
    default: {
      server(context: object): Promise<Record<string, (a: object, b: object) => Promise<void>>>
      setup(context: object): void
    }
  }
  const { default: plugin } = (await import(url)) as Plugin
  const hooks = await plugin.server({ directory: w.where.project })
  const before = hooks['tool.execute.before']
  assert.ok(before !== undefined)
  const ask = (): Promise<void> =>
    before({ tool: 'bash', sessionID: 's' }, { args: { command: 'ls' } })
  await assert.rejects(ask(), /its hook did not start/)
  const script = (text: string): void =>
    writeFileSync(w.place.client, `#!/bin/sh\n${text}\n`, { mode: 0o700 })
  script('cat > "$0.event"; exit 0')
  await ask()
  const event = JSON.parse(readFileSync(`${w.place.client}.event`, 'utf8')) as unknown
  assert.deepEqual(event, {
    ...{ hook_event_name: 'PreToolUse', session_id: 's', cwd: w.where.project },
    ...{ tool_name: 'bash', tool_input: { command: 'ls' } },
  })
  script('echo no >&2; exit 2')
  await assert.rejects(ask(), /^Error: no$/)
  script('exit 127')
  await assert.rejects(ask(), /its hook broke/)
  script('kill -9 $$')
  await assert.rejects(ask(), /its hook broke/)
  const hooked: string[] = []
  plugin.setup({ tool: { hook: (name: string) => hooked.push(name) } })
  assert.deepEqual(hooked, ['execute.before'])
})

test('hooks for one run leave the settings of the user alone', () => {
  const client = '/run/holdpoint/client'
  const words = { client, version: null }
  const run = (name: HookRow['name']) => hookRow(name).run(words, '/run/holdpoint')
  assert.deepEqual(run('claude-code').args, ['--settings', '/run/holdpoint/claude-settings.json'])
  const [settingsFile] = run('claude-code').files
  assert.ok(settingsFile?.text.includes(client))
  assert.ok(run('codex').args.at(-1)?.includes(client))
  assert.ok('GEMINI_CLI_SYSTEM_SETTINGS_PATH' in run('gemini').environment)
  assert.ok(run('opencode').files[0]?.text.includes(client))
  assert.equal(run('cursor').overlays[0]?.path, '~/.cursor/hooks.json')
  assert.equal(run('copilot').overlays[0]?.path, '~/.copilot/hooks/holdpoint.json')
})
