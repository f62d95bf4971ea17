import * as access from './access.ts'
import type { Context } from './access.ts'
import { deleteEnvironment, removeProject, scheduleProject } from './deleting.ts'
import { applyPatch, record } from './environment-config.ts'
import { patchView } from './queries.ts'
import * as views from './views.ts'
import type { Environment } from './world.ts'
import { newId, those, variablesOf } from './world.ts'

type Named = Readonly<{ id: string }>
type Patched = Readonly<{ environmentId: string }>

export const environmentMutations = {
  environmentCreate,
  environmentDelete: async ({ id }: Named, context: Context) => {
    const { projectId } = access.environment(context, id)
    access.wholeProject(context, projectId)
    await deleteEnvironment(context.world, context.databases, id)
    return true
  },
  environmentRename: (
    { id, input }: Named & { readonly input: { readonly name: string } },
    context: Context,
  ) => {
    const environment = access.environment(context, id)
    environment.name = input.name
    return views.environmentView(environment)
  },
  environmentPatchCommit: async (
    { environmentId, patch }: Patched & { readonly patch?: unknown },
    context: Context,
  ) => {
    access.environment(context, environmentId)
    await applyPatch(context, environmentId, patch)
    return newId()
  },
  environmentStageChanges: (
    { environmentId, input, merge }: Patched & Readonly<{ input: unknown; merge?: boolean }>,
    context: Context,
  ) => {
    access.environment(context, environmentId)
    const before = merge === true ? (context.world.stagedPatches.get(environmentId) ?? {}) : {}
    context.world.stagedPatches.set(environmentId, mergeDeep(before, record(input)))
    return patchView(context, environmentId)
  },
  environmentPatchCommitStaged: async ({ environmentId }: Patched, context: Context) => {
    access.environment(context, environmentId)
    const staged = context.world.stagedPatches.get(environmentId)
    if (staged === undefined) access.refuse('No changes to commit')
    context.world.stagedPatches.delete(environmentId)
    await applyPatch(context, environmentId, staged)
    return newId()
  },
  environmentApplyChangeSet,
  projectDelete: async ({ id }: Named, context: Context) => {
    access.wholeProject(context, id)
    if (context.world.mode === 'delayed') scheduleProject(context.world, id)
    else await removeProject(context.world, context.databases, id)
    return true
  },
  projectScheduleDelete: ({ id }: Named, context: Context) => {
    access.wholeProject(context, id)
    scheduleProject(context.world, id)
    return true
  },
  projectScheduleDeleteCancel: ({ id }: Named, context: Context) => {
    access.wholeProject(context, id).deletedAt = null
    return true
  },
  /** Skips the grace period, in both modes. */
  projectScheduleDeleteForce: async ({ id }: Named, context: Context) => {
    access.wholeProject(context, id)
    await removeProject(context.world, context.databases, id)
    return true
  },
  projectUpdate: (
    { id, input }: Named & { readonly input: { readonly name?: string | null } },
    context: Context,
  ) => {
    const project = access.wholeProject(context, id)
    project.name = input.name ?? project.name
    return views.projectView(project)
  },
}

function environmentCreate(
  {
    input,
  }: {
    input: Readonly<{
      name: string
      projectId: string
      ephemeral?: boolean | null
      sourceEnvironmentId?: string | null
    }>
  },
  context: Context,
): views.View {
  const { id: projectId } = access.wholeProject(context, input.projectId)
  const isEphemeral = input.ephemeral === true
  const environment = { id: newId(), projectId, name: input.name, isEphemeral, deletedAt: null }
  context.world.environments.set(environment.id, environment)
  if (input.sourceEnvironmentId != null) {
    copyServices(context, access.environment(context, input.sourceEnvironmentId), environment.id)
  }
  return views.environmentView(environment)
}

/** A copy gets services and variables of its own, and an empty instance of every volume. */
function copyServices({ world }: Context, source: Environment, environmentId: string): void {
  const there = (each: { readonly environmentId: string }) => each.environmentId === source.id
  for (const instance of those(world.serviceInstances, there)) {
    const id = newId()
    world.serviceInstances.set(id, { ...instance, id, environmentId })
    const copied = variablesOf(world, environmentId, instance.serviceId)
    for (const [name, value] of variablesOf(world, source.id, instance.serviceId)) {
      copied.set(name, value)
    }
  }
  for (const instance of those(world.volumeInstances, there)) {
    const id = newId()
    world.volumeInstances.set(id, { ...instance, id, environmentId, schedules: [] })
  }
}

/** The shape is inferred: `{ changes: [{ type: 'volume.delete', id }] }`, or a patch. */
async function environmentApplyChangeSet(
  { environmentId, input }: Patched & { readonly input: unknown },
  context: Context,
): Promise<views.View> {
  access.environment(context, environmentId)
  const { changes, patch } = record(input)
  const list = Array.isArray(changes) ? changes.map(record) : []
  for (const { type, id } of list) {
    const [kind = '', verb] = typeof type === 'string' ? type.split('.') : []
    if (verb !== 'delete' || typeof id !== 'string') continue
    await applyPatch(context, environmentId, { [`${kind}s`]: { [id]: { isDeleted: true } } })
  }
  await applyPatch(context, environmentId, patch ?? input)
  const applied = list.map(({ id }) => ({ id: String(id), status: 'applied' }))
  return { id: newId(), changes: applied, diagnostics: [], status: 'applied' }
}

function mergeDeep(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...before }
  for (const [key, value] of Object.entries(after)) {
    const old = record(merged[key])
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    merged[key] = isObject ? mergeDeep(old, record(value)) : value
  }
  return merged
}
