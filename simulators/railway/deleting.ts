import type { Databases } from './databases.ts'
import type { World } from './world.ts'
import { graceHours, now, those } from './world.ts'

// What goes with what. In delayed mode volumes, environments and projects are marked first and go
// when their time has come; whatever else is deleted is gone at once in both modes.

export async function deleteVolume(
  world: World,
  databases: Databases,
  volumeId: string,
): Promise<void> {
  const instances = those(world.volumeInstances, (each) => each.volumeId === volumeId)
  for (const instance of instances) await deleteVolumeInstance(world, databases, instance.id)
  if (world.mode === 'legacy') world.volumes.delete(volumeId)
}

/** Its backups hang off it, and go with it. */
export async function deleteVolumeInstance(
  world: World,
  databases: Databases,
  id: string,
): Promise<void> {
  const instance = world.volumeInstances.get(id)
  if (instance === undefined) return
  if (world.mode === 'delayed') instance.deletedAt ??= graceEnd(world)
  else await removeVolumeInstance(world, databases, id)
}

async function removeVolumeInstance(world: World, databases: Databases, id: string): Promise<void> {
  const volumeId = world.volumeInstances.get(id)?.volumeId ?? ''
  world.volumeInstances.delete(id)
  drop(world.backups, (backup) => backup.volumeInstanceId === id)
  const isLast = those(world.volumeInstances, (each) => each.volumeId === volumeId).length === 0
  if (isLast) world.volumes.delete(volumeId)
  await databases.destroy(id)
}

export function deleteService(world: World, id: string, environmentId: string | null): void {
  const there = (each: { readonly environmentId: string; readonly serviceId: string | null }) =>
    each.serviceId === id && (environmentId === null || each.environmentId === environmentId)
  // A service's volumes stay, mounted nowhere.
  for (const instance of those(world.volumeInstances, there)) instance.serviceId = null
  drop(world.serviceInstances, there)
  drop(world.deployments, there)
  drop(world.customDomains, there)
  drop(world.serviceDomains, there)
  drop(world.tcpProxies, there)
  for (const key of [...world.variables.keys()]) {
    const [where, service] = key.split('/')
    if (service === id && (environmentId === null || where === environmentId)) {
      world.variables.delete(key)
    }
  }
  if (those(world.serviceInstances, (each) => each.serviceId === id).length === 0) {
    world.services.delete(id)
  }
}

export async function deleteEnvironment(
  world: World,
  databases: Databases,
  id: string,
): Promise<void> {
  const environment = world.environments.get(id)
  if (environment === undefined) return
  if (world.mode === 'delayed') {
    environment.deletedAt ??= graceEnd(world)
    return
  }
  await removeEnvironment(world, databases, id)
}

async function removeEnvironment(world: World, databases: Databases, id: string): Promise<void> {
  const there = (each: { readonly environmentId: string }) => each.environmentId === id
  for (const instance of those(world.volumeInstances, there)) {
    await removeVolumeInstance(world, databases, instance.id)
  }
  for (const { serviceId } of those(world.serviceInstances, there)) {
    deleteService(world, serviceId, id)
  }
  drop(world.sandboxes, there)
  drop(world.checkpoints, there)
  for (const key of [...world.variables.keys()]) {
    if (key.startsWith(`${id}/`)) world.variables.delete(key)
  }
  world.stagedPatches.delete(id)
  world.environments.delete(id)
}

/** At once, whatever the mode: this is what `projectScheduleDeleteForce` does. */
export async function removeProject(world: World, databases: Databases, id: string): Promise<void> {
  const mine = (each: { readonly projectId: string }) => each.projectId === id
  for (const environment of those(world.environments, mine)) {
    await removeEnvironment(world, databases, environment.id)
  }
  drop(world.volumes, mine)
  drop(world.services, mine)
  drop(world.buckets, mine)
  world.projects.delete(id)
}

export function scheduleProject(world: World, id: string): void {
  const project = world.projects.get(id)
  if (project !== undefined) project.deletedAt ??= graceEnd(world)
}

export function deleteBucket(world: World, id: string): void {
  world.buckets.delete(id)
}

/** Takes away everything whose grace period is over. */
export async function purge(world: World, databases: Databases): Promise<void> {
  const time = now(world)
  const due = ({ deletedAt }: { readonly deletedAt: string | null }) =>
    deletedAt !== null && deletedAt <= time
  for (const { id } of those(world.projects, due)) await removeProject(world, databases, id)
  for (const { id } of those(world.environments, due)) await removeEnvironment(world, databases, id)
  for (const { id } of those(world.volumeInstances, due)) {
    await removeVolumeInstance(world, databases, id)
  }
}

function graceEnd(world: World): string {
  return new Date(Date.parse(now(world)) + graceHours * 3_600_000).toISOString()
}

function drop<T>(map: Map<string, T>, doomed: (item: T) => boolean): void {
  for (const [key, item] of [...map]) if (doomed(item)) map.delete(key)
}
