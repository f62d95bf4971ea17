import { randomBytes, randomUUID } from 'node:crypto'

import * as access from './access.ts'
import type { Context } from './access.ts'
import * as views from './views.ts'
import type { Sandbox, Signal, Token, World } from './world.ts'
import { newId, now, those } from './world.ts'

// Tokens, shells, sandboxes, flags: what mints credentials or runs code.

type There = Readonly<{ environmentId: string; id: string }>
type SignalName = Readonly<{ owner: string; name: string }>
type Input<T> = Readonly<{ input: Readonly<T> }>

export const accountMutations = {
  apiTokenCreate: (
    { input }: { input: Readonly<{ name: string; workspaceId?: string | null }> },
    context: Context,
  ) => {
    access.administrator(context)
    const workspaceId = input.workspaceId ?? null
    if (workspaceId !== null) access.workspace(context, workspaceId)
    const kind = workspaceId === null ? 'account' : 'workspace'
    return mint(context.world, { kind, name: input.name, workspaceId })
  },
  apiTokenDelete: ({ id }: { id: string }, context: Context) => {
    access.administrator(context)
    return forget(context.world, id)
  },
  projectTokenCreate: (
    { input }: { input: Readonly<{ name: string; projectId: string; environmentId: string }> },
    context: Context,
  ) => {
    const { projectId, environmentId, name } = input
    access.wholeProject(context, projectId)
    access.environment(context, environmentId)
    return mint(context.world, { kind: 'project', name, projectId, environmentId })
  },
  projectTokenDelete: ({ id }: { id: string }, context: Context) => {
    access.administrator(context)
    return forget(context.world, id)
  },
  workspaceTwoFactorEnforcementUpdate: (
    { workspaceId, enabled }: { workspaceId: string; enabled: boolean },
    context: Context,
  ) => {
    access.administrator(context)
    access.workspace(context, workspaceId).has2FAEnforcement = enabled
    return true
  },
  /** Five minutes in an instance's shell; the token is simulated, the WebSocket is not. */
  generateShellToken: ({ input }: Input<{ environmentId: string }>, context: Context) => {
    access.environment(context, input.environmentId)
    const expires = Math.floor(Date.parse(now(context.world)) / 1000) + 300
    const claims = Buffer.from(JSON.stringify({ ...input, exp: expires })).toString('base64url')
    return `eyJhbGciOiJFUzI1NiJ9.${claims}.${randomBytes(32).toString('base64url')}`
  },
  sandboxCreate,
  sandboxDestroy: ({ environmentId, id }: There, context: Context) => {
    const sandbox = sandboxIn(context, environmentId, id)
    if (sandbox !== null) sandbox.status = 'DESTROYED'
    return sandbox
  },
  /** Answers as a shell would to `echo`; nothing is run. */
  sandboxExec: ({ environmentId, id, command }: There & { command: string }, context: Context) => {
    if (sandboxIn(context, environmentId, id) === null) access.refuse('Sandbox not found')
    const stdout = command.startsWith('echo ') ? `${command.slice(5)}\n` : ''
    return { exitCode: 0, stdout, stderr: '', timedOut: false, truncated: false }
  },
  sandboxHeartbeat: ({ environmentId, id }: There, context: Context) =>
    sandboxIn(context, environmentId, id),
  sandboxTemplateBuild: ({ environmentId }: { environmentId: string }, context: Context) => {
    access.environment(context, environmentId)
    return { id: newId(), environmentId, status: 'READY' }
  },
  sandboxCheckpointCreate: (
    { environmentId, name, sandboxId }: { environmentId: string; name: string; sandboxId: string },
    context: Context,
  ) => {
    if (sandboxIn(context, environmentId, sandboxId) === null) access.refuse('Sandbox not found')
    const checkpoint = { id: newId(), environmentId, key: name, createdAt: now(context.world) }
    context.world.checkpoints.set(checkpoint.id, checkpoint)
    return checkpoint
  },
  sandboxCheckpointDelete: ({ id }: There, context: Context) => {
    access.placed(context, context.world.checkpoints, id, 'SandboxCheckpoint')
    return context.world.checkpoints.delete(id)
  },
  sandboxCheckpointRename: ({ id, name }: There & { readonly name: string }, context: Context) => {
    const found = access.placed(context, context.world.checkpoints, id, 'SandboxCheckpoint')
    found.key = name
    return found
  },
  signalCreate,
  signalDefaultSet: (
    { input }: { input: SignalName & { readonly default: unknown } },
    context: Context,
  ) => {
    const signal = signalOf(context, input)
    signal.default = input.default
    return changed(signal)
  },
  signalReplace: (
    { input }: { input: SignalName & { readonly default: unknown } },
    context: Context,
  ) => {
    const signal = signalOf(context, input)
    signal.default = input.default
    signal.rules = []
    return changed(signal)
  },
  signalRuleSet: (
    { input }: Input<SignalName & { ruleId: string; expression: unknown; value: unknown }>,
    context: Context,
  ) => {
    const signal = signalOf(context, input)
    const { ruleId: id, expression, value } = input
    signal.rules = [...signal.rules.filter((rule) => !hasId(rule, id)), { id, expression, value }]
    return changed(signal)
  },
  signalRuleUnset: ({ input }: Input<SignalName & { ruleId: string }>, context: Context) => {
    const signal = signalOf(context, input)
    signal.rules = signal.rules.filter((rule) => !hasId(rule, input.ruleId))
    return changed(signal)
  },
  signalDelete: ({ input }: { input: SignalName }, context: Context) => {
    const signal = signalOf(context, input)
    context.world.signals.delete(signal.id)
    return views.signalView(signal)
  },
}

