// What git does to the files of a work tree, where they are not committed.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import { destroy, resource, unknown, write } from './effects.ts'
import { isWithin, liesIn } from './paths.ts'
import { clear, own } from './row.ts'
import type { Call, Meaning, Meant } from './row.ts'
import { pathAt } from './touches.ts'

/** Where the repository starts: the work tree's own root is known, of others the folder is. */
export function rootOf({ invocation: { directory }, surroundings }: Call): string | null {
  const { workTree } = surroundings
  if (directory === null) return null
  return workTree !== null && isWithin(directory, workTree) ? workTree : directory
}

export function repository(call: Call): Resource {
  return resource('local', 'repository', rootOf(call))
}

export function history(call: Call, extent: 'whole' | 'some' = 'some'): Effect {
  return destroy(repository(call), extent, 'from-safeguard')
}

export const records: Meaning = (call) => [write(repository(call))]

/** Changes that are in no commit: of the files named, or of any. */
export function uncommitted(call: Call, files: readonly Word[] = []): readonly Effect[] {
  const paths =
    files.length === 0
      ? [resource('local', 'below', rootOf(call))]
      : files.map((word) => pathspec(word, call))
  return paths.map((path) => {
    const undo = liesIn(path, call.surroundings) === 'work-tree' ? 'from-safeguard' : 'never'
    return destroy(path, path.type === 'below' ? 'some' : 'whole', undo)
  })
}

/** `:/` is the root, `:(glob)…` says more; a folder as such is never gone, only what is in it. */
function pathspec(word: Word, call: Call): Resource {
  if (/^:[/(!^]/.test(word.text ?? '')) return resource('local', 'below', rootOf(call))
  const path = pathAt(word, call)
  const folder = /^\.{0,2}\/?$|\/$|^\.\.?$/.test(word.text ?? '/')
  return path.type === 'path' && folder ? { ...path, type: 'below' } : path
}

export const resets: Meaning = own(
  {},
  clear((call) => {
    const { args } = call
    const moves = write(repository(call), 'some', 'from-safeguard')
    if (args.has('--hard', '--merge')) return [...uncommitted(call), moves]
    return [moves]
  }),
)

export const cleans: Meaning = own({ valued: ['-e', '--exclude'] }, (call) => {
  const { args } = call
  if (args.says('-n', '--dry-run')) return []
  if (args.obscured) return [unknown('not all that `git clean` is told is known here')]
  const files = args.operands
  if (files.length > 0) return uncommitted(call, files)
  const below = resource('local', 'below', call.invocation.directory)
  const undo = liesIn(below, call.surroundings) === 'work-tree' ? 'from-safeguard' : 'never'
  return [destroy(below, 'some', undo)]
})

/** A lone word is a branch or a file: only its look tells. */
const looksLikePath =
  /^(\.{1,2}|\.{0,2}\/.*|:[/(!^].*|.*\/|.*[*?[].*|(src|lib|app|tests?|docs|packages)|.*\.[a-z][a-z0-9]{0,6})$/i
const looksLikeVersion = /\d\.x$|^v?\d+(\.\d+)*$/

function isPath(word: Word | undefined): boolean {
  const text = word?.text ?? word?.pieces[0] ?? ''
  return looksLikePath.test(text) && !looksLikeVersion.test(text)
}

function pathsAfterDashes(words: readonly Word[]): readonly Word[] | null {
  const at = words.findIndex(({ text }) => text === '--')
  return at < 0 || at + 1 >= words.length ? null : words.slice(at + 1)
}

const checkoutValued = ['-b', '-B', '--orphan', '--conflict', '--pathspec-from-file']

export const checksOut: Meaning = own({ valued: checkoutValued }, (call) => {
  const { args, rest } = call
  const moved = args.has('-B') ? [history(call)] : []
  if (args.has('-f', '--force')) return [...uncommitted(call), ...moved]
  const named = pathsAfterDashes(rest)
  if (named !== null) return [...uncommitted(call, named), ...moved]
  if (args.has('-b', '--orphan') || args.has('-B')) return [...moved, write(repository(call))]
  const [first, ...more] = args.operands
  if (more.length > 0) return uncommitted(call, isPath(first) ? args.operands : more)
  const inHand = args.has('-p', '--patch', '--ours', '--theirs', '-m', '--pathspec-from-file')
  if (isPath(first)) return uncommitted(call, first === undefined ? [] : [first])
  return inHand && first === undefined ? uncommitted(call) : [write(repository(call))]
})

export const restores: Meaning = own({ valued: ['-s', '--source', '--conflict'] }, (call) => {
  const { args } = call
  const staged = args.says('--staged', '-S') && !args.has('-W', '--worktree')
  return staged ? [write(repository(call))] : uncommitted(call, args.operands)
})

export const switches: Meaning = own({ valued: ['-c', '--orphan', '--conflict'] }, (call) => {
  const { args } = call
  const moved = args.has('-C', '--force-create') ? [history(call)] : []
  if (args.has('-f', '--force', '--discard-changes')) return [...uncommitted(call), ...moved]
  return [...moved, write(repository(call))]
})

export const removesTracked: Meaning = own({ valued: ['--pathspec-from-file'] }, (call) => {
  const { args } = call
  if (args.says('-n', '--dry-run')) return []
  return args.says('--cached') ? [write(repository(call))] : uncommitted(call, args.operands)
})

/** Of what was resolved meanwhile nothing is kept. */
export const maybeAborts: Meaning = own({ valued: ['-m', '-s', '-X', '-x', '--exec'] }, (call) => {
  const { args } = call
  if (args.has('--abort')) return uncommitted(call)
  const carried = args.values('-x', '--exec').map((word) => runsText(word, call))
  return { effects: [write(repository(call))], carried }
})

/** Text that git hands to a shell. */
export function runsText(word: Word, call: Call): Meant['carried'][number] {
  return { kind: 'shell', text: word.text ?? word.raw, directory: call.invocation.directory }
}

/** Every word that is left is a command of its own. */
export function runsRest(words: readonly Word[], call: Call): Meant['carried'] {
  if (words.length === 0) return []
  const [only] = words
  if (words.length === 1 && only !== undefined) return [runsText(only, call)]
  const text = words.map(({ raw }) => raw).join(' ')
  return [{ kind: 'shell', text, directory: call.invocation.directory }]
}
