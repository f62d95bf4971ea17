// The advice of a run: the desk outside, its socket and its client inside, and how this agent is
// told to ask it.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { serveHookSocket } from '../doors/hook/serve.ts'
import { isHookAgent } from '../doors/hook/event.ts'
import type { AdvisedNote } from '../doors/hook/parts.ts'
import { buildClient } from '../hooks/client.ts'
import { withElements } from '../hooks/json-edit.ts'
import { hookPlace } from '../hooks/place.ts'
import { hookRow } from '../hooks/table.ts'
import type { OneRun } from '../hooks/table.ts'
import { createAdviceDesk, installedCode } from '../main/advice.ts'
import type { AgentRow } from '../sandbox/agents.ts'
import type { Extra } from '../sandbox/confine.ts'
import { putShims } from '../sandbox/shims.ts'
import type { Shims } from '../sandbox/shims.ts'
import { openSnapshots, snapshotsFolder } from '../snapshots/open.ts'
import type { Snapshot, Snapshots } from '../snapshots/snapshots.ts'
import { whyStart } from '../snapshots/snapshots.ts'
import { createClock } from '../system/clock.ts'
import type { Call } from './command.ts'
import { openKeeper } from './run-keeper.ts'
import type { Keeper } from './run-keeper.ts'

export interface RunHooks {
  readonly extra: Extra
  /** what was kept of the work tree at the start; null where nothing could be */
  readonly start: Snapshot | null
  /** how many were taken meanwhile */
  taken(): Promise<number>
  /** how many more should have been, and could not */
  missed(): number
  close(): Promise<void>
}

interface HookOptions {
  readonly call: Call
  readonly agent: AgentRow
  readonly command: readonly string[]
  readonly home: string
  readonly workTree: string
  readonly stateHome: string
  /** a folder outside, and where the agent sees it */
  readonly own: string
  readonly inside: string
  readonly confined: boolean
  readonly governed: readonly string[]
  readonly record: (note: Omit<AdvisedNote, 'agent' | 'digest'>) => Promise<void>
}

export async function openRunHooks(options: HookOptions): Promise<RunHooks> {
  const { call, home, workTree, own, governed, confined } = options
  const { env } = call.surroundings
  const snapshots = await openTree(options)
  const start = await takeFirst(call, snapshots)
  const desk = createAdviceDesk({
    ...{ home, environment: env, workTree, governed, confined },
    ...{ sessions: null, record: options.record, tag: 'run' },
    snapshots: () => Promise.resolve(start === null ? null : snapshots),
  })
  const { version } = installedCode()
  const socket = await serveHookSocket({
    ...{ desk, version, path: join(own, 'hook.sock'), stale: () => false },
    ...{ idleSeconds: null, tag: 'new' },
  })
  putClient(options)
  const shims = confined && start !== null && snapshots !== null ? shimsFor(options) : null
  const keeper =
    shims === null || snapshots === null ? null : await keeperFor(options, snapshots, shims)
  return {
    start,
    extra: { ...extraFor(options), path: shims === null ? [] : [shims.path] },
    missed: () => keeper?.missed() ?? 0,
    async taken() {
      const all = (await snapshots?.list().catch(() => null)) ?? []
      const at = all.findIndex(({ id }) => id === start?.id)
      return at === -1 ? 0 : at
    },
    async close() {
      await socket.close()
      await keeper?.close()
      await snapshots?.close()
    },
  }
}

async function openTree({ call, workTree }: HookOptions): Promise<Snapshots | null> {
  const { env } = call.surroundings
  try {
    return await openSnapshots({
      ...{ workTree, folder: snapshotsFolder(env), clock: createClock(null) },
      searchPath: env['PATH'] ?? '/usr/bin:/bin',
    })
  } catch (error) {
    call.output.aside(`holdpoint: files here cannot be taken back: ${why(error)}`)
    return null
  }
}