function mint(
  world: World,
  wanted: Pick<Token, 'kind' | 'name'> &
    Partial<Pick<Token, 'workspaceId' | 'projectId' | 'environmentId'>>,
): string {
  const value = randomUUID()
  const places = { workspaceId: null, projectId: null, environmentId: null }
  world.tokens.set(value, { ...places, ...wanted, id: newId(), value, expiresAt: null })
  return value
}

function forget(world: World, id: string): boolean {
  const [found] = those(world.tokens, (token) => token.id === id)
  if (found === undefined) return access.refuse('Token not found')
  return world.tokens.delete(found.value)
}

function sandboxIn(context: Context, environmentId: string, id: string): Sandbox | null {
  access.environment(context, environmentId)
  const found = context.world.sandboxes.get(id)
  return found?.environmentId === environmentId ? found : null
}

function sandboxCreate(
  {
    input,
  }: {
    input: Readonly<{
      environmentId: string
      idleTimeoutMinutes?: number | null
      networkIsolation?: Sandbox['networkIsolation'] | null
      region?: string | null
      sourceSandboxId?: string | null
    }>
  },
  context: Context,
): Sandbox {
  const { environmentId, sourceSandboxId } = input
  access.environment(context, environmentId)
  if (sourceSandboxId != null && sandboxIn(context, environmentId, sourceSandboxId) === null) {
    access.refuse('Sandbox not found')
  }
  const sandbox: Sandbox = {
    id: newId(),
    environmentId,
    region: input.region ?? 'us-west2',
    idleTimeoutMinutes: input.idleTimeoutMinutes ?? null,
    networkIsolation: input.networkIsolation ?? 'ISOLATED',
    createdAt: now(context.world),
    status: 'RUNNING',
  }
  context.world.sandboxes.set(sandbox.id, sandbox)
  return sandbox
}

function signalCreate(
  { input }: Input<Pick<Signal, 'owner' | 'name' | 'type' | 'default'> & { writableBy?: string[] }>,
  context: Context,
): views.View {
  ownerOf(context, input.owner)
  const { owner, name, type } = input
  const signal: Signal = {
    id: newId(),
    owner,
    name,
    type,
    createdAt: now(context.world),
    writableBy: input.writableBy ?? [],
    default: input.default,
    rules: [],
    version: 1,
  }
  context.world.signals.set(signal.id, signal)
  return views.signalView(signal)
}

function signalOf(context: Context, { owner, name }: SignalName): Signal {
  ownerOf(context, owner)
  const [found] = those(context.world.signals, (each) => each.owner === owner && each.name === name)
  return found ?? access.refuse('Signal not found')
}

/** `project:6c1e…` or `workspace:b7e2…` */
function ownerOf(context: Context, owner: string): void {
  const [kind, id = ''] = owner.split(':')
  if (kind === 'project') access.project(context, id)
  else access.workspace(context, id)
}

function changed(signal: Signal): views.View {
  signal.version++
  return views.signalView(signal)
}

function hasId(rule: unknown, id: string): boolean {
  return typeof rule === 'object' && rule !== null && 'id' in rule && rule.id === id
}
