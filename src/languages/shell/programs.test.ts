import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readProgram } from './programs.ts'
import type { ProgramCall } from './programs.ts'
import type { Program, Word } from './syntax.ts'

const show = (word: Word): string => word.pieces.map((piece) => piece ?? '?').join('')

function line(call: ProgramCall): string {
  switch (call.kind) {
    case 'delete':
      return `delete ${show(call.path)}${call.recursive ? ' whole' : ''}`
    case 'truncate':
    case 'append':
    case 'read':
      return `${call.kind} ${show(call.path)}`
    case 'move':
    case 'copy':
      return `${call.kind} ${show(call.from)} ${show(call.to)}`
    case 'run':
      return `run ${show(call.text)}`
    case 'argv':
      return `argv ${call.words.map(show).join(' ')}`
    case 'carried':
      return call.carried.kind === 'http'
        ? `http ${call.carried.method} ${call.carried.url}`
        : `${call.carried.kind} ${call.carried.text}`
    case 'unread':
      return 'unread'
  }
}

const rows: readonly (readonly [Program['language'], string, ...string[]])[] = [
  ['python', "import shutil; shutil.rmtree('/a/' + 'b')", 'delete /a/b whole'],
  ['python', "import os as o\no.remove(o.path.join('/a', 'b'))", 'delete /a/b'],
  [
    'python',
    "from os import unlink as u, system\nu('/x')\nsystem('rm ' + 'y')",
    'delete /x',
    'run rm y',
  ],
  [
    'python',
    "from pathlib import Path\np = Path('/a') / 'b'\np.unlink()\n(Path.home() / 'x').write_text('')",
    'delete /a/b',
    'truncate /home/u/x',
  ],
  [
    'python',
    "open('/x', 'w'); open('/y'); open('/z', mode='a')",
    'truncate /x',
    'read /y',
    'append /z',
  ],
  [
    'python',
    "import subprocess as s\ns.run(['rm', '-rf', '/x'], cwd='/y')\ns.run('rm x', shell=True)",
    'argv rm -rf /x',
    'run rm x',
  ],
  ['python', "exec(__import__('base64').b64decode('cm0='))", 'unread'],
  ['python', "getattr(__import__('os'), 'sys' + 'tem')('rm x')", 'run rm x'],
  ['python', "import os\ngetattr(os, name)('x')", 'unread', 'unread'],
  ['python', 'import os\nlist(map(os.remove, files))', 'delete ?'],
  ['python', "import os\nf = os.remove\nf(chr(47) + 'z')", 'delete /z'],
  ['python', '().__class__.__base__.__subclasses__()', 'unread', 'unread'],
  [
    'python',
    "cur.execute('DROP TABLE x'); cur.execute(f'DELETE FROM {t}')",
    'sql DROP TABLE x',
    'unread',
  ],
  [
    'python',
    "import requests\nrequests.delete('https://x/y'); requests.get(u); requests.post(u)",
    'http DELETE https://x/y',
    'unread',
  ],
  ['python', "x = '/a'\nx = '/b'\nimport os\nos.remove(x)", 'delete ?'],
  ['python', "print('os.remove(1)'); l.remove(3); d.pop('rm')  # os.remove('x')"],
  ['node', "require('fs').rmSync('/a', { recursive: true })", 'delete /a whole'],
  ['node', "const { rmSync: r } = require('node:fs'); r('/x')", 'delete /x'],
  ['node', "import fs from 'fs'; fs.unlinkSync(`/a/${'b'}`)", 'delete /a/b'],
  [
    'node',
    "const c = require('child_process'); c.execSync('rm x'); c.spawn('rm', ['-rf', '/'])",
    'run rm x',
    'argv rm -rf /',
  ],
  ['node', "fs['rm' + 'Sync']('/a'); await $`rm y`", 'delete /a', 'run rm y'],
  ['node', "eval(Buffer.from('cm0=', 'base64').toString())", 'unread'],
  [
    'node',
    "fetch('https://x/y', { method: 'DELETE' }); fetch('https://x/z')",
    'http DELETE https://x/y',
    'http GET https://x/z',
  ],
  ['node', "const fs = require('fs'); ['a'].forEach(fs.unlinkSync)", 'delete ?'],
  ['node', "console.log('fs.rmSync()'); list.map((x) => x / 2) // rm"],
  [
    'perl',
    `unlink '/a', "/b"; system('rm x'); rmtree('/y'); my $p = '/q'; unlink "$p/z"`,
    'delete /a',
    'delete /b',
    'run rm x',
    'delete /y whole',
    'delete /q/z',
  ],
  [
    'perl',
    `open(F, '>', '/x'); open(my $f, ">/y"); system 'rm', '-rf'; exec qq{rm z}; \`ls\``,
    'truncate /x',
    'truncate /y',
    'argv rm -rf',
    'run rm z',
    'run ls',
  ],
  ['perl', `print 'unlink x'; s/rm/a/; $h{unlink} = 1`],
  [
    'ruby',
    "FileUtils.rm_rf '/y'; File.delete(\"/a\"); `rm z`; system('rm', 'x')",
    'delete /y whole',
    'delete /a',
    'run rm z',
    'argv rm x',
  ],
  ['ruby', 'Kernel.send(:system, "x"); eval "y"', 'unread', 'unread'],
  ['ruby', "puts 'File.delete'; a.delete(1)"],
  [
    'php',
    "unlink('/x'); $p = '/a'; unlink($p . '/b'); shell_exec('rm x'); eval($x);",
    'delete /x',
    'delete /a/b',
    'run rm x',
    'unread',
  ],
]

test('the calls that matter, and no others', () => {
  for (const [language, text, ...lines] of rows) {
    const { calls } = readProgram({ language, text }, '/home/u')
    assert.deepEqual(calls.map(line), lines, text)
  }
})

test('what is too much is said to be unread', () => {
  for (const text of [
    '('.repeat(60_000),
    'x'.repeat(100_000),
    '[{'.repeat(20_000),
    "'%s' % ".repeat(9000),
  ]) {
    const started = performance.now()
    const { calls } = readProgram({ language: 'python', text })
    assert.ok(performance.now() - started < 3000)
    if (text !== "'%s' % ".repeat(9000)) assert.equal(calls.at(-1)?.kind, 'unread')
  }
})
