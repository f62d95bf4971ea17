// `npm run bench -- snapshots`: a work tree snapshotted first, again with nothing changed, with a
// hundred files changed, and brought back; beside what peers do, `git add -A` in a repository of
// its own and a copy. Prints medians; `--json` for machines, `--quick` for 10,000 files alone.
import { execFileSync } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

import { openSnapshots } from '../src/snapshots/open.ts'
import { createClock } from '../src/system/clock.ts'
import { median } from './median.ts'

const json = process.argv.includes('--json')
const quick = process.argv.includes('--quick')
const rounds = 5

interface Tree {
  readonly name: string
  readonly files: number
  readonly bytes: number
}

const trees: readonly Tree[] = [
  { name: '10,000 files of 4 kB', files: 10_000, bytes: 4096 },
  { name: '50,000 files of 4 kB', files: 50_000, bytes: 4096 },
  { name: '1,000 files of 1 MB', files: 1000, bytes: 1_000_000 },
]

interface Row {
  readonly tree: string
  readonly what: string
  readonly milliseconds: number
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function repeated(prepare: (round: number) => void, work: () => Promise<unknown>) {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    prepare(round)
    times.push(await timed(work))
  }
  return median(times)
}

/** Half of it is noise, as of pictures and packs; the other half text. */
function fill(workTree: string, { files, bytes }: Tree): void {
  const content = Buffer.alloc(bytes, 'the quick brown fox jumps over the lazy dog\n')
  for (let index = 0; index < files; index++) {
    const folder = join(workTree, `d${index % 500}`)
    if (index < 500) mkdirSync(folder, { recursive: true })
    randomFillSync(content, 0, bytes >> 1)
    writeFileSync(join(folder, `f${index}`), content)
  }
}

function change(workTree: string, round: number): void {
  for (let index = 0; index < 100; index++) {
    writeFileSync(join(workTree, `d${index}`, `f${index}`), `round ${round} ${index}`)
  }
}

async function measure(folder: string, tree: Tree): Promise<Row[]> {
  const workTree = join(folder, 'work')
  mkdirSync(workTree)
  fill(workTree, tree)
  const searchPath = process.env['PATH'] ?? ''
  const place = { workTree, folder: join(folder, 'state'), clock: createClock(null), searchPath }
  const rows: Row[] = []
  const add = (what: string, milliseconds: number): void => {
    rows.push({ tree: tree.name, what, milliseconds })
    process.stderr.write(`${tree.name}: ${what}: ${milliseconds.toFixed(0)} ms\n`)
  }
  const snapshots = await openSnapshots(place)
  add('first', await timed(() => snapshots.take('first')))
  await new Promise((resolve) => setTimeout(resolve, 2500))
  await snapshots.take('again')
  add(
    'nothing changed',
    await repeated(
      () => undefined,
      () => snapshots.take('again'),
    ),
  )
  add(
    'nothing changed, newly opened',
    await repeated(
      () => undefined,
      async () => {
        const opened = await openSnapshots(place)
        await opened.take('again')
        await opened.close()
      },
    ),
  )
  add(
    '100 files changed',
    await repeated(
      (round) => change(workTree, round),
      () => snapshots.take('changed'),
    ),
  )
  const [newest] = await snapshots.list()
  rmSync(workTree, { recursive: true })
  const all = { paths: [], exact: false }
  add('undo of `rm -rf`', await timed(() => snapshots.restore(newest?.id ?? '', all)))
  await snapshots.close()
  await measurePeers(folder, workTree, tree, add)
  return rows
}

async function measurePeers(
  folder: string,
  workTree: string,
  tree: Tree,
  add: (what: string, milliseconds: number) => void,
): Promise<void> {
  const repository = join(folder, 'peer.git')
  execFileSync('git', ['init', '-q', '--bare', repository])
  const settings = ['-c', 'core.compression=1', '-c', 'gc.auto=0']
  const git = (...args: readonly string[]): Promise<unknown> => {
    const where = ['--git-dir', repository, '--work-tree', workTree]
    return Promise.resolve(execFileSync('git', [...settings, ...where, ...args]))
  }
  const keep = async (): Promise<unknown> => {
    await git('add', '-A', '-f')
    return git('write-tree')
  }
  // As peers run it: no `.git`, no empty folders, nothing made durable.
  add('first: `git add -A`', await timed(keep))
  add('nothing changed: `git add -A`', await repeated(() => undefined, keep))
  add('100 files changed: `git add -A`', await repeated((round) => change(workTree, -round), keep))
  const copy = (): Promise<unknown> =>
    Promise.resolve(execFileSync('cp', ['-a', workTree, join(folder, `copy-${tree.files}`)]))
  add('a copy, not made durable', await timed(copy))
}

const results: Row[] = []
for (const tree of quick ? trees.slice(0, 1) : trees) {
  const folder = mkdtempSync(join(tmpdir(), 'holdpoint-bench-snapshots-'))
  try {
    results.push(...(await measure(folder, tree)))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
const about = { cores: cpus().length, node: process.version, rounds }
if (json) process.stdout.write(`${JSON.stringify({ about, results })}\n`)
else process.stdout.write(render())

function render(): string {
  const whats = [...new Set(results.map(({ what }) => what))]
  const names = [...new Set(results.map(({ tree }) => tree))]
  const figure = (what: string, tree: string): string => {
    const row = results.find((one) => one.what === what && one.tree === tree)
    return row === undefined ? '' : row.milliseconds.toFixed(0)
  }
  const head = Object.entries(about).map(([name, value]) => `${name} ${value}`)
  return [
    head.join(' · '),
    '',
    `| milliseconds | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---:|').join('')}`,
    ...whats.map((what) => `| ${what} | ${names.map((name) => figure(what, name)).join(' | ')} |`),
    '',
  ].join('\n')
}
