import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

import { createScene, kindsOf, pathOf, placesOf } from './world.ts'
import { filled } from './values.ts'

function git(folder: string, ...words: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@acme.io', '-c', 'init.defaultBranch=main']
  return execFileSync('git', [...who, '-C', folder, ...words], {
    env: { PATH: pathOf(), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
  })
}

test('ignored and untracked files are read, links are not followed, pipes are not waited for', async (t) => {
  const scene = createScene(t)
  git(scene.folder, 'init', '-q')
  scene.write('.gitignore', '.env\n')
  scene.write('.env', 'RAILWAY_API_TOKEN={uuid}\n')
  const outside = join(dirname(scene.folder), 'outside.env')
  writeFileSync(outside, filled('HEROKU_API_KEY={uuid}\n', 'outside'))
  symlinkSync(outside, join(scene.folder, 'link.env'))
  symlinkSync(dirname(scene.folder), join(scene.folder, 'up'))
  execFileSync('mkfifo', [join(scene.folder, 'pipe.env')])
  const report = await scene.scan(['work-tree'])
  assert.deepEqual(kindsOf(report), ['railway-account-or-workspace-token'])
  const [tree] = report.sources
  assert.equal(tree?.passed['symbolic link'], 2)
  assert.equal(tree.passed['no regular file'], 1)
  assert.equal(report.complete, true)
})

test('UTF-16 is read, with a mark and without; so is what follows a zero byte', async (t) => {
  const scene = createScene(t)
  const text = (name: string): string => filled('RAILWAY_API_TOKEN={uuid}\n', name)
  const marked = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text('a'), 'utf16le')])
  writeFileSync(join(scene.folder, 'a.env'), marked)
  writeFileSync(join(scene.folder, 'b.env'), Buffer.from(text('b'), 'utf16le'))
  writeFileSync(join(scene.folder, 'c.env'), Buffer.from(text('c'), 'utf16le').swap16())
  const binary = Buffer.concat([Buffer.alloc(64), Buffer.from(filled('x sbp_{hex:40} y', 'd'))])
  writeFileSync(join(scene.folder, 'd.pyc'), binary)
  const report = await scene.scan(['work-tree'])
  assert.equal(report.findings.length, 4)
})

test('what is too large is said, and the answer is not called complete', async (t) => {
  const scene = createScene(t)
  scene.write('dump.sql', 'x')
  truncateSync(join(scene.folder, 'dump.sql'), 40 * 2 ** 20)
  const report = await scene.scan(['work-tree'])
  assert.equal(report.complete, false)
  assert.equal(report.sources[0]?.passed['larger than the limit'], 1)
})

test('too little time stops it, and it says so', async (t) => {
  const scene = createScene(t)
  for (let at = 0; at < 20; at++) scene.write(`${at}.env`, 'A=1')
  let now = 0
  const report = await scene.scan(['work-tree'], { now: () => (now += 20_000) })
  assert.equal(report.complete, false)
  assert.deepEqual(report.sources[0]?.why, ['stopped after 120 seconds'])
})

test('one credential in many places is one finding', async (t) => {
  const scene = createScene(t)
  const line = filled('GITHUB_TOKEN=ghp_{b62:36}\n', 'one')
  for (const name of ['a.env', 'b/.env', 'c.sh']) {
    mkdirSync(dirname(join(scene.folder, name)), { recursive: true })
    writeFileSync(join(scene.folder, name), line)
  }
  writeFileSync(join(scene.home, '.bash_history'), `export ${line}`)
  const report = await scene.scan(['work-tree', 'histories'])
  assert.equal(report.findings.length, 1)
  const [finding] = report.findings
  assert.ok(finding)
  assert.deepEqual(placesOf(finding).toSorted(), [
    'a.env:1',
    'b/.env:1',
    'c.sh:1',
    '~/.bash_history:1',
  ])
})

