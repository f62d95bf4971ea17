import { randomUUID } from 'node:crypto'

/** legacy: deleted is gone at once; delayed: deleted is marked, and gone 48 hours later. */
export type DeleteMode = 'legacy' | 'delayed'

export const graceHours = 48

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly has2FA: boolean
}

export interface Workspace {
  readonly id: string
  readonly name: string
  has2FAEnforcement: boolean
}

export interface Project {
  readonly id: string
  readonly workspaceId: string
  name: string
  deletedAt: string | null
}

export interface Environment {
  readonly id: string
  readonly projectId: string
  name: string
  readonly isEphemeral: boolean
  deletedAt: string | null
}

export interface Service {
  readonly id: string
  readonly projectId: string
  name: string
}

export interface ServiceInstance {
  readonly id: string
  readonly serviceId: string
  readonly environmentId: string
  image: string | null
  repo: string | null
  startCommand: string | null
  numReplicas: number
}

export interface Volume {
  readonly id: string
  readonly projectId: string
  name: string
}

export interface VolumeInstance {
  readonly id: string
  readonly volumeId: string
  readonly environmentId: string
  serviceId: string | null
  mountPath: string
  sizeMB: number
  deletedAt: string | null
  schedules: readonly ScheduleKind[]
}

export type ScheduleKind = 'DAILY' | 'WEEKLY' | 'MONTHLY'

export interface Backup {
  readonly id: string
  readonly volumeInstanceId: string
  readonly name: string
  readonly createdAt: string
  locked: boolean
  /** what a restore brings back, by table */
  readonly rows: RowCounts
}

export interface RowCounts {
  readonly customers: number
  readonly bookings: number
  readonly payments: number
}

export interface CustomDomain {
  readonly id: string
  readonly projectId: string
  readonly environmentId: string
  readonly serviceId: string
  readonly domain: string
  targetPort: number | null
  verified: boolean
}

export interface ServiceDomain {
  readonly id: string
  readonly projectId: string
  readonly environmentId: string
  readonly serviceId: string
  readonly domain: string
  readonly targetPort: number | null
}

export interface TcpProxy {
  readonly id: string
  readonly environmentId: string
  readonly serviceId: string
  readonly domain: string
  readonly proxyPort: number
  readonly applicationPort: number
}

export interface Deployment {
  readonly id: string
  readonly projectId: string
  readonly environmentId: string
  readonly serviceId: string
  status: 'SUCCESS' | 'REMOVED' | 'DEPLOYING'
  readonly createdAt: string
}

export interface Bucket {
  readonly id: string
  readonly projectId: string
  readonly name: string
  secretAccessKey: string
}

export interface Sandbox {
  readonly id: string
  readonly environmentId: string
  readonly region: string
  readonly idleTimeoutMinutes: number | null
  readonly networkIsolation: 'ISOLATED' | 'PRIVATE'
  readonly createdAt: string
  status: 'RUNNING' | 'DESTROYED'
}

export interface SandboxCheckpoint {
  readonly id: string
  readonly environmentId: string
  readonly createdAt: string
  key: string
}

export interface Signal {
  readonly id: string
  readonly name: string
  readonly owner: string
  readonly type: 'bool' | 'json' | 'number' | 'string'
  readonly createdAt: string
  readonly writableBy: readonly string[]
  default: unknown
  rules: readonly unknown[]
  version: number
}

export type TokenKind = 'account' | 'workspace' | 'project' | 'oauth'

export interface Token {
  readonly id: string
  readonly kind: TokenKind
  readonly name: string
  readonly value: string
  /** workspace tokens: the one; project tokens: null */
  readonly workspaceId: string | null
  readonly projectId: string | null
  readonly environmentId: string | null
  readonly expiresAt: string | null
}

/** Everything that exists. One mutable value; requests are executed one mutation at a time. */
export interface World {
  readonly mode: DeleteMode
  readonly user: User
  readonly workspaces: Map<string, Workspace>
  readonly projects: Map<string, Project>
  readonly environments: Map<string, Environment>
  readonly services: Map<string, Service>
  readonly serviceInstances: Map<string, ServiceInstance>
  readonly volumes: Map<string, Volume>
  readonly volumeInstances: Map<string, VolumeInstance>
  readonly backups: Map<string, Backup>
  readonly customDomains: Map<string, CustomDomain>
  readonly serviceDomains: Map<string, ServiceDomain>
  readonly tcpProxies: Map<string, TcpProxy>
  readonly deployments: Map<string, Deployment>
  readonly buckets: Map<string, Bucket>
  /** by environment and service, `shared` for none */
  readonly variables: Map<string, Map<string, string>>
  readonly stagedPatches: Map<string, Record<string, unknown>>
  readonly sandboxes: Map<string, Sandbox>
  readonly checkpoints: Map<string, SandboxCheckpoint>
  readonly signals: Map<string, Signal>
  /** by value */
  readonly tokens: Map<string, Token>
  /** milliseconds by which this world runs ahead of the wall clock */
  aheadMilliseconds: number
}

export function emptyWorld(mode: DeleteMode, user: User): World {
  return {
    mode,
    user,
    workspaces: new Map(),
    projects: new Map(),
    environments: new Map(),
    services: new Map(),
    serviceInstances: new Map(),
    volumes: new Map(),
    volumeInstances: new Map(),
    backups: new Map(),
    customDomains: new Map(),
    serviceDomains: new Map(),
    tcpProxies: new Map(),
    deployments: new Map(),
    buckets: new Map(),
    variables: new Map(),
    stagedPatches: new Map(),
    sandboxes: new Map(),
    checkpoints: new Map(),
    signals: new Map(),
    tokens: new Map(),
    aheadMilliseconds: 0,
  }
}

export function now(world: World): string {
  return new Date(Date.now() + world.aheadMilliseconds).toISOString()
}

export function newId(): string {
  return randomUUID()
}

/** Values of a map that satisfy, in the order in which they were put. */
export function those<T>(map: ReadonlyMap<string, T>, wanted: (item: T) => boolean): readonly T[] {
  return [...map.values()].filter(wanted)
}

export function variablesOf(
  world: World,
  environmentId: string,
  serviceId: string | null,
): Map<string, string> {
  const key = `${environmentId}/${serviceId ?? 'shared'}`
  let found = world.variables.get(key)
  if (found === undefined) {
    found = new Map()
    world.variables.set(key, found)
  }
  return found
}
