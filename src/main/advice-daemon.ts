import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

import { Fault } from '../domain/fault.ts'
import { eventBytesMax } from '../doors/hook/desk.ts'
import type { HookDesk } from '../doors/hook/desk.ts'
import type { HookAnswer } from '../doors/hook/event.ts'
import { serveHookSocket } from '../doors/hook/serve.ts'
import { askDaemon, daemonVersion, stopDaemon } from '../hooks/ask.ts'
import { checkHookFolder, hookPlace, isOwnSocket, openHookPlace } from '../hooks/place.ts'
import type { HookPlace } from '../hooks/place.ts'
import { createAdviceDesk, installedCode } from './advice.ts'
import { openWorkTreeSnapshots } from './advice-snapshots.ts'

export interface HookSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly user: number | null
  readonly pid: number
  /** what starts a daemon */
  readonly node: string
  readonly entry: string
}

const idleSeconds = 1_800
const askSeconds = 20

/** Answers one event: by the daemon where one answers, by itself otherwise; then starts one. */
export async function answerOne(
  surroundings: HookSurroundings,
  agent: string,
  stdin: Readable,
): Promise<HookAnswer> {
  const { environment, user, home } = surroundings
  const event = await readEvent(stdin)
  const given = environment['HOLDPOINT_HOOK_SOCKET']
  if (given !== undefined && given !== '') {
    const answer = isOwnSocket(given, user)
      ? await askDaemon(given, agent, event, askSeconds)
      : null
    if (answer !== null) return answer
    throw new Fault('hook-socket', 'nobody answers at HOLDPOINT_HOOK_SOCKET')
  }
  const place = hookPlace(home, environment)
  openHookPlace(place, user)
  if (isOwnSocket(place.socket, user)) {
    const answer = await askDaemon(place.socket, agent, event, askSeconds)
    if (answer !== null) return answer
  }
  startDaemon(surroundings, place)
  return deskAt(surroundings, place).answer(agent, event)
}

/** Detached, and without what the agent's environment holds beside. */
function startDaemon({ environment, node, entry }: HookSurroundings, place: HookPlace): void {
  const names = ['HOME', 'PATH', 'LANG', 'TMPDIR', 'USER', 'XDG_STATE_HOME'] as const
  const env = Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const own = { ...env, NODE_COMPILE_CACHE: place.compiled }
  const options = { cwd: place.folder, detached: true, stdio: 'ignore', env: own } as const
  // It waits most of its life: little is made, and less need be kept ready.
  const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1']
  const daemon = spawn(node, [...flags, entry, 'daemon'], options)
  // It is a help, not a need: whoever asks next answers by itself again.
  daemon.on('error', () => undefined)
  daemon.unref()
}

/** Resolves when it has ended: nobody asked for a while, or a newer one took over. */
export async function runDaemon(surroundings: HookSurroundings): Promise<void> {
  const { home, environment, user, pid } = surroundings
  const place = hookPlace(home, environment)
  openHookPlace(place, user)
  checkHookFolder(place.folder, user)
  const { version, stale } = installedCode()
  const running = isOwnSocket(place.socket, user) ? await daemonVersion(place.socket) : null
  if (running === version) return
  if (running !== null) await stopDaemon(place.socket)
  const desk = deskAt(surroundings, place)
  const socket = await serveHookSocket({
    ...{ desk, version, stale, idleSeconds },
    path: place.socket,
    tag: String(pid),
  })
  await socket.ended
}

function deskAt({ home, environment, pid }: HookSurroundings, place: HookPlace): HookDesk {
  return createAdviceDesk({
    ...{ home, environment },
    sessions: place.sessions,
    workTree: null,
    confined: false,
    governed: [],
    snapshots: openWorkTreeSnapshots(home, environment),
    record: null,
    tag: String(pid),
  })
}

async function readEvent(stdin: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > eventBytesMax) throw new Fault('hook-too-large', 'there is too much of it')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
