import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import type { Fault } from './faults.ts'
import type { Ready, State } from './simulator.ts'
import type { DeleteMode } from './world.ts'

export type { Fault as SimulatorFault } from './faults.ts'
export type { State as SimulatorState } from './simulator.ts'

export interface RailwaySimulatorOptions {
  /** `legacy` if not said */
  readonly mode?: DeleteMode
  /** whether a real PostgreSQL lives in the production volume; true if not said */
  readonly postgres?: boolean
  /** where volumes are kept; a temporary folder if not said */
  readonly folder?: string
  /** where to write the work tree of the scene */
  readonly sceneFolder?: string
  /** requests in an hour before it answers 429; no limit if not said */
  readonly rateLimit?: number
}

/** A simulator in a process of its own. */
export interface RailwaySimulator extends Ready {
  state(): Promise<State>
  /** Back to the scene; tokens, ids and addresses stay. */
  reset(): Promise<void>
  /** What goes wrong with the next answer. */
  fault(fault: Fault): Promise<void>
  /** Moves its clock on, so that grace periods end. */
  advance(seconds: number): Promise<void>
  /** its process, for those who want to kill it */
  readonly pid: number
  stop(): Promise<void>
}

const readyMilliseconds = 60_000
const stopMilliseconds = 10_000

export async function startRailwaySimulator(
  options: RailwaySimulatorOptions = {},
): Promise<RailwaySimulator> {
  const own = options.folder === undefined ? mkdtempSync(join(tmpdir(), 'railway-')) : null
  const child = spawn(process.execPath, argumentsFor(options, options.folder ?? own ?? ''), {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  // Its standard input ends with ours, however we end: then it ends too.
  child.stdin.on('error', () => undefined)

  async function stop(): Promise<void> {
    child.stdin.end()
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMilliseconds)
    if (child.exitCode === null && child.signalCode === null) await ended
    clearTimeout(timer)
    if (own !== null) rmSync(own, { recursive: true, force: true })
  }

  try {
    const ready = await firstLine(child.stdout, ended)
    return { ...ready, ...speakTo(ready.admin), pid: child.pid ?? 0, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function argumentsFor(options: RailwaySimulatorOptions, folder: string): readonly string[] {
  const { mode = 'legacy', postgres = true, sceneFolder, rateLimit } = options
  return [
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'main.ts'),
    ...['--mode', mode, '--folder', folder],
    ...(sceneFolder === undefined ? [] : ['--scene-folder', sceneFolder]),
    ...(rateLimit === undefined ? [] : ['--rate-limit', String(rateLimit)]),
    ...(postgres ? [] : ['--no-postgres']),
  ]
}

async function firstLine(stdout: NodeJS.ReadableStream, ended: Promise<unknown[]>): Promise<Ready> {
  const lines = createInterface({ input: stdout })
  const late = AbortSignal.timeout(readyMilliseconds)
  const line = await Promise.race([
    once(lines, 'line', { signal: late }).then(([text]) => String(text)),
    ended.then(([code]) => {
      throw new Error(`the simulator ended with ${String(code)} before it was ready`)
    }),
  ])
  return JSON.parse(line) as Ready
}

function speakTo(admin: string): Pick<RailwaySimulator, 'state' | 'reset' | 'fault' | 'advance'> {
  async function ask(method: string, verb: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const answer = await fetch(`${admin}/_simulator/${verb}`, init)
    const said: unknown = await answer.json()
    if (!answer.ok) throw new Error(`simulator: ${JSON.stringify(said)}`)
    return said
  }
  const tell = async (verb: string, body?: unknown): Promise<void> => {
    await ask('POST', verb, body)
  }
  return {
    state: async () => (await ask('GET', 'state')) as State,
    reset: () => tell('reset'),
    fault: (fault) => tell('fault', fault),
    advance: (seconds) => tell('advance', { seconds }),
  }
}
