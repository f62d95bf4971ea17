// `npm run bench -- run`: what a sandbox costs at the start, and while a command runs in it. Taking
// turns, medians; every process as a user starts it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { stop, up } from '../test/scenarios/processes.ts'
import { root } from '../test/source-files.ts'
import { median } from './median.ts'

const quick = process.argv.includes('--quick')
const rounds = quick ? 3 : 9
const folder = mkdtempSync(join(tmpdir(), 'hp-bench-run-'))
const tree = join(folder, 'tree')
const elsewhere = join(folder, 'elsewhere')
for (const name of [tree, elsewhere, join(folder, 'home')]) mkdirSync(name)

const { first, child } = await up([], elsewhere)
const { configuration } = first as { configuration: string }
const mandate = join(folder, 'mandate.json')
writeFileSync(
  mandate,
  JSON.stringify({
    task: 'measure',
    agent: 'cursor',
    authorization_details: [
      { type: 'holdpoint', actions: ['read'], locations: ['*'], resources: ['railway:*'] },
    ],
  }),
)
prepare()

const program = join(root, 'src/cli/main.ts')
const quiet = '--disable-warning=ExperimentalWarning'
const within = [quiet, program, '--config', configuration, 'run', '--mandate', mandate, '--']
const bare = ['--unshare-all', '--unshare-user', '--ro-bind', '/', '/', '--dev', '/dev']
const runtime = join(root, 'node_modules/@anthropic-ai/sandbox-runtime/dist/cli.js')

type Line = readonly [program: string, ...args: string[]]
const commands: Readonly<Record<string, Line>> = {
  true: ['true'],
  'git status': ['git', 'status', '--short'],
  'npm test': ['npm', 'test', '--silent'],
}
const ways: Readonly<Record<string, (line: Line) => Line>> = {
  outside: (line) => line,
  'bare bwrap': (line) => ['bwrap', ...bare, '--proc', '/proc', '--bind', tree, tree, ...line],
  'sandbox-runtime': (line) => [process.execPath, runtime, ...line],
  'holdpoint --help': () => [process.execPath, quiet, program, '--help'],
  'holdpoint run': (line) => [process.execPath, ...within, ...line],
}

const times = new Map<string, number[]>()
for (let round = 0; round < rounds; round++) {
  for (const [name, line] of Object.entries(commands)) {
    for (const [way, make] of Object.entries(ways)) {
      if (way === 'holdpoint --help' && name !== 'true') continue
      const [file, ...args] = make(line)
      const began = performance.now()
      const { status, stderr } = spawnSync(file, args, {
        cwd: tree,
        env: { ...process.env, HOME: join(folder, 'home') },
        encoding: 'utf8',
      })
      const took = performance.now() - began
      if (status !== 0) {
        if (round === 0) console.error(`${way}: ${name}: ${stderr.trim().slice(-300)}`)
        continue
      }
      const key = `${name}\n${way}`
      times.set(key, [...(times.get(key) ?? []), took])
    }
  }
}
const asked = askedInside()
await stop(child)
rmSync(folder, { recursive: true, force: true })

console.log(`rounds ${rounds} · node ${process.version}\n`)
console.log('| command | how | median (ms) | of outside |\n|---|---|---:|---:|')
for (const [key, values] of times) {
  const [name = '', way = ''] = key.split('\n')
  const outside = median(times.get(`${name}\noutside`) ?? [])
  const ratio = (median(values) / outside).toFixed(2)
  console.log(`| \`${name}\` | ${way} | ${median(values).toFixed(0)} | ${ratio} |`)
}

console.log('\n| inside | each (ms) |\n|---|---:|')
for (const [name, milliseconds] of asked) console.log(`| ${name} | ${milliseconds} |`)

/** What it costs that programs that destroy ask first: the same program by its path, and by name. */
function askedInside(): readonly (readonly [name: string, milliseconds: string])[] {
  const times = quick ? 100 : 500
  const loop = (line: string): string =>
    `s=$(date +%s%N); i=0; while [ $i -lt ${times} ]; do ${line}; i=$((i+1)); done; ` +
    'e=$(date +%s%N); echo $(( (e - s) / 1000 ))'
  const lines: Readonly<Record<string, string>> = {
    '`/bin/rm` of a temporary file': ': > /tmp/x; /bin/rm /tmp/x',
    '`rm` of a temporary file': ': > /tmp/x; rm /tmp/x',
    '`/bin/rm` of a file of the work tree': ': > x; /bin/rm x',
    '`rm` of a file of the work tree, 1,000 files': ': > x; rm x',
    '`/usr/bin/git rev-parse HEAD`': '/usr/bin/git rev-parse HEAD >/dev/null',
    '`git rev-parse HEAD`': 'git rev-parse HEAD >/dev/null',
  }
  const script = `rm -f nothing; ${Object.values(lines).map(loop).join('; ')}`
  const { stdout } = spawnSync(process.execPath, [...within, 'sh', '-c', script], {
    cwd: tree,
    env: { ...process.env, HOME: join(folder, 'home') },
    encoding: 'utf8',
  })
  const values = stdout.trim().split('\n')
  return Object.keys(lines).map((name, at) => {
    return [name, (Number(values[at]) / 1000 / times).toFixed(2)] as const
  })
}

/** A repository of 1,000 files, with a test that takes a moment of one core. */
function prepare(): void {
  const git = (...args: string[]): void => {
    const named = ['-c', 'user.name=a', '-c', 'user.email=a@example.com']
    spawnSync('git', ['-C', tree, ...named, ...args], { stdio: 'inherit' })
  }
  git('init', '-q')
  for (let at = 0; at < 1000; at++) writeFileSync(join(tree, `file-${at}.txt`), `file ${at}\n`)
  const test = "import t from 'node:test'; t('a', () => { for (let i = 0; i < 3e8; i++); })"
  writeFileSync(join(tree, 'a.test.mjs'), test)
  writeFileSync(
    join(tree, 'package.json'),
    JSON.stringify({ scripts: { test: 'node --test a.test.mjs' } }),
  )
  git('add', '.')
  git('commit', '-q', '-m', 'first')
}
