// What an undo of files would do, and did, in words.
import { readable } from '../snapshots/reach.ts'
import type { Change, Comparison, Restoration, Snapshot } from '../snapshots/snapshots.ts'
import { inert } from '../wire/inert.ts'
import { bytesWords, counted } from './amount-words.ts'
import { agoWords, momentWords } from './moment.ts'
import type { Output } from './output.ts'
import { columns, wrap } from './output.ts'

const namesMax = 6
const idLength = 10

export function idWords({ id }: Pick<Snapshot, 'id'>): string {
  return id.slice(0, idLength)
}

/** `12:05:10 today (14 minutes ago), before: git clean -fdx` */
export function snapshotWords(snapshot: Snapshot, now: number): string {
  const { at, why } = snapshot.again[0] ?? snapshot
  const moment = Date.parse(at)
  return `${momentWords(moment, now)} (${agoWords(moment, now)}), ${inert(why)}`
}

export function planLines(
  workTree: string,
  comparison: Comparison,
  output: Output,
  now: number,
): readonly string[] {
  const { snapshot, stays } = comparison
  const head = `${inert(workTree)} as it was at ${snapshotWords(snapshot, now)}:`
  return [
    ...wrap(head, output.width, '  '),
    ...changeLines(comparison, output),
    ...sumLine('made since, and', 'stays', 'stay', stays, output, ' (--exact removes)'),
    ...leftOutLines(snapshot, output),
  ]
}

const kinds: readonly (readonly [Change['kind'], string, string])[] = [
  ['brought-back', 'comes back', 'come back'],
  ['overwritten', 'becomes what it was', 'become what they were'],
  ['mode', 'has its mode again', 'have their modes again'],
  ['removed', 'goes', 'go'],
]

function changeLines({ changes }: Comparison, output: Output): readonly string[] {
  return kinds.flatMap(([kind, one, many]) => {
    const paths = changes.filter((change) => change.kind === kind).map(({ path }) => path)
    return sumLine('', one, many, paths, output)
  })
}

function sumLine(
  lead: string,
  one: string,
  many: string,
  paths: readonly string[],
  output: Output,
  tail = '',
): readonly string[] {
  if (paths.length === 0) return []
  const verb = paths.length === 1 ? one : many
  const count = paths.length.toLocaleString('en')
  const said = `${count} ${lead === '' ? '' : `${lead} `}${verb}${tail}`
  return wrap(`  ${said}: ${namesOf(paths)}`, output.width, '    ')
}

/** Folders stand for what is in them, so that a few names say most. */
function namesOf(paths: readonly string[]): string {
  const within = new Set(paths)
  const tops = paths.filter((path) => !hasParentIn(path, within))
  const shown = tops.slice(0, namesMax).map((path) => inert(readable(path)))
  const more = tops.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

function hasParentIn(path: string, paths: ReadonlySet<string>): boolean {
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
    if (paths.has(path.slice(0, cut))) return true
  }
  return false
}

function leftOutLines({ leftOut, leftOutMore }: Snapshot, output: Output): readonly string[] {
  if (leftOut.length === 0) return []
  const shown = leftOut
    .slice(0, namesMax)
    .map(({ path, why }) => `${inert(path)} (${inert(why)})`)
    .join(', ')
  const more = leftOut.length + leftOutMore - Math.min(leftOut.length, namesMax)
  const tail = more > 0 ? ` and ${more} more` : ''
  return wrap(`  not in this snapshot: ${shown}${tail}`, output.width, '    ')
}

export function doneLines(
  workTree: string,
  restoration: Restoration,
  output: Output,
): readonly string[] {
  const { equal, failed, before, sha256Kept, sha256Now } = restoration
  const where = inert(workTree)
  const head = equal
    ? `${output.paint('green', 'undone')} in ${where}: read again, all is as it was`
    : `${output.paint('red', 'NOT all undone')} in ${where}`
  return [
    ...wrap(head, output.width, '    '),
    ...changeLines(restoration, output),
    ...failed
      .slice(0, namesMax)
      .flatMap(({ path, why }) =>
        wrap(`  not written: ${inert(path)}: ${inert(why)}`, output.width, '    '),
      ),
    ...(failed.length > namesMax ? [`  and ${failed.length - namesMax} more`] : []),
    `  sha256 ${sha256Now}`,
    equal ? '         of the snapshot and of what is there now' : '         now',
    ...(equal ? [] : [`         ${sha256Kept} in the snapshot`]),
    `to undo this: holdpoint undo --files --at ${idWords(before)}`,
  ]
}

const kindWords = {
  taken: '',
  undoing: 'before an undo',
  undone: 'after an undo',
  'undone-in-part': 'after an undo of some paths',
} as const

/** An undo's own, unless a command began there. */
function occasionWords({ kind, again }: Snapshot, why: string): string {
  return (again.some((one) => one.why === why) ? '' : kindWords[kind]) || inert(why)
}

export function listLines(snapshots: readonly Snapshot[], now: number): readonly string[] {
  return columns(
    snapshots.flatMap((snapshot) =>
      [...snapshot.again, snapshot].map(({ at, why }) => [
        idWords(snapshot),
        momentWords(Date.parse(at), now),
        counted(snapshot.files, 'file'),
        bytesWords(snapshot.bytes),
        occasionWords(snapshot, why),
      ]),
    ),
  )
}
