// Where the script is: `cd`, `pushd`, `popd`. A folder that may not be there leaves the script
// where it was, and both places are kept until something tells which.
import type { Command } from './invoke.ts'
import { textOf } from './pieces.ts'
import type { Field } from './pieces.ts'
import type { Run } from './run.ts'
import { copyOf, meetDirectories, scalarOf, valueOf } from './state.ts'
import type { State } from './state.ts'
import type { Failed } from './walk.ts'

/** Absolute, without `.` and `..`; null where either part is not known. */
export function resolvePath(directory: string | null, path: string): string | null {
  if (!path.startsWith('/') && directory === null) return null
  const made: string[] = []
  for (const part of `${path.startsWith('/') ? '' : (directory ?? '')}/${path}`.split('/')) {
    if (part === '..') made.pop()
    else if (part !== '' && part !== '.') made.push(part)
  }
  return `/${made.join('/')}`
}

/** The first word that is no option. */
function target(argv: readonly Field[]): Field | undefined {
  const rest = argv.slice(1)
  const end = rest.findIndex((field) => !/^-[LPe@n]+$/.test(field.text ?? ''))
  const from = rest[end]
  return from?.text === '--' ? rest[end + 1] : from
}

export function changeDirectory(run: Run, { argv }: Command): Failed {
  const { state } = run
  const word = target(argv)
  if (word === undefined) return go(run, [textOf(scalarOf(valueOf(state, 'HOME')))])
  if (word.loose === true || word.glob || word.text === null) return go(run, [null])
  if (word.text === '') return null
  if (word.text === '-') return go(run, [state.previous])
  const { text } = word
  // CDPATH moves what is relative.
  const paths = scalarOf(valueOf(state, 'CDPATH'))
  const moved = !/^\.{0,2}\//.test(text) && state.variables.has('CDPATH') && textOf(paths) !== ''
  return go(run, moved ? [null] : state.directories.map((at) => resolvePath(at, text)))
}

/** Goes there; the state of a shell that could not, where that may be. */
function go(run: Run, directories: State['directories']): Failed {
  const { state } = run
  const there = directories.every((to) => to !== null && isThere(run, to))
  const failed = there ? null : copyOf(state)
  state.previous = state.directories.length === 1 ? (state.directories[0] ?? null) : null
  state.directories = meetDirectories(directories, [])
  return failed
}

/** Only what the script has no hand in: a folder that it made may be gone, or be a file. */
function isThere(run: Run, path: string): boolean {
  if (/^\/(tmp|usr|etc|var|home)?$/.test(path)) return true
  const known = [run.known.directory, run.known.home, ...run.state.directories]
  return known.some((at) => at !== null && (at === path || at.startsWith(`${path}/`)))
}

export function pushDirectory(run: Run, { argv }: Command): Failed {
  const { state } = run
  const word = target(argv)
  const before = state.directories.length === 1 ? (state.directories[0] ?? null) : null
  if (word === undefined || word.text === null || word.glob || /^[-+]\d+$/.test(word.text)) {
    state.stack = []
    return go(run, [null])
  }
  const { text } = word
  const failed = go(
    run,
    state.directories.map((at) => resolvePath(at, text)),
  )
  state.stack = [...state.stack, before]
  return failed
}

export function popDirectory(run: Run, { argv }: Command): Failed {
  const { state } = run
  const last = state.stack.at(-1)
  state.stack = state.stack.slice(0, -1)
  return go(run, [argv.length > 1 || last === undefined ? null : last])
}
