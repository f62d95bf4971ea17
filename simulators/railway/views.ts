import { hash } from 'node:crypto'

import * as access from './access.ts'
import type { Context } from './access.ts'
import type { Connection, PageArguments } from './connection.ts'
import { connection } from './connection.ts'
import { configOf } from './environment-config.ts'
import type * as words from './world.ts'
import { those } from './world.ts'

// What the schema's types show of the world's records. Members that are functions are resolvers:
// they run only when they are asked for.

export type View = Readonly<Record<string, unknown>>

const born = '2025-06-01T09:00:00.000Z'
const dates = { createdAt: born, updatedAt: born }

type Paged = (page: PageArguments, context: Context) => Connection<View>

function list<I extends { readonly id: string }>(
  items: (context: Context) => readonly I[],
  view: (item: I) => View,
): Paged {
  return (page, context) => connection(items(context), page, view)
}

export function workspaceView(workspace: words.Workspace): View {
  const projects = (context: Context) =>
    those(context.world.projects, ({ workspaceId }) => workspaceId === workspace.id)
  return {
    ...dates,
    ...workspace,
    projectCount: (_: unknown, context: Context) => projects(context).length,
    projects: list(projects, projectView),
  }
}

export function projectView(project: words.Project): View {
  const mine = ({ projectId }: { readonly projectId: string }) => projectId === project.id
  return {
    ...dates,
    ...project,
    description: null,
    isPublic: false,
    prDeploys: false,
    baseEnvironmentId: null,
    primaryEnvironmentId: null,
    workspace: (_: unknown, context: Context) =>
      workspaceView(access.workspace(context, project.workspaceId)),
    buckets: list(({ world }) => those(world.buckets, mine), bucketView),
    environments: (page: PageArguments & { isEphemeral?: boolean | null }, context: Context) =>
      connection(
        those(
          context.world.environments,
          (each) =>
            mine(each) && (page.isEphemeral == null || page.isEphemeral === each.isEphemeral),
        ),
        page,
        environmentView,
      ),
    services: list(({ world }) => those(world.services, mine), serviceView),
    volumes: list(({ world }) => those(world.volumes, mine), volumeView),
  }
}

export function environmentView(environment: words.Environment): View {
  const here = (context: Context) => {
    access.environment(context, environment.id)
    return ({ environmentId }: { readonly environmentId: string }) =>
      environmentId === environment.id
  }
  return {
    ...dates,
    ...environment,
    canAccess: (_: unknown, context: Context) => access.mayEnter(context, environment.id),
    config: ({ decryptVariables }: { decryptVariables?: boolean | null }, context: Context) => {
      here(context)
      return configOf(context.world, environment.id, decryptVariables === true)
    },
    configEtag: (_: unknown, context: Context) =>
      hash('sha256', JSON.stringify(configOf(context.world, environment.id, true))).slice(0, 24),
    sourceEnvironment: null,
    unmergedChangesCount: (_: unknown, { world }: Context) =>
      Object.keys(world.stagedPatches.get(environment.id) ?? {}).length,
    deployments: list((context) => those(context.world.deployments, here(context)), deploymentView),
    serviceInstances: list(
      (context) => those(context.world.serviceInstances, here(context)),
      serviceInstanceView,
    ),
    volumeInstances: list(
      (context) => those(context.world.volumeInstances, here(context)),
      volumeInstanceView,
    ),
  }
}

export function serviceView(service: words.Service): View {
  return {
    ...dates,
    ...service,
    deletedAt: null,
    icon: null,
    project: (_: unknown, context: Context) =>
      projectView(access.project(context, service.projectId)),
    serviceInstances: list(
      (context) =>
        those(
          context.world.serviceInstances,
          (each) => each.serviceId === service.id && access.mayEnter(context, each.environmentId),
        ),
      serviceInstanceView,
    ),
  }
}

