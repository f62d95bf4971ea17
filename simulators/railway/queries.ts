import * as access from './access.ts'
import type { Context } from './access.ts'
import type { PageArguments } from './connection.ts'
import { connection } from './connection.ts'
import * as views from './views.ts'
import type * as words from './world.ts'
import { instanceSchedules } from './volume-mutations.ts'
import { those, variablesOf } from './world.ts'

// A resolver for each field of `Query`. Each asks `access` before it shows anything.

type Places = Readonly<{ environmentId: string; serviceId: string; projectId: string }>
type InProject = PageArguments & Pick<Places, 'projectId'>
type InInstance = Readonly<{ volumeInstanceId: string }>
type Chosen = Readonly<{ [K in keyof Places]?: string | null }>

export const queries = {
  // Railway's own staff only.
  adminVolumeInstancesForVolume: () => access.refuse(access.notAuthorized),
  apiToken,
  apiTokens: (page: PageArguments, context: Context) => {
    access.administrator(context)
    const wanted = those(context.world.tokens, ({ kind }) => kind !== 'project')
    return connection(wanted, page, tokenView)
  },
  bucketS3Credentials: ({ bucketId }: { bucketId: string }, context: Context) => [
    bucketCredentials(context, bucketId),
  ],
  customDomain: ({ id }: { id: string }, context: Context) =>
    views.customDomainView(access.placed(context, context.world.customDomains, id, 'CustomDomain')),
  customDomainAvailable: ({ domain }: { domain: string }, { world }: Context) => {
    const taken = those(world.customDomains, (each) => each.domain === domain).length > 0
    return { available: !taken, message: taken ? 'Domain is taken' : 'Domain is available' }
  },
  deployment: ({ id }: { id: string }, context: Context) =>
    views.deploymentView(access.placed(context, context.world.deployments, id, 'Deployment')),
  deployments,
  domains: ({ serviceId, environmentId }: Places, context: Context) => {
    access.serviceInstance(context, serviceId, environmentId)
    return views.domainsView(context, serviceId, environmentId)
  },
  environment: ({ id }: { id: string }, context: Context) =>
    views.environmentView(access.environment(context, id)),
  environmentStagedChanges: ({ environmentId }: { environmentId: string }, context: Context) => {
    access.environment(context, environmentId)
    return patchView(context, environmentId)
  },
  environments: ({ projectId, ...page }: InProject, context: Context) => {
    const project = access.project(context, projectId)
    const found = those(context.world.environments, (each) => each.projectId === project.id)
    return connection(found, page, views.environmentView)
  },
  externalWorkspaces: (_: unknown, context: Context) => {
    access.person(context)
    return []
  },
  me: (_: unknown, context: Context) => me(context),
  platformStatus: () => ({ isStable: true }),
  project: ({ id }: { id: string }, context: Context) =>
    views.projectView(access.project(context, id)),
  projectToken,
  projectTokens: ({ projectId, ...page }: InProject, context: Context) => {
    access.wholeProject(context, projectId)
    const found = those(context.world.tokens, (each) => each.projectId === projectId)
    return connection(found, page, projectTokenView)
  },
  projects,
  projectsByIds: ({ ids }: { ids: readonly string[] }, context: Context) =>
    ids.map((id) => views.projectView(access.project(context, id))),
  regions: () => regions,
  sandbox: ({ id }: { id: string }, context: Context) => {
    access.anyone(context)
    return context.world.sandboxes.has(id)
      ? access.placed(context, context.world.sandboxes, id, 'Sandbox')
      : null
  },
  sandboxCheckpoints: ({ environmentId }: { environmentId: string }, context: Context) => {
    access.environment(context, environmentId)
    return those(context.world.checkpoints, (each) => each.environmentId === environmentId)
  },
  sandboxTemplateBuild: (input: { environmentId: string; id: string }, context: Context) => {
    access.environment(context, input.environmentId)
    return { ...input, status: 'READY' }
  },
  sandboxes: (
    { environmentId, ...page }: { environmentId: string } & PageArguments,
    context: Context,
  ) => {
    access.environment(context, environmentId)
    const here = those(context.world.sandboxes, (each) => each.environmentId === environmentId)
    return connection(here, page, (sandbox) => sandbox)
  },
  service: ({ id }: { id: string }, context: Context) =>
    views.serviceView(access.service(context, id)),
  serviceInstance: ({ serviceId, environmentId }: Places, context: Context) =>
    views.serviceInstanceView(access.serviceInstance(context, serviceId, environmentId)),
  signal: ({ name, owner }: { name: string; owner?: string | null }, context: Context) => {
    const found = signals(context, owner).find((each) => each.name === name)
    return found === undefined ? null : views.signalView(found)
  },
  signals: ({ owner }: { owner?: string | null }, context: Context) =>
    signals(context, owner).map(views.signalView),
  tcpProxies: ({ serviceId, environmentId }: Places, context: Context) => {
    access.serviceInstance(context, serviceId, environmentId)
    return those(
      context.world.tcpProxies,
      (each) => each.serviceId === serviceId && each.environmentId === environmentId,
    )
  },
  variables,
  variablesForServiceDeployment: variables,
  volumeInstance: ({ id }: { id: string }, context: Context) =>
    views.volumeInstanceView(access.volumeInstance(context, id)),
  volumeInstanceBackupList: ({ volumeInstanceId }: InInstance, context: Context) => {
    const { id, sizeMB } = access.volumeInstance(context, volumeInstanceId)
    return those(context.world.backups, (each) => each.volumeInstanceId === id).map((backup) =>
      views.backupView(backup, sizeMB),
    )
  },
  volumeInstanceBackupScheduleList: ({ volumeInstanceId }: InInstance, context: Context) =>
    instanceSchedules(access.volumeInstance(context, volumeInstanceId)),
  workflowStatus: (_: unknown, context: Context) => {
    access.anyone(context)
    return { status: 'Complete', error: null }
  },
  workspace: ({ workspaceId }: { workspaceId: string }, context: Context) =>
    views.workspaceView(access.workspace(context, workspaceId)),
}

