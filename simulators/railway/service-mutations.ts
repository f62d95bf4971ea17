import { randomBytes } from 'node:crypto'

import * as access from './access.ts'
import type { Context } from './access.ts'
import { deleteService } from './deleting.ts'
import { record } from './environment-config.ts'
import { bucketCredentials } from './queries.ts'
import * as views from './views.ts'
import { newId, now, those, variablesOf } from './world.ts'

type Named = Readonly<{ id: string }>
type Placed = Readonly<{ environmentId: string; serviceId: string }>
type Input<T> = Readonly<{ input: Readonly<T> }>
type Variables = Readonly<{ environmentId: string; serviceId?: string | null }>

export const serviceMutations = {
  serviceCreate,
  /** Without an environment, in all of them. */
  serviceDelete: (
    { id, environmentId }: Named & { readonly environmentId?: string | null },
    context: Context,
  ) => {
    const service = access.service(context, id)
    if (environmentId == null) access.wholeProject(context, service.projectId)
    else access.environment(context, environmentId)
    deleteService(context.world, id, environmentId ?? null)
    return true
  },
  serviceUpdate: (
    { id, input }: Named & { readonly input: { readonly name?: string | null } },
    context: Context,
  ) => {
    const service = access.service(context, id)
    service.name = input.name ?? service.name
    return views.serviceView(service)
  },
  serviceInstanceUpdate,
  serviceInstanceRedeploy: ({ serviceId, environmentId }: Placed, context: Context) => {
    access.serviceInstance(context, serviceId, environmentId)
    deploy(context, { serviceId, environmentId })
    return true
  },
  deploymentRedeploy: ({ id }: Named, context: Context) => {
    const { serviceId, environmentId } = deploymentOf(context, id)
    return views.deploymentView(deploy(context, { serviceId, environmentId }))
  },
  deploymentRestart: ({ id }: Named, context: Context) => {
    deploymentOf(context, id)
    return true
  },
  deploymentRemove: removeDeployment,
  deploymentStop: removeDeployment,
  customDomainCreate,
  customDomainDelete: ({ id }: Named, context: Context) => {
    access.placed(context, context.world.customDomains, id, 'CustomDomain')
    return context.world.customDomains.delete(id)
  },
  customDomainIssueCertificate: ({ id }: Named, context: Context) => {
    access.placed(context, context.world.customDomains, id, 'CustomDomain').verified = true
    return true
  },
  customDomainUpdate: (
    { id, targetPort }: Named & { readonly targetPort?: number | null },
    context: Context,
  ) => {
    const domain = access.placed(context, context.world.customDomains, id, 'CustomDomain')
    domain.targetPort = targetPort ?? null
    return true
  },
  serviceDomainCreate: ({ input }: { input: Placed }, context: Context) => {
    const service = access.service(context, input.serviceId)
    access.serviceInstance(context, input.serviceId, input.environmentId)
    const { projectId, name } = service
    const domain = `${name}-${randomBytes(2).toString('hex')}.up.railway.example`
    const created = { ...input, id: newId(), projectId, domain, targetPort: null }
    context.world.serviceDomains.set(created.id, created)
    return created
  },
  serviceDomainDelete: ({ id }: Named, context: Context) => {
    access.placed(context, context.world.serviceDomains, id, 'ServiceDomain')
    return context.world.serviceDomains.delete(id)
  },
  tcpProxyCreate: (
    { input }: { input: Placed & { readonly applicationPort: number } },
    context: Context,
  ) => {
    access.serviceInstance(context, input.serviceId, input.environmentId)
    const domain = 'shuttle.proxy.rlwy.example'
    const created = { ...input, id: newId(), domain, proxyPort: 31_338 }
    context.world.tcpProxies.set(created.id, created)
    return created
  },
  tcpProxyDelete: ({ id }: Named, context: Context) => {
    access.placed(context, context.world.tcpProxies, id, 'TCPProxy')
    return context.world.tcpProxies.delete(id)
  },
  bucketCreate: (
    { input }: { input: { readonly projectId: string; readonly name?: string | null } },
    context: Context,
  ) => {
    const { id: projectId } = access.wholeProject(context, input.projectId)
    const name = input.name ?? 'bucket'
    const bucket = { id: newId(), projectId, name, secretAccessKey: secret() }
    context.world.buckets.set(bucket.id, bucket)
    return views.bucketView(bucket)
  },
  bucketCredentialsReset: ({ bucketId }: { bucketId: string }, context: Context) => {
    const bucket = context.world.buckets.get(bucketId)
    if (bucket !== undefined) {
      access.wholeProject(context, bucket.projectId)
      bucket.secretAccessKey = secret()
    }
    return bucketCredentials(context, bucketId)
  },
  variableUpsert: (
    { input }: { input: Variables & { readonly name: string; readonly value: string } },
    context: Context,
  ) => {
    variablesFor(context, input).set(input.name, input.value)
    return true
  },
  variableDelete: ({ input }: Input<Variables & { name: string }>, context: Context) => {
    variablesFor(context, input).delete(input.name)
    return true
  },
  /** With `replace`, everything that is not listed goes. */
  variableCollectionUpsert: (
    { input }: { input: Variables & { readonly variables: unknown; readonly replace?: boolean } },
    context: Context,
  ) => {
    const target = variablesFor(context, input)
    if (input.replace === true) target.clear()
    for (const [name, value] of Object.entries(record(input.variables))) {
      target.set(name, String(value))
    }
    return true
  },
}

