// What scenarios play in: real processes of the simulator and the gate, started as a user starts
// them, and the commands that a script may use.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { root } from '../source-files.ts'
import { createPerson } from './person.ts'
import type { Person } from './person.ts'
import type { Printed, Stage } from './script.ts'

const program = join(root, 'src/cli/main.ts')
const node = ['--disable-warning=ExperimentalWarning']

/** What `holdpoint up --json` prints first, in the staged world. */
export interface Staged {
  readonly agents: string
  readonly console: string
  readonly configuration: string
  readonly certificate: string
  readonly lease: string
  readonly volume: string
  readonly workTree: string
  readonly enrolment: Readonly<{ code: string }>
  readonly simulator: Readonly<{ admin: string; ids: Readonly<Record<string, string>> }>
}

export interface World extends Stage {
  readonly staged: Staged
  readonly person: Person
  readonly process: ChildProcess
  state(): Promise<SimulatorState>
  stop(): Promise<void>
}

export interface SimulatorState {
  readonly volumes: number
  readonly backups: number
  readonly rows: Readonly<Record<string, number>> | null
  readonly mutations: readonly { field: string }[]
}

export interface Run {
  readonly args: readonly string[]
  readonly cwd?: string
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end; never rejects. */
export async function run(command: string, { args, cwd, input, env }: Run): Promise<Printed> {
  const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env } })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input ?? '')
  const [code] = (await once(child, 'close')) as [number | null]
  return {
    stdout: Buffer.concat(out).toString(),
    stderr: Buffer.concat(err).toString(),
    code: code ?? 1,
  }
}

export function holdpoint(
  args: readonly string[],
  options: Omit<Run, 'args'> = {},
): Promise<Printed> {
  return run(process.execPath, { ...options, args: [...node, program, ...args] })
}

/** Starts `holdpoint up` and gives what it printed first. */
export async function up(
  args: readonly string[],
  cwd: string,
): Promise<{ first: unknown; child: ChildProcess }> {
  const child = spawn(process.execPath, [...node, program, 'up', '--json', ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`up ended with ${String(code)}`)),
    ),
  ])) as [string]
  return { first: JSON.parse(line), child }
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

/** The staged world in `folder`, which has no holdpoint.yaml. */
export async function openWorld(folder: string): Promise<World> {
  const { first, child } = await up([], folder)
  const staged = first as Staged
  const person = createPerson(staged.console)
  let enrolled = false

  async function enrolledPerson(): Promise<Person> {
    if (!enrolled) await person.enrol(staged.enrolment.code)
    enrolled = true
    return person
  }

  async function state(): Promise<SimulatorState> {
    return (await (
      await fetch(`${staged.simulator.admin}/_simulator/state`)
    ).json()) as SimulatorState
  }

  const values: Readonly<Record<string, () => string>> = {
    GATE: () => `http://${staged.agents}/railway/graphql/v2`,
    PROXY: () => `http://lease:${staged.lease}@${staged.agents}`,
    BARE_PROXY: () => `http://${staged.agents}`,
    CA: () => staged.certificate,
    LEASE: () => staged.lease,
    VOLUME: () => staged.volume,
    FOUND_TOKEN: () => foundToken(staged.workTree),
    TEST: () => join(root, 'test/scenarios'),
  }

  const commands: Readonly<Record<string, (words: readonly string[]) => Promise<Printed>>> = {
    curl: (args) => run('curl', { args: ['-sS', ...args] }),
    client: ([name = '', ...args]) =>
      run(process.execPath, {
        args: [...node, join(root, 'test/scenarios/clients', name), ...args],
        env: {
          NODE_EXTRA_CA_CERTS: staged.certificate,
          RAILWAY_GRAPHQL_ENDPOINT: `http://${staged.agents}/railway/graphql/v2`,
          RAILWAY_API_TOKEN: staged.lease,
        },
      }),
    holdpoint: (args) => holdpoint(['--config', staged.configuration, ...args]),
    release: async ([hold = '']) => answer('release', hold, ''),
    refuse: async ([hold = '', note = '']) => answer('refuse', hold, note),
    untouched: async () => {
      const { mutations } = await state()
      return printed(mutations.length === 0, JSON.stringify(mutations))
    },
    touched: async ([field = '']) => {
      const { mutations } = await state()
      return printed(
        mutations.some((one) => one.field === field),
        JSON.stringify(mutations),
      )
    },
    ledger: async ([facts = '']) => {
      const told = await factsOf(staged)
      return printed(told.endsWith(facts), told)
    },
    fault: async ([fault = '']) => {
      const sent = await fetch(`${staged.simulator.admin}/_simulator/fault`, {
        method: 'POST',
        body: fault,
      })
      return printed(sent.ok, await sent.text())
    },
  }

  async function answer(how: 'release' | 'refuse', which: string, note: string): Promise<Printed> {
    const someone = await enrolledPerson()
    const hold = which === 'last' ? ((await someone.holds()).at(-1) ?? 'none') : which
    const { status, body } = await someone.answer(hold, how, note)
    return printed(status === 200, body)
  }

  return {
    ...{ staged, person, process: child, state },
    value: (name) => values[name]?.() ?? staged.simulator.ids[name] ?? '',
    run: ([command = '', ...words]) => {
      const known = commands[command]
      return known === undefined
        ? Promise.reject(new Error(`no command \`${command}\``))
        : known(words)
    },
    stop: () => stop(child),
  }
}

function printed(good: boolean, text: string): Printed {
  return { stdout: text, stderr: '', code: good ? 0 : 1 }
}

function foundToken(workTree: string): string {
  const text = readFileSync(join(workTree, 'scripts/domains/.env'), 'utf8')
  return /^RAILWAY_API_TOKEN=(\S+)$/m.exec(text)?.[1] ?? ''
}

interface LoggedEntry {
  readonly fact: Readonly<{
    kind: string
    /** whole where it was decided, an id where it is spoken of */
    decision?: string | Readonly<{ verdict: Readonly<{ kind: string }> }>
    settlement?: Readonly<{ kind: string }>
    safeguard?: string
    outcome?: Readonly<{ kind: string }>
    reason?: string
  }>
}

/**
 * `decided hold, held, settled released, claimed, guarded independent-backup, sent, ended
 * succeeded`
 */
async function factsOf({ configuration }: Staged): Promise<string> {
  const log = await holdpoint([
    '--config',
    configuration,
    'log',
    '--json',
    '--since',
    '0',
    '--no-follow',
  ])
  return log.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as LoggedEntry).fact)
    .filter(({ kind }) => kind !== 'discovering')
    .map(({ kind, decision, settlement, safeguard, outcome, reason }) => {
      const detail =
        (typeof decision === 'object' ? decision.verdict.kind : undefined) ??
        settlement?.kind ??
        safeguard ??
        outcome?.kind ??
        reason
      return detail === undefined ? kind : `${kind} ${detail}`
    })
    .join(', ')
}
