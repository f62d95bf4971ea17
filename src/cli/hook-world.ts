// What the commands of `hook` share: which agent, in which scope, with which client.
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'

import { Fault } from '../domain/fault.ts'
import { hookAgents, isHookAgent } from '../doors/hook/event.ts'
import { buildClient } from '../hooks/client.ts'
import type { ClientKind } from '../hooks/client.ts'
import type { HookWorld } from '../hooks/install.ts'
import { hookPlace, openHookPlace } from '../hooks/place.ts'
import { hookRow } from '../hooks/table.ts'
import type { HookRow, HookScope } from '../hooks/table.ts'
import type { HookSurroundings } from '../main/advice-daemon.ts'
import { need } from './command.ts'
import type { Call, Operand, Option } from './command.ts'

export const agentOperand: Operand = { form: '<agent>', about: hookAgents.join(', ') }

export const scopeOptions: readonly Option[] = [
  { form: '--user', about: 'for everything that you do with this agent; the default' },
  { form: '--project', about: 'for this repository alone' },
]

const versionSeconds = 5

export function rowOf({ given }: Call): HookRow {
  const name = need(given.operand(0), 'the agent')
  if (isHookAgent(name)) return hookRow(name)
  const known = hookAgents.map((one) => `\`${one}\``).join(', ')
  throw new Fault('usage-value', `\`${name.slice(0, 60)}\` is none of ${known}`)
}

export function scopeOf({ given }: Call): HookScope {
  if (given.flag('user') && given.flag('project')) {
    throw new Fault('usage-value', '`--user` and `--project` at once; give one of them')
  }
  return given.flag('project') ? 'project' : 'user'
}

export function hookWorld({ surroundings }: Call, row: HookRow, scope: HookScope): HookWorld {
  const { env, cwd, now } = surroundings
  const home = env['HOME'] ?? homedir()
  const place = hookPlace(home, env)
  return {
    where: { scope, home, project: projectOf(cwd), environment: env },
    place,
    words: {
      client: place.client,
      version: row.name === 'claude-code' ? versionOf(env['PATH']) : null,
    },
    stamp: new Date(now()).toISOString().slice(0, 23).replaceAll(/[:.]/g, '-'),
  }
}

export function makeClient({ surroundings }: Call, { place }: HookWorld): ClientKind {
  const { env, pid, programs } = surroundings
  openHookPlace(place, surroundings.programs.uid)
  const path = env['PATH'] ?? '/usr/bin:/bin'
  const named = (name: string): string | null =>
    path
      .split(':')
      .filter((folder) => folder.startsWith('/'))
      .map((folder) => join(folder, name))
      .find((file) => existsSync(file)) ?? null
  const means = { compiler: named('cc'), curl: named('curl'), node: programs.node, entry }
  return buildClient(place, means, String(pid))
}

const entry = join(import.meta.dirname, 'hook-main.ts')

export function daemonSurroundings({ surroundings }: Call): HookSurroundings {
  const { env, pid, programs } = surroundings
  return {
    ...{ environment: env, home: env['HOME'] ?? homedir(), pid, entry },
    user: surroundings.programs.uid,
    node: programs.node,
  }
}

/** The repository around, or where the person stands. */
function projectOf(cwd: string): string {
  for (let folder = cwd; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder
  }
  return cwd
}

/** `2.1.317 (Claude Code)`; null where it is not there, or takes too long to say. */
function versionOf(path: string | undefined): string | null {
  if (path === undefined) return null
  const options = { timeout: versionSeconds * 1000, encoding: 'utf8', env: { PATH: path } } as const
  const { status, stdout } = spawnSync('claude', ['--version'], options)
  return status === 0 ? (/\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? null) : null
}
