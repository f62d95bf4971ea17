// The opaque scalars in which Railway takes whole configurations: EnvironmentConfig, as the CLI's
// `src/controllers/config/environment.rs` writes it (services, volumes, buckets, groups, variables
// by id or name), and RailwayChangeSet version 1 (a list of changes). A member that is not listed,
// or that is not what it should be, is `unknown`: `isDeleted: "true"` is not harmless.
import type { Effect, Undo } from '../../domain/effect.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { Resource } from '../../domain/resource.ts'
import { isValueObject, valueMember } from '../../languages/graphql/value.ts'
import type { Value } from '../../languages/graphql/value.ts'
import { parseStrictJsonText } from '../../languages/json/strict.ts'
import { resourceOf, unknownEffect, valueAt } from './call.ts'
import type { Call, Path, Reading } from './call.ts'
import { readChanges } from './change-set.ts'

/** What one member of a configuration does. */
type Member = (value: Value, place: Place) => readonly Effect[]

interface Place {
  /** `patch.services.…`: for people */
  readonly path: string
  readonly within: Resource['within']
  /** the nearest thing that has an id */
  readonly type: string
  readonly id: string | null
  /** the patch says that it makes the thing: nobody knows its id yet, and nothing was set in it */
  readonly isNew: boolean
}

const effectsMax = 200
const tooMany = unknownEffect(`more than ${effectsMax} changes in one`)

/** The patch at a path, which commits into `environmentId`. */
export function readPatch(path: Path): Reading {
  return (call) => readConfiguration(call, path, environmentConfig)
}

/** A list of changes where it has that shape, else a configuration. */
export function readChangeSet(path: Path): Reading {
  return (call) =>
    readConfiguration(call, path, (value, place) =>
      isValueObject(value) && Object.hasOwn(value, 'changes')
        ? readChanges(value, place.within)
        : environmentConfig(value, place),
    )
}

function readConfiguration(call: Call, path: Path, read: Member): NonEmpty<Effect> {
  const environment = resourceOf(call, 'environment', 'environmentId', {})
  if (typeof environment === 'string') return [unknownEffect(environment)]
  const value = documentOf(valueAt(call, path))
  if (value === undefined || value === null) return [unknownEffect(`\`${path}\` is not there`)]
  const within = environment.id === null ? {} : { environment: environment.id }
  const place = { path, within, type: 'environment', id: environment.id, isNew: false }
  const effects = read(value, place)
  if (effects.length > effectsMax) return [tooMany]
  return [{ kind: 'write', resource: environment, extent: 'some', undo: 'trivial' }, ...effects]
}

/** Some servers take a scalar as text of JSON too. */
function documentOf(value: Value | undefined): Value | undefined {
  if (typeof value !== 'string') return value
  const parsed = parseStrictJsonText(value)
  return parsed.kind === 'parsed' ? parsed.value : value
}

function unlisted(place: Place): readonly Effect[] {
  return [unknownEffect(`\`${place.path}\` holds something that is not in the table`)]
}

function effect(
  kind: 'write' | 'destroy' | 'disarm' | 'escalate',
  { within, type, id, isNew }: Place,
  undo: Undo,
  extent: 'whole' | 'some',
): readonly Effect[] {
  // What is taken away was there: then its id counts, whatever else the patch says of it. That a
  // thing taken from one environment stays in the others is nowhere promised, but for variables.
  const gone = kind === 'destroy' && extent === 'whole' && type !== 'variable'
  const named = isNew && kind !== 'destroy' ? null : id
  const resource = { provider: 'railway', type, id: named, within: gone ? {} : within }
  return [{ kind, resource, extent, undo }]
}

/** Adds nothing to the thing's being written. */
const plain: Member = () => []
const command: Member = (_, place) => effect('escalate', place, 'never', 'some')
const disarming: Member = (_, place) =>
  place.isNew ? [] : effect('disarm', place, 'trivial', 'some')

/** True deletes; only false leaves it alone. */
function deletion(undo: Undo): Member {
  return (value, place) => {
    if (value === true) return effect('destroy', place, undo, 'whole')
    return value === false ? [] : unlisted(place)
  }
}

const creation: Member = (value, place) => (typeof value === 'boolean' ? [] : unlisted(place))

/** An object with these members and no others. */
function members(known: Readonly<Record<string, Member>>): Member {
  return (value, place) => {
    if (!isValueObject(value)) return unlisted(place)
    return Object.entries(value).flatMap(([name, inner]) => {
      const read = Object.hasOwn(known, name) ? known[name] : undefined
      const here = { ...place, path: `${place.path}.${read === undefined ? '…' : name}` }
      return (read ?? ((_, strange) => unlisted(strange)))(inner, here)
    })
  }
}