test('git: what left HEAD, a branch, a stash, the reflog or every ref is within reach', async (t) => {
  const scene = createScene(t)
  git(scene.folder, 'init', '-q')
  const commit = (name: string, template: string): void => {
    scene.write(name, template)
    git(scene.folder, 'add', '-A', '-f')
    git(scene.folder, 'commit', '-qm', `add ${name}`)
  }
  commit('README', 'hello\n')
  commit('old/.env', 'RAILWAY_API_TOKEN={uuid}\n')
  git(scene.folder, 'rm', '-q', 'old/.env')
  git(scene.folder, 'commit', '-qm', 'remove it')
  git(scene.folder, 'checkout', '-qb', 'side')
  commit('side.env', 'HEROKU_API_KEY={uuid}\n')
  git(scene.folder, 'checkout', '-q', 'main')
  scene.write('README', 'DIGITALOCEAN_TOKEN=dop_v1_{hex:64}\n')
  git(scene.folder, 'stash', '-q')
  commit('reset.env', 'PULUMI_ACCESS_TOKEN=pul-{hex:40}\n')
  git(scene.folder, 'reset', '-q', '--hard', 'HEAD~1')
  const blob = join(scene.home, 'blob')
  writeFileSync(blob, filled('NETLIFY_AUTH_TOKEN=nfp_{b62:36}\n', 'blob'))
  git(scene.folder, 'hash-object', '-w', blob)
  const report = await scene.scan(['git'])
  const byKind = new Map(report.findings.map((finding) => [finding.kind, finding.places[0]]))
  assert.deepEqual([...byKind.keys()].toSorted(), [
    'digitalocean-personal-token',
    'heroku-api-key',
    'netlify-personal-token',
    'pulumi-access-token',
    'railway-account-or-workspace-token',
  ])
  assert.match(byKind.get('railway-account-or-workspace-token')?.name ?? '', /old\/\.env/)
  assert.match(byKind.get('railway-account-or-workspace-token')?.commit ?? '', /^[0-9a-f]{40}$/)
  assert.match(byKind.get('netlify-personal-token')?.name ?? '', /unreachable blob/)
  assert.equal(byKind.get('netlify-personal-token')?.commit, null)
  assert.equal(report.complete, true)
})

test('git: a repository made to run programs runs none', async (t) => {
  const scene = createScene(t)
  git(scene.folder, 'init', '-q')
  scene.write('.env', 'RAILWAY_API_TOKEN={uuid}\n')
  git(scene.folder, 'add', '-A')
  git(scene.folder, 'commit', '-qm', 'one')
  const trap = join(scene.folder, 'trap.sh')
  const mark = join(scene.home, 'ran')
  writeFileSync(trap, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 })
  for (const name of [
    'core.fsmonitor',
    'core.pager',
    'core.sshCommand',
    'diff.external',
    'gpg.program',
    'core.alternateRefsCommand',
    'pager.log',
    'uploadpack.packObjectsHook',
    'diff.x.textconv',
    'filter.x.smudge',
    'filter.x.process',
    'credential.helper',
    'alias.log',
    'alias.cat-file',
  ]) {
    git(scene.folder, 'config', name, name.startsWith('alias') ? `!${trap}` : trap)
  }
  writeFileSync(join(scene.folder, '.git/info/attributes'), '* diff=x filter=x\n')
  for (const hook of [
    'post-checkout',
    'pre-commit',
    'reference-transaction',
    'post-index-change',
  ]) {
    writeFileSync(join(scene.folder, '.git/hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, {
      mode: 0o755,
    })
  }
  const before = git(scene.folder, 'rev-parse', 'HEAD')
  const report = await scene.scan(['git'])
  assert.deepEqual(kindsOf(report), ['railway-account-or-workspace-token'])
  assert.throws(() => execFileSync('test', ['-e', mark]))
  assert.equal(
    git(scene.folder, '-c', 'core.pager=cat', '-c', 'alias.log=', 'rev-parse', 'HEAD'),
    before,
  )
})

