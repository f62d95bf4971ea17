// Operands to paths of this machine. `path`: that and all in it; `below`: something below it, not
// known which. What is not known in a word is taken for a name without `..`.
import type { Resource } from '../../domain/resource.ts'
import type { Word } from '../../languages/shell/syntax.ts'
import type { Surroundings } from './commands.ts'
import { resource } from './effects.ts'

export interface Standing {
  /** where relative paths start; null where it is not known */
  readonly directory: string | null
  readonly home: string | null
}

const devices = /^\/dev\/(?!shm\/)./
const harmlessDevices = /^\/dev\/(null|zero|full|u?random|stdin|stdout|stderr|tty|fd\/\d+|ptmx)$/

/** `/dev/null` and its kin: nothing is kept there. */
export function isSink(word: Word): boolean {
  return (word.text !== null && harmlessDevices.test(word.text)) || word.text === 'NUL'
}

/** A path, something below one, or a device, as the word names it. */
export function localResource(word: Word, standing: Standing): Resource {
  const { known, holed } = knownPart(word)
  if (known === null) return resource('local', 'path', null)
  const path = absolute(known, standing)
  if (path === null) return resource('local', 'path', null)
  if (!holed) return resource('local', devices.test(path) ? 'device' : 'path', path)
  return resource('local', 'below', path)
}

/** `src/*.ts` is known up to `src`; null where nothing is known of it. */
function knownPart(word: Word): { known: string | null; holed: boolean } {
  const [first = null] = word.pieces
  if (first === null) return { known: null, holed: true }
  const text = slashed(word.text ?? first)
  const glob = word.glob ? text.search(/[*?[]/) : -1
  if (word.text !== null && glob < 0) return { known: text, holed: false }
  const before = glob < 0 ? text : text.slice(0, glob)
  const known = before.slice(0, before.lastIndexOf('/') + 1)
  const climbs = word.pieces.some((piece) => piece !== null && /(^|\/)\.\.(\/|$)/.test(piece))
  if (climbs && !climbsBefore(text, before)) return { known: '/', holed: true }
  return { known: known === '' ? '.' : known, holed: true }
}

/** Every `..` stands in the part that is known. */
function climbsBefore(text: string, before: string): boolean {
  return !/(^|\/)\.\.(\/|$)/.test(text.slice(before.lastIndexOf('/') + 1))
}

/** A drive of Windows keeps its letter: `D:/projects`. */
function slashed(text: string): string {
  return /^[a-z]:(\\|$)/i.test(text) || /^\\\\/.test(text) ? text.replaceAll('\\', '/') : text
}

export function absolute(path: string, { directory, home }: Standing): string | null {
  const drive = /^([a-z]):(\/.*)?$/i.exec(path)
  if (drive !== null) return `${(drive[1] ?? '').toUpperCase()}:${normalised(drive[2] ?? '/')}`
  if (path.startsWith('/')) return normalised(path)
  const profile = /^(%userprofile%|\$env:userprofile|\$home)(?=[\\/]|$)/i.exec(path)
  if (profile !== null) {
    const rest = path.slice(profile[0].length).replaceAll('\\', '/')
    return home === null ? null : normalised(`${home}/${rest}`)
  }
  return directory === null ? null : absolute(joined(directory, path), { directory: null, home })
}

function joined(directory: string, path: string): string {
  return /^([a-z]:)?\//i.test(directory) ? `${directory}/${path}` : ''
}

/** Without `.`, `..`, and slashes that do nothing; `/` is the end of every climb. */
export function normalised(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
}

/** Where something of this machine lies; null: it is not known where, or no path at all. */
export type Lies = 'temporary' | 'work-tree' | 'outside' | null

export function liesIn({ provider, type, id }: Resource, around: Surroundings): Lies {
  if (provider !== 'local' || !['path', 'below'].includes(type) || id === null) return null
  const { workTree, temporary } = around
  if (workTree !== null && isWithin(id, workTree)) return 'work-tree'
  const inside = (folder: string): boolean =>
    isWithin(id, folder) && (id !== folder || type === 'below')
  return temporary.some(inside) ? 'temporary' : 'outside'
}