export function serviceInstanceView(instance: words.ServiceInstance): View {
  const { environmentId, serviceId, image, repo } = instance
  const deployments = ({ world }: Context) =>
    those(
      world.deployments,
      (each) =>
        each.serviceId === serviceId &&
        each.environmentId === environmentId &&
        each.status !== 'REMOVED',
    )
  return {
    ...dates,
    ...instance,
    deletedAt: null,
    cronSchedule: null,
    isUpdatable: true,
    region: 'us-west2',
    source: { image, repo },
    activeDeployments: (_: unknown, context: Context) => deployments(context).map(deploymentView),
    latestDeployment: (_: unknown, context: Context) => {
      const latest = deployments(context).at(-1)
      return latest === undefined ? null : deploymentView(latest)
    },
    domains: (_: unknown, context: Context) => domainsView(context, serviceId, environmentId),
    service: (_: unknown, context: Context) => serviceView(access.service(context, serviceId)),
    serviceName: (_: unknown, context: Context) => access.service(context, serviceId).name,
  }
}

export function domainsView(context: Context, serviceId: string, environmentId: string): View {
  const here = (each: { readonly serviceId: string; readonly environmentId: string }) =>
    each.serviceId === serviceId && each.environmentId === environmentId
  return {
    customDomains: those(context.world.customDomains, here).map(customDomainView),
    serviceDomains: those(context.world.serviceDomains, here).map((domain) => ({
      ...dates,
      ...domain,
      deletedAt: null,
    })),
  }
}

export function customDomainView(domain: words.CustomDomain): View {
  const certificateStatus = domain.verified
    ? 'CERTIFICATE_STATUS_TYPE_VALID'
    : 'CERTIFICATE_STATUS_TYPE_ISSUING'
  const status = { certificateStatus, verified: domain.verified }
  return { ...dates, ...domain, deletedAt: null, status }
}

export function volumeView(volume: words.Volume): View {
  return {
    ...dates,
    ...volume,
    project: (_: unknown, context: Context) =>
      projectView(access.project(context, volume.projectId)),
    volumeInstances: list(
      (context) =>
        access
          .instancesOf(context.world, volume.id)
          .filter(({ environmentId }) => access.mayEnter(context, environmentId)),
      volumeInstanceView,
    ),
  }
}

export function volumeInstanceView(instance: words.VolumeInstance): View {
  const { deletedAt, environmentId, serviceId, volumeId } = instance
  return {
    ...dates,
    ...instance,
    currentSizeMB: Math.round(instance.sizeMB * 0.4),
    externalId: `vol_${instance.id.slice(0, 8)}`,
    isPendingDeletion: deletedAt !== null,
    region: 'us-west2',
    state: deletedAt === null ? 'READY' : 'DELETING',
    environment: (_: unknown, context: Context) =>
      environmentView(access.environment(context, environmentId)),
    service: (_: unknown, context: Context) =>
      serviceId === null ? null : serviceView(access.service(context, serviceId)),
    volume: (_: unknown, { world }: Context) => {
      const volume = world.volumes.get(volumeId)
      return volume === undefined ? null : volumeView(volume)
    },
  }
}

export function backupView(backup: words.Backup, sizeMB: number): View {
  return {
    id: backup.id,
    name: backup.name,
    createdAt: backup.createdAt,
    creatorId: null,
    expiresAt: null,
    externalId: `bak_${backup.id.slice(0, 8)}`,
    referencedMB: Math.round(sizeMB * 0.4),
    scheduleId: null,
    usedMB: Math.round(sizeMB * 0.1),
    volumeInstanceSizeMB: sizeMB,
  }
}

export function deploymentView(deployment: words.Deployment): View {
  const isStopped = deployment.status === 'REMOVED'
  const may = { canRedeploy: true, canRollback: false, deploymentStopped: isStopped }
  return { ...deployment, ...may, updatedAt: deployment.createdAt }
}

export function bucketView({ id, projectId, name }: words.Bucket): View {
  return { ...dates, id, projectId, name }
}

export function signalView(signal: words.Signal): View {
  return { ...signal, createdBy: null, updatedAt: signal.createdAt }
}
