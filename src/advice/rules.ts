// The rule table: what is refused, in the order in which it is looked at. What no row refuses
// passes. docs/hooks.md has it in words, and a test compares the two.
import type { Effect, UnknownEffect } from '../domain/effect.ts'
import type { Resource } from '../domain/resource.ts'
import type { Circumstances } from './advice.ts'
import { guardedFromChange, isCredentialFile, isOwnNote } from './guarded.ts'
import { isOfThisMachine, placeOf } from './places.ts'
import type { Place } from './places.ts'

export type Acting = Exclude<Effect, UnknownEffect>

/** One effect, with all that rules look at. */
export interface Seen {
  readonly effect: Acting
  readonly resource: Resource
  /** null: it is nothing that has a path on this machine */
  readonly place: Place | null
  /** it may lose what was there: it destroys, or overwrites what cannot be written back */
  readonly loses: boolean
  readonly around: Circumstances
}

export interface Rule {
  /** stable, part of the interface */
  readonly code: string
  applies(seen: Seen): boolean
  /** why not: a clause that follows `it would delete x:` */
  readonly why: string
  readonly instead: string
}

export function seenOf(effect: Acting, around: Circumstances): Seen {
  const { resource } = effect
  const place = isOfThisMachine(resource) ? placeOf(resource, around) : null
  const changes = effect.kind === 'destroy' || effect.kind === 'write'
  return { effect, resource, place, loses: changes && effect.undo !== 'trivial', around }
}

const changing = new Set(['destroy', 'disarm', 'escalate', 'write'])
const grave = new Set(['destroy', 'disarm', 'escalate'])
export const person = 'ask the person you work for to do it, and say why it is needed'

function guarded({ effect, resource, place, around }: Seen) {
  if (place === null || !changing.has(effect.kind)) return null
  return guardedFromChange(resource, around, effect.kind !== 'write')
}

function lost(...places: readonly Place[]) {
  return ({ loses, place }: Seen): boolean => loses && place !== null && places.includes(place)
}

function local(...types: readonly string[]) {
  return ({ resource }: Seen): boolean =>
    resource.provider === 'local' && types.includes(resource.type)
}

const ownMachine = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?|0\.0\.0\.0)$/

/** Containers by name, but for their volumes; whatever a server under test on this machine keeps. */
function isMadeAgain({ resource: { provider, type, id } }: Seen): boolean {
  if (id === null) return false
  if (provider === 'egress') return ownMachine.test(id)
  return provider === 'docker' && ['container', 'image', 'network'].includes(type)
}

/** What leaves this machine, but for what the gate will judge itself. */
function leaves(kind: 'destroy' | 'disarm' | 'escalate') {
  return (seen: Seen): boolean => {
    const { effect, resource, around } = seen
    if (effect.kind !== kind || resource.provider === 'local') return false
    if (kind === 'destroy' && (!seen.loses || isMadeAgain(seen))) return false
    return !(around.confined && around.governed.includes(resource.provider))
  }
}

function remote(kind: 'destroy' | 'disarm' | 'escalate', why: string): Rule {
  const instead =
    'describe what should change and ask the person; under `holdpoint run` it can be held for them'
  return { code: `remote-${kind}`, applies: leaves(kind), why, instead }
}

const guardRules: readonly Rule[] = [
  {
    code: 'own-hooks',
    applies: (seen) => guarded(seen)?.code === 'own-hooks',
    why: 'it decides whether these hooks run, and an agent does not decide that',
    instead: person,
  },
  {
    code: 'git-hooks',
    applies: (seen) =>
      guarded(seen)?.code === 'git-hooks' ||
      (local('repository')(seen) && seen.effect.kind === 'escalate'),
    why: 'git runs by itself what stands there',
    instead: `use \`git config\` for names and remotes, or ${person}`,
  },
  {
    code: 'runs-by-itself',
    applies: (seen) => guarded(seen)?.code === 'runs-by-itself',
    why: 'it runs later, by itself, outside of this work',
    instead: `keep what you need in the work tree, or ${person}`,
  },
  {
    code: 'credential-file',
    applies: (seen) =>
      guarded(seen)?.code === 'credential-file' ||
      (seen.place !== null &&
        (seen.effect.kind === 'read' || seen.effect.kind === 'disclose') &&
        isCredentialFile(seen.resource, seen.around)),
    why: 'credentials outside of the work tree were not given to you',
    instead: 'say which access is missing; do not look for another credential',
  },
]

