import { deleteBucket, deleteService, deleteVolumeInstance } from './deleting.ts'
import type { Context } from './access.ts'
import { refuse } from './access.ts'
import type { World } from './world.ts'
import { those, variablesOf } from './world.ts'

// The serialised configuration of an environment, and patches to it: the opaque scalar in which
// deletes hide. Taken: services.<id>.isDeleted, .variables, .deploy.startCommand;
// volumes.<id>.isDeleted; buckets.<id>.isDeleted; sharedVariables. Everything else in a patch is
// accepted and does nothing.

type Json = Readonly<Record<string, unknown>>

export function configOf(world: World, environmentId: string, decrypt: boolean): Json {
  const services: Record<string, unknown> = {}
  const volumes: Record<string, unknown> = {}
  const here = (each: { readonly environmentId: string }) => each.environmentId === environmentId
  const mounts = those(world.volumeInstances, here)
  for (const { serviceId, image, repo, startCommand } of those(world.serviceInstances, here)) {
    const mounted = mounts.filter((mount) => mount.serviceId === serviceId)
    services[serviceId] = {
      source: { image, repo },
      deploy: { startCommand },
      variables: variables(world, environmentId, serviceId, decrypt),
      volumeMounts: Object.fromEntries(
        mounted.map(({ volumeId, mountPath }) => [volumeId, { mountPath }]),
      ),
    }
  }
  for (const { volumeId, sizeMB } of mounts) volumes[volumeId] = { sizeMB, region: 'us-west2' }
  return { services, volumes, sharedVariables: variables(world, environmentId, null, decrypt) }
}

function variables(
  world: World,
  environmentId: string,
  serviceId: string | null,
  decrypt: boolean,
): Json {
  const found = variablesOf(world, environmentId, serviceId)
  const shown = [...found].map(([name, value]) => [name, { value: decrypt ? value : '*****' }])
  return Object.fromEntries(shown) as Json
}

export async function applyPatch(
  context: Context,
  environmentId: string,
  patch: unknown,
): Promise<void> {
  const { world, databases } = context
  const { services, volumes, buckets, sharedVariables } = record(patch)
  for (const [id, change] of Object.entries(record(volumes))) {
    if (!isDeleted(change)) continue
    const [instance] = those(
      world.volumeInstances,
      (each) => each.volumeId === id && each.environmentId === environmentId,
    )
    if (instance === undefined) refuse('Volume not found')
    await deleteVolumeInstance(world, databases, instance.id)
  }
  for (const [id, change] of Object.entries(record(services))) {
    if (isDeleted(change)) deleteService(world, id, environmentId)
    else applyService(world, environmentId, id, record(change))
  }
  for (const [id, change] of Object.entries(record(buckets))) {
    if (isDeleted(change)) deleteBucket(world, id)
  }
  applyVariables(world, environmentId, null, record(sharedVariables))
}

function applyService(world: World, environmentId: string, serviceId: string, change: Json): void {
  const [instance] = those(
    world.serviceInstances,
    (each) => each.serviceId === serviceId && each.environmentId === environmentId,
  )
  if (instance === undefined) refuse('Service not found')
  const { startCommand } = record(change['deploy'])
  if (typeof startCommand === 'string') instance.startCommand = startCommand
  applyVariables(world, environmentId, serviceId, record(change['variables']))
}

function applyVariables(
  world: World,
  environmentId: string,
  serviceId: string | null,
  changes: Json,
): void {
  const target = variablesOf(world, environmentId, serviceId)
  for (const [name, change] of Object.entries(changes)) {
    const { value } = record(change)
    if (change === null) target.delete(name)
    else if (typeof value === 'string') target.set(name, value)
  }
}

function isDeleted(change: unknown): boolean {
  return change === null || record(change)['isDeleted'] === true
}

export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
}
