import { GraphQLError } from 'graphql'

import type { Databases } from './databases.ts'
import * as words from './world.ts'

/** What a resolver is given: the world, and on whose behalf it acts. */
export interface Context {
  readonly world: words.World
  readonly databases: Databases
  readonly caller: Caller
}

/** header: where the token was; a project token counts only in a header of its own. */
export interface Caller {
  readonly header: 'authorization' | 'project-access-token' | null
  readonly token: words.Token | null
}

export const notAuthorized = 'Not Authorized'
export const noProjectToken = 'Project Token not found'
export const wantsTwoFactor = 'Two Factor Authentication Required'

export function refuse(message: string): never {
  throw new GraphQLError(message, { extensions: { code: 'INTERNAL_SERVER_ERROR' } })
}

/** Which token it is. Railway tells a wrong project token apart, and no other. */
export function identify(
  world: words.World,
  authorization: string | undefined,
  projectAccessToken: string | undefined,
): Caller {
  if (projectAccessToken !== undefined) {
    const token = alive(world, projectAccessToken)
    const fits = token?.kind === 'project'
    return { header: 'project-access-token', token: fits ? token : null }
  }
  const value = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
  if (value === undefined) return { header: null, token: null }
  const token = alive(world, value)
  return { header: 'authorization', token: token?.kind === 'project' ? null : token }
}

function alive(world: words.World, value: string): words.Token | null {
  const token = world.tokens.get(value)
  if (token === undefined) return null
  return token.expiresAt !== null && token.expiresAt <= words.now(world) ? null : token
}

export function anyone({ caller }: Context): words.Token {
  if (caller.token !== null) return caller.token
  return refuse(caller.header === 'project-access-token' ? noProjectToken : notAuthorized)
}

/** A person, by an account token or OAuth; workspace and project tokens are nobody. */
export function person(context: Context): words.User {
  const { kind } = anyone(context)
  return kind === 'account' || kind === 'oauth' ? context.world.user : refuse(notAuthorized)
}

/** Full account tokens only: minting and the like. */
export function administrator(context: Context): words.User {
  return anyone(context).kind === 'account' ? context.world.user : refuse(notAuthorized)
}

export function workspace(context: Context, id: string): words.Workspace {
  const token = anyone(context)
  const found = context.world.workspaces.get(id)
  if (found === undefined || token.kind === 'project') return refuse(notAuthorized)
  if (token.kind === 'workspace' && token.workspaceId !== id) return refuse(notAuthorized)
  // Tokens made for programs pass without a second factor; a person's session does not.
  if (token.kind === 'oauth' && found.has2FAEnforcement && !context.world.user.has2FA) {
    return refuse(wantsTwoFactor)
  }
  return found
}

export function maySee({ world, caller }: Context, project: words.Project): boolean {
  const { token } = caller
  if (token === null) return false
  if (token.kind === 'project') return token.projectId === project.id
  if (token.kind === 'workspace') return token.workspaceId === project.workspaceId
  return world.workspaces.has(project.workspaceId)
}

/** A project, to look at. */
export function project(context: Context, id: string): words.Project {
  const token = anyone(context)
  const found = context.world.projects.get(id)
  if (found === undefined) return refuse('Project not found')
  if (!maySee(context, found)) return refuse(notAuthorized)
  if (token.kind !== 'project') workspace(context, found.workspaceId)
  return found
}

/** All of a project, to change: a project token is for one environment of it. */
export function wholeProject(context: Context, id: string): words.Project {
  const found = project(context, id)
  return anyone(context).kind === 'project' ? refuse(notAuthorized) : found
}

export function mayEnter({ caller }: Context, environmentId: string): boolean {
  return caller.token?.kind !== 'project' || caller.token.environmentId === environmentId
}

export function environment(context: Context, id: string): words.Environment {
  anyone(context)
  const found = context.world.environments.get(id)
  if (found === undefined) return refuse('Environment not found')
  project(context, found.projectId)
  return mayEnter(context, id) ? found : refuse(notAuthorized)
}

export function service(context: Context, id: string): words.Service {
  anyone(context)
  const found = context.world.services.get(id)
  if (found === undefined) return refuse('Service not found')
  project(context, found.projectId)
  return found
}

export function serviceInstance(
  context: Context,
  serviceId: string,
  environmentId: string,
): words.ServiceInstance {
  service(context, serviceId)
  environment(context, environmentId)
  return (
    words.those(
      context.world.serviceInstances,
      (each) => each.serviceId === serviceId && each.environmentId === environmentId,
    )[0] ?? refuse('ServiceInstance not found')
  )
}

/** A volume, to change in all its environments: whoever does must reach every one. */
export function volume(context: Context, id: string): words.Volume {
  anyone(context)
  const found = context.world.volumes.get(id)
  if (found === undefined) return refuse('Volume not found')
  project(context, found.projectId)
  for (const { environmentId } of instancesOf(context.world, id)) {
    environment(context, environmentId)
  }
  return found
}

export function volumeInstance(context: Context, id: string): words.VolumeInstance {
  anyone(context)
  const found = context.world.volumeInstances.get(id)
  if (found === undefined) return refuse('VolumeInstance not found')
  environment(context, found.environmentId)
  return found
}

export function belongsTo({ id }: words.Project): (thing: { projectId: string }) => boolean {
  return ({ projectId }) => projectId === id
}

export function instancesOf(world: words.World, volumeId: string): readonly words.VolumeInstance[] {
  return words.those(world.volumeInstances, (instance) => instance.volumeId === volumeId)
}

/** Anything that is in one environment. */
export function placed<T extends { readonly environmentId: string }>(
  context: Context,
  things: ReadonlyMap<string, T>,
  id: string,
  name: string,
): T {
  anyone(context)
  const found = things.get(id)
  if (found === undefined) return refuse(`${name} not found`)
  environment(context, found.environmentId)
  return found
}
