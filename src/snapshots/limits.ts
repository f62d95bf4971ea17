// How much is kept, and what is left out because it can be made again. What is left out is named.

export interface SnapshotLimits {
  /** of one file outside `.git` */
  readonly fileBytesMax: number
  /** of one file in a `.git`: a pack */
  readonly repositoryFileBytesMax: number
  /** of all files; the largest are left out first */
  readonly bytesMax: number
  /** files, folders and links; more than that is refused */
  readonly entriesMax: number
  /** folders in folders; deeper ones are left out */
  readonly depthMax: number
  /** snapshots in one shadow repository; the oldest go first, the last one of a start last */
  readonly snapshotsMax: number
  readonly daysMax: number
  /** of the shadow repository; beyond it, no snapshot is taken until old ones have gone */
  readonly storeBytesMax: number
  /** to wait for another process that takes one */
  readonly waitSecondsMax: number
}

const mebibyte = 1_048_576

export const usualLimits: SnapshotLimits = {
  fileBytesMax: 100 * mebibyte,
  repositoryFileBytesMax: 2048 * mebibyte,
  bytesMax: 4096 * mebibyte,
  entriesMax: 300_000,
  depthMax: 200,
  snapshotsMax: 2000,
  daysMax: 30,
  storeBytesMax: 16_384 * mebibyte,
  waitSecondsMax: 60,
}

interface Reproducible {
  readonly name: string
  /** one of these stands beside it … */
  readonly beside?: readonly string[]
  /** … or in it; with neither, the name alone says it */
  readonly within?: readonly string[]
  readonly again: string
}

const node = ['package.json']

/** A name alone is not believed where people use it for their own things, too. */
const reproducibles: readonly Reproducible[] = [
  {
    name: 'node_modules',
    beside: node,
    within: ['.package-lock.json', '.modules.yaml', '.yarn-state.yml'],
    again: 'installing the packages',
  },
  { name: 'bower_components', beside: ['bower.json'], again: 'installing the packages' },
  { name: '.venv', within: ['pyvenv.cfg'], again: 'installing the packages' },
  { name: 'venv', within: ['pyvenv.cfg'], again: 'installing the packages' },
  { name: '__pycache__', again: 'running the program' },
  { name: '.pytest_cache', again: 'running the tests' },
  { name: '.mypy_cache', again: 'checking the types' },
  { name: '.ruff_cache', again: 'running the linter' },
  { name: '.tox', again: 'running the tests' },
  { name: '.nox', again: 'running the tests' },
  {
    name: 'target',
    beside: ['Cargo.toml', 'pom.xml', 'build.sbt'],
    again: 'building',
  },
  { name: '.gradle', beside: ['build.gradle', 'build.gradle.kts'], again: 'building' },
  { name: '.next', beside: node, again: 'building' },
  { name: '.nuxt', beside: node, again: 'building' },
  { name: '.svelte-kit', beside: node, again: 'building' },
  { name: '.turbo', beside: node, again: 'building' },
  { name: '.parcel-cache', beside: node, again: 'building' },
  { name: 'Pods', beside: ['Podfile'], again: 'installing the packages' },
  { name: '.dart_tool', beside: ['pubspec.yaml'], again: 'installing the packages' },
  { name: 'elm-stuff', beside: ['elm.json'], again: 'building' },
]

const rows = new Map(reproducibles.map((row) => [row.name, row]))

/** What makes a folder again, in words; null for a folder that is kept. */
export function madeAgainBy(
  name: string,
  beside: ReadonlySet<string>,
  within: () => readonly string[],
): string | null {
  const row = rows.get(name)
  if (row === undefined) return null
  const nameAlone = row.beside === undefined && row.within === undefined
  const stands = row.beside?.some((file) => beside.has(file)) ?? false
  if (nameAlone || stands) return row.again
  const inside = row.within === undefined ? [] : within()
  return row.within?.some((file) => inside.includes(file)) === true ? row.again : null
}