test('git: a broken repository is said, not silent', async (t) => {
  const scene = createScene(t)
  git(scene.folder, 'init', '-q')
  rmSync(join(scene.folder, '.git/HEAD'))
  const report = await scene.scan(['git'])
  assert.equal(report.complete, false)
})

test('home, histories, MCP servers and transcripts are read where tools keep them', async (t) => {
  const scene = createScene(t)
  const files: readonly (readonly [string, string])[] = [
    ['.aws/credentials', '[x]\naws_secret_access_key={b64:40}\n'],
    ['.railway/config.json', '{"user":{"token":"{url:43}"}}'],
    ['.ssh/deploy', '{pem:SSH}\n'],
    ['.zsh_history', ': 1700000000:0;export HEROKU_API_KEY={uuid}\n'],
    ['.cursor/mcp.json', '{"mcpServers":{"x":{"env":{"SUPABASE_ACCESS_TOKEN":"sbp_{hex:40}"}}}}'],
    ['.codex/config.toml', '[mcp_servers.x.env]\nNETLIFY_AUTH_TOKEN = "nfp_{b62:36}"\n'],
    ['.claude/projects/a/b.jsonl', '{"text":"A=1\\\\nPULUMI=pul-{hex:40}\\\\n"}\n'],
  ]
  for (const [path, template] of files) {
    mkdirSync(dirname(join(scene.home, path)), { recursive: true })
    writeFileSync(join(scene.home, path), filled(template, path))
  }
  const report = await scene.scan(['home', 'histories', 'mcp', 'transcripts'])
  const found = report.findings.map(({ kind, places: [place] }) => `${place?.source}: ${kind}`)
  assert.deepEqual(found.toSorted(), [
    'histories: heroku-api-key',
    'home: aws-secret-access-key',
    'home: railway-account-of-the-cli',
    'home: ssh-private-key',
    'mcp: netlify-personal-token',
    'mcp: supabase-access-token',
    'transcripts: pulumi-access-token',
  ])
})

test('environments: of this process, of the user’s others; on other systems it says that it is not done', async (t) => {
  const scene = createScene(t)
  mkdirSync(join(scene.proc, '4711'))
  writeFileSync(join(scene.proc, '4711/comm'), 'node\x1b[2J\n')
  writeFileSync(join(scene.proc, '4711/environ'), filled('A=1\0HEROKU_API_KEY={uuid}\0', 'p'))
  writeFileSync(
    join(scene.proc, '4711/cmdline'),
    filled('psql\0postgres://a:{b62:20}@db.acme.io/x\0', 'q'),
  )
  const environment = { PATH: pathOf(), RAILWAY_TOKEN: filled('{uuid}', 'e') }
  const report = await scene.scan(['environment', 'processes'], { environment })
  assert.deepEqual(kindsOf(report), ['heroku-api-key', 'railway-project-token', 'postgres-url'])
  assert.equal(report.findings[0]?.places[0]?.line, null)
  const elsewhere = await scene.scan(['processes'], { platform: 'darwin' })
  assert.equal(elsewhere.sources[0]?.state, 'not-done')
  assert.equal(elsewhere.complete, false)
})

test('a socket of an agent is named, without a value', async (t) => {
  const scene = createScene(t)
  const path = join(scene.home, 'agent.sock')
  const server = createServer().listen(path)
  t.after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const report = await scene.scan(['sockets'], { environment: { SSH_AUTH_SOCK: path } })
  assert.ok(
    report.findings.some(({ kind, places }) => kind === 'ssh-agent' && places[0]?.name === path),
  )
})

test('leases are counted, expired tokens too, and neither is listed', async (t) => {
  const scene = createScene(t)
  scene.write(
    '.env',
    'RAILWAY_TOKEN=hpl_{url:43}\nT={jwt:{"iss":"https://auth.acme.io","exp":1000000000}}\n',
  )
  const report = await scene.scan(['work-tree'])
  assert.deepEqual(report.findings, [])
  assert.equal(report.leases, 1)
  assert.equal(report.expired, 1)
})
