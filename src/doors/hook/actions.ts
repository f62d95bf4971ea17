// What is asked, as actions: commands by their own reading, files of tools by where they lie.
import type { Action } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import { mapNonEmpty } from '../../domain/nonempty.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Asked } from './event.ts'
import type { HookDisk, HookParts, Standing } from './parts.ts'

const excerptCharactersMax = 200

export async function actionsOf(
  asked: readonly Asked[],
  standing: Standing,
  { read, disk, around }: Pick<HookParts, 'read' | 'disk' | 'around'>,
): Promise<readonly Action[]> {
  const found: Action[] = []
  for (const one of asked) {
    if (one.kind === 'shell') {
      const directory =
        one.directory === null ? standing.directory : absolute(one.directory, standing, around.home)
      found.push(...(await read.shell(one.text, { ...standing, directory })))
    } else if (one.kind === 'tool') {
      found.push(...(await read.tool(one.name, one.input, standing)))
    } else if (one.kind === 'unread') {
      found.push(action('unread', { kind: 'unknown', why: one.why, legible: false }, ''))
    } else {
      for (const path of meantBy(one.path, standing, around.home, disk)) {
        found.push(fileAction(one.kind, path, one.path, standing, disk))
      }
    }
  }
  return found.map((one) => withLinksFollowed(one, disk))
}

/**
 * What a file tool writes outside of the work tree cannot be taken back by a snapshot of it; what
 * it creates inside can simply be removed.
 */
function fileAction(
  kind: 'write' | 'remove' | 'read',
  path: string,
  written: string,
  { workTree }: Standing,
  disk: HookDisk,
): Action {
  const resource: Resource = { provider: 'local', type: 'path', id: path, within: {} }
  if (kind === 'read') return action(kind, { kind, resource, extent: 'whole' }, written)
  if (kind === 'remove') {
    return action(kind, { kind: 'destroy', resource, extent: 'whole', undo: 'never' }, written)
  }
  const leads = disk.follow(path, true)
  const inside = workTree !== null && (leads === workTree || leads.startsWith(`${workTree}/`))
  const undo = inside && !disk.exists(leads) ? 'trivial' : 'never'
  return action(kind, { kind: 'write', resource, extent: 'whole', undo }, written)
}

function action(verb: string, effect: Effect, written: string): Action {
  const excerpt = written.slice(0, excerptCharactersMax).toWellFormed()
  return { verb, effects: [effect], evidence: { reader: 'tool', excerpt, span: null } }
}

/**
 * A link in the work tree may lead anywhere. What removes a link removes the link; whatever else
 * is done goes through it.
 */
function withLinksFollowed(one: Action, disk: HookDisk): Action {
  return { ...one, effects: mapNonEmpty(one.effects, (effect) => followed(effect, disk)) }
}

function followed(effect: Effect, disk: HookDisk): Effect {
  if (effect.kind === 'unknown') return effect
  const { resource } = effect
  const { provider, type, id } = resource
  if (provider !== 'local' || id?.startsWith('/') !== true) return effect
  if (type !== 'path' && type !== 'below' && type !== 'repository') return effect
  const through = type !== 'path' || effect.kind !== 'destroy'
  return { ...effect, resource: { ...resource, id: disk.follow(id, through) } }
}

/** `link/..` is one folder to the system, and another to programs that read paths as text. */
function meantBy(
  path: string,
  standing: Standing,
  home: string | null,
  disk: HookDisk,
): readonly string[] {
  const asText = absolute(path, standing, home)
  if (!path.split('/').includes('..')) return [asText]
  const whole = path.startsWith('/') ? path : `${standing.directory}/${path}`
  return [asText, disk.follow(whole, true)]
}

/** Without `.` and `..`; `~` is the home folder, as some agents take it. */
function absolute(path: string, { directory }: Standing, home: string | null): string {
  const own = home !== null && /^~(\/|$)/.test(path) ? `${home}${path.slice(1)}` : path
  const kept: string[] = []
  for (const segment of (own.startsWith('/') ? own : `${directory}/${own}`).split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}
