// What a command that runs elsewhere does is done there: on the host, in the container or the pod
// that a wrapper carried it to, and not on this machine.
import { isNonEmpty } from '../../domain/nonempty.ts'
import type { Action } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import type { Resource } from '../../domain/resource.ts'
import type { Invocation, Whereabouts } from '../../languages/shell/syntax.ts'
import type { Surroundings } from './commands.ts'
import { resource } from './effects.ts'
import { isWithin, liesIn } from './paths.ts'
import type { Mount } from './containers-mounts.ts'

/** Nothing is known of that place but where people put what they do not keep. */
export const elsewhere: Surroundings = {
  directory: '/',
  home: null,
  workTree: null,
  temporary: ['/tmp', '/var/tmp'],
  variables: {},
}

type Away = Extract<Whereabouts, { kind: 'elsewhere' }>

const containers: readonly string[] = ['docker', 'podman', 'nerdctl', 'docker-compose']

function placeOf({ by, target }: Away): Resource {
  if (containers.includes(by) || by === 'podman-compose') {
    return resource('docker', 'container-files', target)
  }
  switch (by) {
    case 'ssh':
    case 'autossh':
      return resource('ssh', 'host', target?.replace(/^.*@/, '') ?? null)
    case 'kubectl':
    case 'oc': {
      const [type = 'pod', name] = (target ?? '').split('/')
      return resource('kubernetes', name === undefined ? 'pod' : type, name ?? target)
    }
    case 'gcloud':
      return resource('gcp', 'instance', target)
    default:
      return resource(by, by === 'vagrant' ? 'machine' : 'app', target)
  }
}

/** What belongs to one machine: over ssh the containers are that machine's too. */
function isOfMachine({ provider }: Resource, { by }: Away): boolean {
  return provider === 'local' || provider === 'sqlite' || (by === 'ssh' && provider === 'docker')
}

export function movedTo(place: Away, action: Action): readonly Action[] {
  const there = placeOf(place)
  const effects = action.effects.map((effect): Effect => {
    if (effect.kind === 'unknown' || !isOfMachine(effect.resource, place)) return effect
    if (liesIn(effect.resource, elsewhere) === 'temporary') {
      return { kind: 'write', resource: there, extent: 'some', undo: 'trivial' }
    }
    return { ...effect, resource: there, extent: 'some' }
  })
  return isNonEmpty(effects) ? [{ ...action, effects }] : []
}

/** In a container made for this one command: only what is mounted into it outlives it. */
export function throughMounts(mounts: readonly Mount[], action: Action): readonly Action[] {
  const effects = action.effects.flatMap((effect): readonly Effect[] => {
    if (effect.kind === 'unknown' || effect.resource.provider !== 'local') return [effect]
    return mounts.flatMap((mount) => outside(mount, effect))
  })
  return isNonEmpty(effects) ? [{ ...action, effects }] : []
}

function outside(mount: Mount, effect: Exclude<Effect, { kind: 'unknown' }>): readonly Effect[] {
  const { type, id } = effect.resource
  if (mount.readOnly && effect.kind !== 'read' && effect.kind !== 'disclose') return []
  if (id === null) return [{ ...effect, resource: mount.from, extent: 'some' }]
  if (type !== 'path' && type !== 'below') return []
  if (isWithin(id, mount.to)) {
    const rest = id.slice(mount.to === '/' ? 0 : mount.to.length)
    const { from } = mount
    const base = from.id === '/' ? '' : from.id
    const inside = from.provider === 'local' && base !== null
    const named = inside
      ? { ...from, type, id: `${base}${rest}` === '' ? '/' : `${base}${rest}` }
      : from
    return [{ ...effect, resource: named, ...(inside ? {} : { extent: 'some' as const }) }]
  }
  return isWithin(mount.to, id) ? [{ ...effect, resource: mount.from }] : []
}

/** Whether it is made for one command, and gone after it. */
export function isFresh({ args }: Invocation): boolean {
  const words = args.map(({ text }) => text)
  const runs = words.findIndex((text) => text === 'run')
  return runs >= 0 && !words.slice(0, runs).includes('exec')
}