const lossRules: readonly Rule[] = [
  {
    code: 'root',
    applies: lost('root'),
    why: 'everything on this machine is in it',
    instead: 'name the one folder in the work tree that is meant',
  },
  {
    code: 'home',
    applies: lost('home'),
    why: 'everything of its owner is in it',
    instead: 'name the one folder in the work tree that is meant',
  },
  {
    code: 'whole-work-tree',
    applies: lost('whole-work-tree'),
    why: 'that is the whole work tree, its history included',
    instead: 'remove the files that are meant, by name',
  },
  {
    code: 'git-history',
    applies: (seen) =>
      lost('git')(seen) || (local('repository')(seen) && seen.effect.kind === 'destroy'),
    why: 'work that is kept in git alone would be lost with it',
    instead: 'commit or branch instead (`git switch -c`, `git revert`), and leave old refs alone',
  },
  {
    code: 'whole-temporary',
    applies: lost('whole-temporary'),
    why: 'other programs keep their things there too',
    instead: 'remove what you made there, by name',
  },
  {
    code: 'unknown-place',
    applies: lost('unknown'),
    why: 'the command does not tell which path that is',
    instead: 'write the path out, without a variable',
  },
  {
    code: 'outside-work-tree',
    applies: (seen) => lost('outside')(seen) && !isOwnNote(seen.resource.id, seen.around),
    why: 'it lies outside of the work tree, where nothing keeps a copy of it',
    instead: `work in the work tree or a temporary folder, or ${person}`,
  },
  {
    code: 'no-snapshot',
    applies: (seen) => lost('work-tree')(seen) && !seen.around.snapshots,
    why: 'no snapshot can be taken first, so it could not be brought back',
    instead: person,
  },
]

/** What no snapshot of a work tree holds. */
const ofTheMachine = [
  'device',
  'machine',
  'service',
  'dataset',
  'snapshot',
  'backup',
  'schedule',
].concat(['user', 'virtual-machine', 'key', 'registry', 'log', 'setting'])

const machineRules: readonly Rule[] = [
  {
    code: 'every-process',
    applies: (seen) =>
      local('process')(seen) &&
      grave.has(seen.effect.kind) &&
      (seen.resource.id === '1' || seen.resource.id === '-1' || seen.resource.id === '*'),
    why: 'that ends everything that runs here',
    instead: 'end the one process that you started, by its id',
  },
  {
    code: 'holdpoint',
    applies: ({ effect, resource }) =>
      resource.provider === 'local' &&
      changing.has(effect.kind) &&
      ['process', 'service'].includes(resource.type) &&
      /holdpoint/i.test(resource.id ?? ''),
    why: 'it is what keeps this work in bounds, and an agent does not stop it',
    instead: person,
  },
  {
    code: 'machine',
    applies: (seen) =>
      local(...ofTheMachine)(seen) &&
      seen.effect.kind !== 'escalate' &&
      (grave.has(seen.effect.kind) || (local('device')(seen) && seen.effect.kind === 'write')),
    why: 'it reaches the whole machine',
    instead: person,
  },
  {
    code: 'more-power',
    applies: (seen) => seen.resource.provider === 'local' && seen.effect.kind === 'escalate',
    why: 'what runs there is not seen here, with more power than this work came with',
    instead: `fetch it into a file, read it, and ${person}`,
  },
  {
    code: 'less-protection',
    applies: (seen) =>
      seen.resource.provider === 'local' &&
      seen.effect.kind === 'disarm' &&
      !['work-tree', 'reproducible', 'temporary'].includes(seen.place ?? ''),
    why: 'it takes a protection away',
    instead: person,
  },
]

const remoteRules: readonly Rule[] = [
  remote('destroy', 'nothing here can bring it back'),
  remote('disarm', 'it takes a protection away that others rely on'),
  remote('escalate', 'it gives more power than this work came with'),
]

export const rules: readonly Rule[] = [...guardRules, ...lossRules, ...machineRules, ...remoteRules]