function secret(): string {
  return randomBytes(20).toString('hex')
}

function variablesFor(context: Context, { environmentId, serviceId }: Variables) {
  access.environment(context, environmentId)
  if (serviceId != null) access.service(context, serviceId)
  return variablesOf(context.world, environmentId, serviceId ?? null)
}

function serviceCreate(
  {
    input,
  }: {
    input: Readonly<{ projectId: string; environmentId?: string | null; name?: string | null }>
  },
  context: Context,
): views.View {
  const { world } = context
  const { id: projectId } = access.project(context, input.projectId)
  const environments =
    input.environmentId == null
      ? those(world.environments, access.belongsTo(access.wholeProject(context, projectId)))
      : [access.environment(context, input.environmentId)]
  const service = { id: newId(), projectId, name: input.name ?? `service-${newId().slice(0, 4)}` }
  world.services.set(service.id, service)
  for (const { id: environmentId } of environments) {
    const placed = { id: newId(), serviceId: service.id, environmentId }
    const blank = { image: null, repo: null, startCommand: null, numReplicas: 1 }
    world.serviceInstances.set(placed.id, { ...placed, ...blank })
  }
  return views.serviceView(service)
}

/** Without an environment, all instances. A start command is code. */
function serviceInstanceUpdate(
  {
    serviceId,
    environmentId,
    input,
  }: {
    serviceId: string
    environmentId?: string | null
    input: Readonly<{ startCommand?: string | null; numReplicas?: number | null }>
  },
  context: Context,
): boolean {
  const { id, projectId } = access.service(context, serviceId)
  if (environmentId == null) access.wholeProject(context, projectId)
  else access.serviceInstance(context, serviceId, environmentId)
  const chosen = those(
    context.world.serviceInstances,
    (each) => each.serviceId === id && each.environmentId === (environmentId ?? each.environmentId),
  )
  for (const instance of chosen) {
    if (input.startCommand !== undefined) instance.startCommand = input.startCommand
    instance.numReplicas = input.numReplicas ?? instance.numReplicas
  }
  return true
}

function customDomainCreate(
  { input }: { input: Placed & { readonly domain: string; readonly targetPort?: number | null } },
  context: Context,
): views.View {
  const { serviceId, environmentId, domain } = input
  access.serviceInstance(context, serviceId, environmentId)
  const { projectId } = access.service(context, serviceId)
  if (those(context.world.customDomains, (each) => each.domain === domain).length > 0) {
    access.refuse('Domain is taken')
  }
  const placed = { id: newId(), projectId, environmentId, serviceId, domain, verified: false }
  const created = { ...placed, targetPort: input.targetPort ?? null }
  context.world.customDomains.set(created.id, created)
  return views.customDomainView(created)
}

function deploymentOf(context: Context, id: string) {
  return access.placed(context, context.world.deployments, id, 'Deployment')
}

function removeDeployment({ id }: Named, context: Context): boolean {
  deploymentOf(context, id).status = 'REMOVED'
  return true
}

function deploy({ world }: Context, { serviceId, environmentId }: Placed) {
  const projectId = world.services.get(serviceId)?.projectId ?? ''
  const placed = { id: newId(), projectId, serviceId, environmentId }
  const deployment = { ...placed, status: 'SUCCESS', createdAt: now(world) } as const
  world.deployments.set(deployment.id, deployment)
  return deployment
}
