import { realpathSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

import { Fault } from '../../domain/fault.ts'
import { hasSnapshots, openSnapshots, snapshotsFolder } from '../../snapshots/open.ts'
import { rawOf, readable } from '../../snapshots/reach.ts'
import { whyStart } from '../../snapshots/snapshots.ts'
import type { Comparison, Restoration, Selection } from '../../snapshots/snapshots.ts'
import type { Snapshot, Snapshots } from '../../snapshots/snapshots.ts'
import { createClock } from '../../system/clock.ts'
import type { Call } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { momentWords, readMoment } from '../moment.ts'
import { createPrompt } from '../prompt.ts'
import { doneLines, listLines, planLines } from '../undo-files-words.ts'

/** `undo --files`: brings a work tree back as it was before a command. */
export async function undoFiles(call: Call): Promise<ExitCode> {
  const { given, output, surroundings } = call
  const { workTree, paths } = placeOf(call)
  const selection: Selection = { paths, exact: given.flag('exact') }
  const snapshots = await openSnapshots({
    workTree,
    folder: snapshotsFolder(surroundings.env),
    clock: createClock(null),
    searchPath: surroundings.env['PATH'] ?? '',
  })
  try {
    if (given.flag('list')) return await list(call, snapshots)
    const comparison = await chosen(call, snapshots, selection)
    const now = surroundings.now()
    if (comparison === null || comparison.changes.length === 0) {
      const value = comparison === null ? {} : { snapshot: comparison.snapshot }
      output.result({ undo: { ...value, done: true, changes: [] } }, nothingLines(comparison, now))
      return exitCodes.done
    }
    const lines = planLines(workTree, comparison, output, now)
    if (given.flag('dry-run')) {
      output.result({ undo: { dryRun: true, done: false, ...plain(comparison) } }, [
        ...lines,
        'nothing was changed',
      ])
      return exitCodes.done
    }
    if (!given.flag('yes')) await confirm(call, lines)
    const restoration = await snapshots.restore(comparison.snapshot.id, selection)
    const { equal } = restoration
    output.result(
      { undo: { dryRun: false, done: equal, ...plainDone(restoration) } },
      doneLines(workTree, restoration, output),
    )
    return equal ? exitCodes.done : exitCodes.failed
  } finally {
    await snapshots.close()
  }
}

/**
 * The nearest folder with snapshots, from where the first path is, or where one stands. Paths are
 * taken as they are written: what an agent made of them, a link elsewhere, is not followed.
 */
function placeOf({ given, surroundings }: Call): { workTree: string; paths: readonly string[] } {
  const folder = snapshotsFolder(surroundings.env)
  const here = realpathSync(surroundings.cwd)
  const named = given.operands(0).map((path) => resolve(here, path))
  const start = named[0] ?? here
  let workTree = start
  while (!hasSnapshots(folder, workTree)) {
    if (workTree === dirname(workTree)) {
      throw new Fault(
        'not-found',
        `there are no snapshots of \`${start}\`, nor of a folder above it; ` +
          '`holdpoint run` and the hooks take them',
      )
    }
    workTree = dirname(workTree)
  }
  const paths = named.map((path) => {
    const inside = relative(workTree, path)
    if (inside !== '..' && !inside.startsWith('../')) return rawOf(inside)
    throw new Fault('usage-path', `\`${path}\` is not in \`${workTree}\`; one work tree at a time`)
  })
  // The work tree itself is all of it.
  return { workTree, paths: paths.includes('') ? [] : paths }
}

async function list({ output, surroundings }: Call, snapshots: Snapshots): Promise<ExitCode> {
  const all = await snapshots.list()
  const lines = all.length === 0 ? ['there are none'] : listLines(all, surroundings.now())
  output.result({ snapshots: all }, lines)
  return exitCodes.done
}

async function chosen(
  { given, surroundings }: Call,
  snapshots: Snapshots,
  selection: Selection,
): Promise<Comparison | null> {
  const at = given.text('at')
  if (at === null) return await snapshots.latest(selection)
  const found = atMoment(await snapshots.list(), at, surroundings.now())
  return await snapshots.compare(found.id, selection)
}

/** `start`, the beginning of an id, or a time: then the newest one that is not after it. */
function atMoment(all: readonly Snapshot[], at: string, now: number): Snapshot {
  if (at === whyStart)
    return some(
      all.find(({ why }) => why.startsWith(whyStart)),
      at,
      all,
      now,
    )
  const named = /^[0-9a-f]{6,64}$/.test(at) ? all.filter(({ id }) => id.startsWith(at)) : []
  if (named.length > 1) {
    throw new Fault('usage-at', `several snapshots begin with \`${at}\`; write more of it`)
  }
  if (named[0] !== undefined) return named[0]
  const moment = readMoment(at, now)
  if (moment === null) {
    throw new Fault(
      'usage-at',
      `\`--at\` takes a time (\`14:05\`, \`10m\`, \`2026-11-27 14:05\`), an id or \`start\`, ` +
        `not \`${at}\``,
    )
  }
  return some(
    all.find((one) => Date.parse(one.at) <= moment),
    at,
    all,
    now,
  )
}

function some(
  found: Snapshot | undefined,
  at: string,
  all: readonly Snapshot[],
  now: number,
): Snapshot {
  if (found !== undefined) return found
  const oldest = all.at(-1)
  const next = oldest && `; the oldest is of ${momentWords(Date.parse(oldest.at), now)}`
  throw new Fault('not-found', `there is no snapshot for \`${at}\`${next ?? ''}`)
}

function nothingLines(comparison: Comparison | null, now: number): readonly string[] {
  if (comparison !== null) {
    return [`all is as it was at ${momentWords(Date.parse(comparison.snapshot.at), now)}`]
  }
  return [
    'nothing has gone or changed since the last snapshot, or since the last undo',
    'next: holdpoint undo --files --list shows older ones, for --at',
  ]
}

async function confirm(call: Call, lines: readonly string[]): Promise<void> {
  const { output, surroundings } = call
  for (const line of lines) output.aside(line)
  if (!surroundings.isTty.stdin || !surroundings.isTty.stderr) {
    throw new Fault('not-confirmed', 'nothing was changed; `--yes` brings it back without asking')
  }
  const prompt = createPrompt(surroundings)
  try {
    output.aside('What is there now is snapshotted first, so that this can be undone, too.')
    const answer = await prompt.line('Bring it back? [y/N]', '')
    if (/^y(es)?$/i.test(answer)) return
    throw new Fault('not-confirmed', 'nothing was changed')
  } finally {
    prompt.close()
  }
}

function plain({ snapshot, changes, stays }: Comparison): object {
  return {
    snapshot,
    changes: changes.map((change) => ({ ...change, path: readable(change.path) })),
    stays: stays.map(readable),
  }
}

function plainDone(restoration: Restoration): object {
  const { before, failed, sha256Kept, sha256Now, equal } = restoration
  return { ...plain(restoration), before, failed, sha256Kept, sha256Now, equal }
}