/** A map by id or name, whose entries are things of their own; null takes an entry away. */
function entries(type: string, undo: { taken: Undo; set: Undo }, each: Member): Member {
  return (value, place) => {
    if (!isValueObject(value)) return unlisted(place)
    if (Object.keys(value).length > effectsMax) return [tooMany]
    return Object.entries(value).flatMap(([id, inner]) => {
      const isNew = isValueObject(inner) && valueMember(inner, 'isCreated') === true
      const here = { ...place, path: `${place.path}.…`, type, id, isNew }
      if (inner === null) return effect('destroy', here, undo.taken, 'whole')
      return [...effect('write', here, undo.set, 'some'), ...each(inner, here)]
    })
  }
}

const things = { taken: 'never', set: 'trivial' } as const
const values = { taken: 'from-safeguard', set: 'never' } as const

/** A part that a null takes away: the thing stays, without it. */
function part(each: Member): Member {
  return (value, place) =>
    value === null ? effect('destroy', place, 'trivial', 'some') : each(value, place)
}

const anything: Member = (value, place) => (isValueObject(value) ? [] : unlisted(place))

const variables = entries('variable', values, anything)

/** Moving data to another place takes it out of service, unless there is none yet. */
const region: Member = (_, place) =>
  place.isNew ? [] : effect('destroy', place, 'trivial', 'some')

/** A port on the internet, where there was none. */
const tcpProxies: Member = (value, place) => {
  if (!isValueObject(value)) return unlisted(place)
  return Object.values(value).flatMap((proxy) =>
    proxy === null
      ? effect('destroy', place, 'trivial', 'some')
      : effect('escalate', place, 'never', 'some'),
  )
}

/** Domains have ids of their own, and here only their names are told. */
const domains: Member = (value, place) => {
  if (!isValueObject(value)) return unlisted(place)
  return Object.values(value).flatMap((domain) => part(anything)(domain, place))
}

const volumeMounts: Member = (value, place) => {
  if (!isValueObject(value)) return unlisted(place)
  const mount = members({ mountPath: plain, backupSchedules: disarming })
  return Object.entries(value).flatMap(([id, inner]) => {
    const here = { ...place, path: `${place.path}.…`, type: 'volume', id }
    return part(mount)(inner, here)
  })
}

const deploy = members({
  cronSchedule: plain,
  drainingSeconds: plain,
  healthcheckPath: plain,
  healthcheckTimeout: plain,
  ipv6EgressEnabled: plain,
  limitOverride: plain,
  multiRegionConfig: plain,
  numReplicas: plain,
  overlapSeconds: plain,
  preDeployCommand: command,
  registryCredentials: plain,
  requiredMountPath: plain,
  restartPolicyMaxRetries: plain,
  restartPolicyType: plain,
  sleepApplication: plain,
  startCommand: command,
})

const build = members({
  buildCommand: command,
  buildEnvironment: plain,
  builder: plain,
  dockerfilePath: plain,
  nixpacksConfigPath: plain,
  nixpacksPlan: command,
  nixpacksVersion: plain,
  railpackVersion: plain,
  watchPatterns: plain,
})

const source = members({
  autoUpdates: plain,
  branch: plain,
  checkSuites: plain,
  commitSha: plain,
  image: plain,
  repo: plain,
  rootDirectory: plain,
  upstreamUrl: plain,
})

const service = members({
  build,
  clusterDisplay: plain,
  clusterRole: plain,
  clusterWiring: plain,
  configFile: plain,
  deploy,
  groupId: plain,
  isCreated: creation,
  isDeleted: deletion('never'),
  networking: members({
    customDomains: domains,
    privateNetworkEndpoint: plain,
    serviceDomains: domains,
    tcpProxies,
  }),
  parentServiceId: plain,
  replicaConfig: plain,
  source: part(source),
  variables,
  volumeMounts,
})

const volume = members({
  alerts: disarming,
  allowOnlineResize: plain,
  isCreated: creation,
  isDeleted: deletion('never'),
  region,
  sizeMB: plain,
})

const bucket = members({
  groupId: plain,
  isCreated: creation,
  isDeleted: deletion('never'),
  region,
})

/** Boxes drawn round services: nothing runs or is kept in them. */
const group = members({
  color: plain,
  groupId: plain,
  icon: plain,
  isCollapsed: plain,
  isCreated: creation,
  isDeleted: creation,
  name: plain,
})

const privateNetwork: Member = (value, place) => {
  if (value === true) return effect('destroy', place, 'trivial', 'some')
  return value === false ? [] : unlisted(place)
}

const environmentConfig = members({
  buckets: entries('bucket', things, bucket),
  groups: (value, place) =>
    isValueObject(value)
      ? Object.values(value).flatMap((each) => (each === null ? [] : group(each, place)))
      : unlisted(place),
  privateNetworkDisabled: privateNetwork,
  services: entries('service', things, service),
  sharedVariables: variables,
  volumes: entries('volume', things, volume),
})