const regions = [
  { country: 'US', location: 'California, USA', id: 'us-west2' },
  { country: 'NL', location: 'Amsterdam', id: 'europe-west4' },
].map((region) => ({ ...region, name: region.id, region: region.id }))

function me(context: Context): views.View {
  const user = access.person(context)
  const workspaces = [...context.world.workspaces.values()].map(views.workspaceView)
  const createdAt = '2025-06-01T09:00:00.000Z'
  return { ...user, createdAt, isAdmin: false, username: 'jer', workspaces }
}

function apiToken(_: unknown, context: Context): views.View {
  const { kind, workspaceId } = access.anyone(context)
  if (kind === 'project') access.refuse(access.notAuthorized)
  const may = ({ id }: words.Workspace) => kind !== 'workspace' || id === workspaceId
  return { workspaces: those(context.world.workspaces, may) }
}

function projectToken(_: unknown, context: Context): views.View {
  const { token } = context.caller
  if (token?.kind !== 'project') return access.refuse(access.noProjectToken)
  return projectTokenView(token)
}

function projectTokenView(token: words.Token): views.View {
  const { projectId, environmentId } = token
  return {
    ...tokenView(token),
    createdAt: '2026-01-01T00:00:00.000Z',
    projectId,
    environmentId,
    project: (_: unknown, context: Context) =>
      views.projectView(access.project(context, projectId ?? '')),
    environment: (_: unknown, context: Context) =>
      views.environmentView(access.environment(context, environmentId ?? '')),
  }
}

function tokenView({ id, name, value, expiresAt, workspaceId }: words.Token): views.View {
  return { id, name, expiresAt, workspaceId, displayToken: `${value.slice(0, 4)}-****` }
}

function projects(
  { workspaceId, ...page }: { workspaceId?: string | null } & PageArguments,
  context: Context,
): unknown {
  access.anyone(context)
  if (workspaceId != null) access.workspace(context, workspaceId)
  const found = those(
    context.world.projects,
    (each) =>
      access.maySee(context, each) && (workspaceId == null || each.workspaceId === workspaceId),
  )
  return connection(found, page, views.projectView)
}

function deployments(
  { input, ...page }: PageArguments & { readonly input: Chosen },
  context: Context,
): unknown {
  access.anyone(context)
  if (input.environmentId != null) access.environment(context, input.environmentId)
  else access.wholeProject(context, input.projectId ?? '')
  const found = those(
    context.world.deployments,
    (each) =>
      (input.projectId == null || each.projectId === input.projectId) &&
      (input.environmentId == null || each.environmentId === input.environmentId) &&
      (input.serviceId == null || each.serviceId === input.serviceId),
  )
  return connection(found, page, views.deploymentView)
}

function variables(
  { environmentId, serviceId }: { environmentId: string; serviceId?: string | null },
  context: Context,
): unknown {
  access.environment(context, environmentId)
  const shared = variablesOf(context.world, environmentId, null)
  const own = serviceId == null ? [] : variablesOf(context.world, environmentId, serviceId)
  return Object.fromEntries([...shared, ...own])
}

function signals(context: Context, owner: string | null | undefined): readonly words.Signal[] {
  const token = access.anyone(context)
  const wanted = owner ?? `project:${token.projectId ?? ''}`
  return those(context.world.signals, (each) => each.owner === wanted)
}

export function bucketCredentials(context: Context, bucketId: string): views.View {
  const bucket = context.world.buckets.get(bucketId)
  if (bucket === undefined) return access.refuse('Bucket not found')
  access.project(context, bucket.projectId)
  return {
    accessKeyId: `key-${bucket.id.slice(0, 8)}`,
    bucketName: bucket.name,
    createdAt: '2026-01-01T00:00:00.000Z',
    endpoint: 'https://storage.railway.example',
    region: 'auto',
    secretAccessKey: bucket.secretAccessKey,
    urlStyle: 'virtual',
  }
}

export function patchView(context: Context, environmentId: string): views.View {
  const time = '2026-04-24T09:00:00.000Z'
  const environment = context.world.environments.get(environmentId)
  return {
    id: `patch-${environmentId}`,
    createdAt: time,
    updatedAt: time,
    environmentId,
    environment: environment === undefined ? null : views.environmentView(environment),
    patch: context.world.stagedPatches.get(environmentId) ?? {},
    status: 'STAGED',
  }
}
