// A run without bubblewrap: leases in the environment and hooks, and on macOS the sandbox of the
// system. What is then no longer true is said before anything starts.
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import type { AgentRow } from '../sandbox/agents.ts'
import type { Doors, Extra, Running } from '../sandbox/confine.ts'
import { environmentFor } from '../sandbox/environment.ts'
import { seatbeltCommand } from '../sandbox/seatbelt.ts'
import { bundleOf, trustStoresHere } from '../sandbox/system.ts'
import type { Call } from './command.ts'
import { wrap } from './output.ts'

export interface OpenWanted {
  readonly call: Call
  readonly agent: AgentRow
  readonly doors: Doors
  readonly lease: string
  readonly authority: string
  readonly folder: string
  readonly hidden: readonly string[]
  readonly place: Readonly<{ home: string; cwd: string; workTree: string }>
}

export interface OpenWay {
  readonly own: string
  start(extra: Extra): Promise<Running>
}

const noLonger = [
  'it can read every file that you can: credentials in your home, the vault of the gate included',
  'it can reach every host, database and process that you can, without the gate knowing',
  'it can change what runs later as you: hooks, settings, shell profiles',
  'only programs that heed the proxy variables, and hooks that the agent calls, come to the gate',
]

export function warnOpen({ output }: Call): void {
  output.aside(output.paint('red', 'NOT SANDBOXED. What Holdpoint promises does not hold here:'))
  for (const one of noLonger) {
    for (const line of wrap(`  - ${one}`, output.width, '    ')) {
      output.aside(output.paint('red', line))
    }
  }
}

export function warnSeatbelt({ output }: Call): void {
  const says =
    'on macOS this sandbox is sandbox-exec, which has been TESTED BY NOBODY here: ' +
    'programs that know of no proxy reach nothing, and files are hidden by path alone'
  for (const line of wrap(`holdpoint: ${says}`, output.width, '  ')) output.aside(line)
}

export function openWay(wanted: OpenWanted, seatbelt: boolean): OpenWay {
  const { call, agent, doors, lease, authority, folder, place } = wanted
  const { env } = call.surroundings
  const own = join(folder, 'inside')
  mkdirSync(own, { mode: 0o700 })
  const files = { certificate: join(own, 'ca.pem'), bundle: join(own, 'bundle.pem') }
  writeFileSync(files.certificate, authority)
  writeFileSync(files.bundle, bundleOf(authority, trustStoresHere()))
  const { variables } = environmentFor({
    given: env,
    ...{ own: agent.variables, set: { ...agent.set }, lease, ...files },
    proxy: `${doors.http.host}:${doors.http.port}`,
    providers: doors.providers,
    database:
      doors.postgres === null || doors.database === null
        ? null
        : { ...doors.database, ...doors.postgres },
    path: env['PATH'] ?? '/usr/bin:/bin',
    runtimeFolder: env['XDG_RUNTIME_DIR'] ?? own,
  })
  return {
    own,
    async start(extra) {
      const [program = '', ...args] = extra.command ?? []
      const command = seatbelt
        ? ['/bin/sh', '-c', await seatbeltCommand(seatbeltWanted(wanted, [program, ...args]))]
        : [program, ...args]
      return spawned(command, place.cwd, { ...variables, ...extra.environment })
    },
  }
}

function seatbeltWanted({ place, agent, hidden, doors }: OpenWanted, command: readonly string[]) {
  const kept = [...agent.kept, ...agent.shown, ...agent.copied]
  return { command, ...place, kept, hidden, proxyPort: doors.http.port }
}

async function spawned(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) =>
      reject(new Fault('run-no-program', `\`${program}\` could not be started: ${error.message}`)),
    )
  })
  return {
    signal: (signal) => void child.kill(signal),
    ended: new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
      })
    }),
    close: () => void child.kill('SIGKILL'),
  }
}