async function takeFirst(call: Call, snapshots: Snapshots | null): Promise<Snapshot | null> {
  if (snapshots === null) return null
  try {
    return await snapshots.take(whyStart)
  } catch (error) {
    call.output.aside(`holdpoint: files here cannot be taken back: ${why(error)}`)
    return null
  }
}

function why(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Made once for this machine and version, and copied: inside, nothing is shared with outside. */
function putClient({ call, stateHome, home, own }: HookOptions): void {
  const { env, programs } = call.surroundings
  const folder = join(stateHome, 'run')
  const place = {
    ...hookPlace(home, env),
    client: join(folder, `client-${installedCode().version}`),
  }
  if (!existsSync(place.client)) {
    const path = env['PATH'] ?? '/usr/bin:/bin'
    const entry = join(import.meta.dirname, 'hook-main.ts')
    const compiler = programNamed('cc', path)
    const means = { compiler, curl: programNamed('curl', path), node: programs.node, entry }
    buildClient(place, means, 'new')
  }
  copyFileSync(place.client, join(own, 'client'))
}

/** Programs that destroy ask first, of whatever started them: a script knows of no hook. */
function shimsFor({ call, stateHome, own, inside }: HookOptions): Shims | null {
  const compiler = programNamed('cc', call.surroundings.env['PATH'] ?? '/usr/bin:/bin')
  const shims = putShims({ cache: join(stateHome, 'run'), own, inside, compiler })
  if (shims === null) {
    call.output.aside(
      'holdpoint: there is no C compiler: what a script destroys is kept as of the start alone',
    )
  }
  return shims
}

async function keeperFor(
  { call, home, workTree, governed, record }: HookOptions,
  snapshots: Snapshots,
  { socket }: Shims,
): Promise<Keeper> {
  // Of the sandbox: nothing there outlives the run.
  const temporary = ['/tmp', '/var/tmp']
  const { env } = call.surroundings
  const { createHookReading } = await import('../main/advice-reading.ts')
  return openKeeper({
    path: socket,
    around: { home, temporary, workTree, governed, snapshots: true, confined: true },
    read: createHookReading({ home, temporary, environment: env }),
    take: (why) => snapshots.take(why),
    record: ({ text, effect, snapshot }) =>
      record({ verdict: 'pass', codes: [], effect: effect ?? 'unknown', snapshot, text }),
    milliseconds: () => call.surroundings.now(),
  })
}

function programNamed(name: string, path: string): string | null {
  const files = path.split(':').map((folder) => join(folder, name))
  return files.find((file) => file.startsWith('/usr/') && existsSync(file)) ?? null
}

function extraFor({ call, agent, command, own, home, inside }: HookOptions): Omit<Extra, 'path'> {
  const told: OneRun = isHookAgent(agent.name)
    ? hookRow(agent.name).run({ client: `${inside}/client`, version: null }, inside)
    : { args: [], environment: {}, files: [], overlays: [] }
  for (const { path, text } of told.files) {
    const outside = join(own, path.slice(inside.length))
    mkdirSync(dirname(outside), { recursive: true })
    writeFileSync(outside, text)
  }
  const [program = '', ...args] = command
  const words = { client: `${inside}/client`, version: null }
  const overlays = told.overlays.map(({ path, row: { form } }, at) => {
    const file = path.replace(/^~/, home)
    const there = existsSync(file) ? readFileSync(file, 'utf8') : null
    const by = join(own, `settings-${at}`)
    const text =
      form.kind === 'whole'
        ? form.text(words)
        : withElements(there ?? form.fresh, form.edits(words))
    writeFileSync(by, text)
    return { path: file, by }
  })
  // Hooks that are installed for good ask by the client at its usual place.
  const installed = hookPlace(home, call.surroundings.env).client
  return {
    environment: { HOLDPOINT_HOOK_SOCKET: `${inside}/hook.sock`, ...told.environment },
    command: [program, ...told.args, ...args],
    overlays: existsSync(installed)
      ? [...overlays, { path: installed, by: join(own, 'client') }]
      : overlays,
  }
}
