import * as access from './access.ts'
import type { Context } from './access.ts'
import { deleteVolume } from './deleting.ts'
import * as views from './views.ts'
import type { Backup, RowCounts, ScheduleKind, VolumeInstance } from './world.ts'
import { newId, now, those } from './world.ts'

type BackupArguments = Readonly<{ volumeInstanceId: string; volumeInstanceBackupId: string }>

export const volumeMutations = {
  volumeCreate,
  /** In every environment, with every backup. Nothing in the request says which those are. */
  volumeDelete: async ({ volumeId }: { volumeId: string }, context: Context) => {
    access.volume(context, volumeId)
    await deleteVolume(context.world, context.databases, volumeId)
    return true
  },
  volumeUpdate: (
    { volumeId, input }: { volumeId: string; input: { name?: string | null } },
    context: Context,
  ) => {
    const volume = access.volume(context, volumeId)
    volume.name = input.name ?? volume.name
    return views.volumeView(volume)
  },
  volumeInstanceUpdate,
  volumeInstanceBackupCreate: async (
    { volumeInstanceId, name }: { volumeInstanceId: string; name?: string | null },
    context: Context,
  ) => {
    const { world, databases } = context
    access.volumeInstance(context, volumeInstanceId)
    const id = newId()
    const createdAt = now(world)
    const rows = (await databases.rows()) ?? noRows
    const label = name ?? `manual-${createdAt}`
    world.backups.set(id, { id, volumeInstanceId, name: label, createdAt, locked: false, rows })
    return workflow(id)
  },
  volumeInstanceBackupDelete: (wanted: BackupArguments, context: Context) => {
    const backup = backupOf(context, wanted)
    if (backup.locked) access.refuse('Backup is locked')
    context.world.backups.delete(backup.id)
    return workflow(backup.id)
  },
  volumeInstanceBackupLock: (wanted: BackupArguments, context: Context) => {
    backupOf(context, wanted).locked = true
    return true
  },
  volumeInstanceBackupRestore: async (wanted: BackupArguments, context: Context) => {
    const { world, databases } = context
    const backup = backupOf(context, wanted)
    // Restoring one removes the newer ones.
    const newer = those(
      world.backups,
      (each) =>
        each.volumeInstanceId === backup.volumeInstanceId && each.createdAt > backup.createdAt,
    )
    for (const { id } of newer) world.backups.delete(id)
    await databases.restore(backup.volumeInstanceId, backup.rows)
    return workflow(backup.id)
  },
  volumeInstanceBackupScheduleUpdate: (
    { volumeInstanceId, kinds }: { volumeInstanceId: string; kinds: readonly ScheduleKind[] },
    context: Context,
  ) => {
    access.volumeInstance(context, volumeInstanceId).schedules = [...new Set(kinds)]
    return true
  },
}

const noRows: RowCounts = { customers: 0, bookings: 0, payments: 0 }

function workflow(id: string): views.View {
  return { workflowId: `workflow-${id}` }
}

function volumeCreate(
  {
    input,
  }: {
    input: Readonly<{
      projectId: string
      environmentId?: string | null
      serviceId?: string | null
      mountPath: string
    }>
  },
  context: Context,
): views.View {
  const { world } = context
  const { projectId, mountPath } = input
  const serviceId = input.serviceId ?? null
  const project = access.project(context, projectId)
  if (serviceId !== null) access.service(context, serviceId)
  const environments =
    input.environmentId == null
      ? those(world.environments, access.belongsTo(access.wholeProject(context, projectId)))
      : [access.environment(context, input.environmentId)]
  const volume = { id: newId(), projectId: project.id, name: `volume-${newId().slice(0, 4)}` }
  world.volumes.set(volume.id, volume)
  for (const { id: environmentId } of environments) {
    const placed = { id: newId(), volumeId: volume.id, environmentId, serviceId, mountPath }
    const blank = { sizeMB: 5000, deletedAt: null, schedules: [] }
    world.volumeInstances.set(placed.id, { ...placed, ...blank })
  }
  return views.volumeView(volume)
}

/** Without an environment, all instances. */
function volumeInstanceUpdate(
  {
    volumeId,
    environmentId,
    input,
  }: {
    volumeId: string
    environmentId?: string | null
    input: Readonly<{ mountPath?: string | null; serviceId?: string | null }>
  },
  context: Context,
): boolean {
  const found = access.instancesOf(context.world, volumeId)
  const where = environmentId ?? null
  const wanted = (each: VolumeInstance) => where === null || each.environmentId === where
  const chosen = found.filter(wanted)
  if (chosen.length === 0) access.refuse('VolumeInstance not found')
  for (const { id } of chosen) {
    const instance = access.volumeInstance(context, id)
    instance.mountPath = input.mountPath ?? instance.mountPath
    if (input.serviceId !== undefined) instance.serviceId = input.serviceId
  }
  return true
}

function backupOf(
  context: Context,
  { volumeInstanceId, volumeInstanceBackupId }: BackupArguments,
): Backup {
  access.volumeInstance(context, volumeInstanceId)
  const backup = context.world.backups.get(volumeInstanceBackupId)
  if (backup?.volumeInstanceId !== volumeInstanceId) return access.refuse('Backup not found')
  return backup
}

export function instanceSchedules({ id, schedules }: VolumeInstance): readonly views.View[] {
  return schedules.map((kind) => ({
    id: `${id}-${kind}`,
    kind,
    name: kind.toLowerCase(),
    createdAt: '2025-06-01T09:00:00.000Z',
    cron: { DAILY: '0 3 * * *', WEEKLY: '0 3 * * 0', MONTHLY: '0 3 1 * *' }[kind],
    retentionSeconds: { DAILY: 6, WEEKLY: 27, MONTHLY: 89 }[kind] * 86_400,
  }))
}
