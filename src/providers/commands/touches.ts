// What a command does to one path of this machine, by where that path lies and what it is. That an
// overwritten file was there before is taken for granted where nothing could bring it back.
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import { isEveryEntry } from '../../languages/shell/narrowing.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import { destroy, disarm, disclose, escalate, read, resource, write } from './effects.ts'
import { decidesWhatRuns, holdsCredentials, isKernelSwitch } from './known-files.ts'
import { isSink, liesIn, localResource } from './paths.ts'
import type { Call } from './row.ts'

type Around = Pick<Call, 'invocation' | 'surroundings'>

export function pathAt(word: Word, { invocation, surroundings }: Around): Resource {
  return localResource(word, { directory: invocation.directory, home: surroundings.home })
}

/** Gone, with all that is in it. Deep: folders too. */
export function removes(word: Word, around: Around, deep = false): Effect {
  const path = pathAt(word, around)
  const all = word.every === true || (deep && isEveryEntry(word))
  return isGone(all ? wholeTree(path, around) : path, around)
}

/** Everything below the work tree's root is the work tree. */
export function wholeTree(path: Resource, { surroundings }: Around): Resource {
  const all = path.type === 'below' && path.id !== null && path.id === surroundings.workTree
  return all ? { ...path, type: 'path' } : path
}

export function isGone(path: Resource, { surroundings }: Around): Effect {
  const undo = liesIn(path, surroundings) === 'work-tree' ? 'from-safeguard' : 'never'
  return destroy(path, 'whole', undo)
}

/** Something else stands there afterwards. */
export function overwrites(word: Word, around: Around): readonly Effect[] {
  return isSink(word) ? [] : [isOverwritten(pathAt(word, around), around)]
}

export function isOverwritten(path: Resource, { surroundings }: Around): Effect {
  const special = ofItsKind(path, surroundings.home)
  if (special !== null) return special
  switch (liesIn(path, surroundings)) {
    case 'work-tree':
      return write(path, 'whole', 'from-safeguard')
    case 'temporary':
      return write(path, 'whole')
    default:
      return destroy(path)
  }
}

/** Changed in part: what else was in it stays. */
export function edits(word: Word, around: Around): readonly Effect[] {
  if (isSink(word)) return []
  const path = pathAt(word, around)
  const special = ofItsKind(path, around.surroundings.home)
  if (special !== null) return [special]
  return [isEdited(path, around)]
}

export function isEdited(path: Resource, { surroundings }: Around): Effect {
  switch (liesIn(path, surroundings)) {
    case 'work-tree':
      return write(path, 'some', 'from-safeguard')
    case 'temporary':
      return write(path)
    default:
      return destroy(path, 'some')
  }
}

/** Made, or added to. */
export function adds(word: Word, around: Around): readonly Effect[] {
  if (isSink(word)) return []
  const path = pathAt(word, around)
  return [ofItsKind(path, around.surroundings.home) ?? write(path)]
}

/** In its place there is nothing any more; it is somewhere else. */
export function movesAway(word: Word, around: Around): Effect {
  const path = pathAt(word, around)
  const place = liesIn(path, around.surroundings)
  const repository = path.id?.endsWith('/.git') === true
  const near = !repository && (place === 'work-tree' || place === 'temporary')
  return near ? write(path, 'whole') : destroy(path, 'whole', 'trivial')
}

export function reads(word: Word, around: Around): readonly Effect[] {
  if (isSink(word)) return []
  const path = pathAt(word, around)
  const secret = path.id !== null && holdsCredentials(path.id, around.surroundings.home)
  return [secret ? disclose(path) : read(path)]
}

/** Of devices, kernel switches, and files whose content is run some other time. */
function ofItsKind(path: Resource, home: string | null): Effect | null {
  if (path.type === 'device') return destroy(path)
  if (path.id === null) return null
  if (path.id === '/proc/sysrq-trigger') return destroy(resource('local', 'machine', null))
  if (isKernelSwitch(path.id)) return disarm(resource('local', 'machine', null), 'some')
  return decidesWhatRuns(path.id, home) ? escalate(path, 'some') : null
}
