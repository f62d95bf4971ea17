// A work tree to throw away, with snapshots kept beside it, and a hash of all that it holds.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { readlinkSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

import { usualLimits } from '../../src/snapshots/limits.ts'
import type { SnapshotLimits } from '../../src/snapshots/limits.ts'
import { openSnapshots } from '../../src/snapshots/open.ts'
import type { Selection, Snapshots } from '../../src/snapshots/snapshots.ts'
import { createClock } from '../../src/system/clock.ts'
import type { Clock } from '../../src/system/clock.ts'

export const everything: Selection = { paths: [], exact: false }
export const exactly: Selection = { paths: [], exact: true }

export interface Scene {
  /** holds the other three */
  readonly folder: string
  readonly workTree: string
  /** of all snapshots */
  readonly state: string
  readonly home: string
  readonly snapshots: Snapshots
  write(path: string, content: string | Uint8Array, mode?: number): void
  /** Runs in the work tree, as an agent's shell would. */
  bash(script: string): string
  /** Of names, kinds, modes and content, links as what they say; `.git` as everything else. */
  hash(options?: Readonly<{ without?: RegExp }>): string
  /** the shadow repository's folder */
  shadow(): string
  reopen(options?: Partial<Readonly<{ limits: Partial<SnapshotLimits> }>>): Promise<Snapshots>
}

export interface SceneOptions {
  readonly limits?: Partial<SnapshotLimits>
  readonly clock?: Clock
  /** with a repository of two commits, a branch, a stash and work in progress */
  readonly repository?: boolean
}

export async function openScene(t: TestContext, options: SceneOptions = {}): Promise<Scene> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdpoint-snapshots-')))
  const [workTree, state, home] = [
    join(folder, 'work'),
    join(folder, 'state'),
    join(folder, 'home'),
  ]
  for (const one of [workTree, home]) mkdirSync(one)
  const clock = options.clock ?? createClock(null)
  const opened: Snapshots[] = []
  const open = async (limits: Partial<SnapshotLimits> = {}): Promise<Snapshots> => {
    const all = { ...usualLimits, ...options.limits, ...limits }
    const parts = { workTree, folder: state, clock, searchPath: searchPath(), limits: all }
    const snapshots = await openSnapshots(parts)
    opened.push(snapshots)
    return snapshots
  }
  t.after(async () => {
    for (const one of opened) await one.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const scene: Scene = {
    ...{ folder, workTree, state, home, snapshots: await open() },
    write(path, content, mode = 0o644) {
      mkdirSync(dirname(join(workTree, path)), { recursive: true })
      writeFileSync(join(workTree, path), content, { mode })
    },
    bash: (script) => bash(script, workTree, home),
    hash: ({ without } = {}) => hashOf(workTree, without ?? null),
    shadow: () => join(state, readdirSync(state)[0] ?? ''),
    reopen: ({ limits } = {}) => open(limits),
  }
  if (options.repository === true) scene.bash(repositoryScript)
  return scene
}

export function searchPath(): string {
  return process.env['PATH'] ?? ''
}

export function bash(script: string, cwd: string, home: string): string {
  const env = {
    ...{ PATH: searchPath(), HOME: home, LC_ALL: 'C.UTF-8', GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_AUTHOR_DATE: '1700000000 +0000' },
    ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b', GIT_PAGER: 'cat' },
  }
  const stdio = ['ignore', 'pipe', 'pipe'] as const
  return execFileSync('/bin/bash', ['-c', script], {
    cwd,
    env,
    stdio: [...stdio],
    encoding: 'utf8',
  })
}

const repositoryScript = `set -e
  git init -q -b main . && git config core.hooksPath .git/hooks
  mkdir -p src/deep && echo one > src/a.ts && echo deep > src/deep/b.ts && echo '*.db' > .gitignore
  printf '#!/bin/sh\\nexit 0\\n' > .git/hooks/pre-push && chmod 755 .git/hooks/pre-push
  git add -A && git commit -qm one && echo two >> src/a.ts && git commit -qam two
  git branch -q kept HEAD~1 && git tag v1
  echo stashed >> src/a.ts && git stash -q
  echo unfinished >> src/a.ts && echo staged > src/staged.ts && git add src/staged.ts
  echo untracked > notes.md && echo SECRET=1 > .env && chmod 600 .env && head -c 5000 /dev/zero > local.db
  mkdir -p empty/within && ln -s ../src/a.ts src/link && chmod 755 src/deep/b.ts
`

/** Of all that is in a folder. */
export function hashOf(path: string, without: RegExp | null): string {
  const hash = createHash('sha256')
  const visit = (raw: Buffer, name: Buffer): void => {
    const stats = lstatSync(raw)
    if (without?.test(name.toString('latin1')) === true) return
    const mode = stats.isSymbolicLink() ? '' : (stats.mode & 0o7777).toString(8)
    hash.update(`${name.toString('hex')} ${mode} `)
    if (stats.isSymbolicLink()) hash.update('link ').update(readlinkSync(raw, 'buffer'))
    else if (stats.isFile()) hash.update(`file ${stats.size} `).update(readFileSync(raw))
    else if (stats.isDirectory()) {
      hash.update('folder ')
      const names = readdirSync(raw, 'buffer').sort((a, b) => Buffer.compare(a, b))
      for (const one of names) {
        const inside = Buffer.concat([name, Buffer.from('/'), one])
        visit(Buffer.concat([raw, Buffer.from('/'), one]), inside)
      }
    } else hash.update('other ')
  }
  visit(Buffer.from(path), Buffer.from(''))
  return hash.digest('hex')
}
