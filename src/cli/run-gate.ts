// The gate of a run: the one that runs, or one in this process for as long as the run lasts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { connectControl } from '../api/control-client.ts'
import type { Control, GateReport } from '../api/control.ts'
import { controlSocketPath } from '../api/control-wire.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { parseAddress } from '../configuration/address.ts'
import { Fault } from '../domain/fault.ts'
import { helpHost } from '../doors/http/destination.ts'
import type { Address } from '../sandbox/doors.ts'
import type { Doors } from '../sandbox/confine.ts'
import type { Call } from './command.ts'
import { openingOf } from './session.ts'

export interface RunGate {
  readonly control: Control
  readonly report: GateReport
  /** PEM of the authority that its leaves are signed by */
  readonly authority: string
  stop(): Promise<void>
}

export async function gateForRun(call: Call, configuration: Configuration): Promise<RunGate> {
  const running = await connectControl(controlSocketPath(configuration.state))
  const started = running === null ? await startHere(call, configuration) : null
  const control = running ?? started?.control
  const stop = async (): Promise<void> => started?.stop()
  try {
    if (control === undefined) throw new Fault('bug', 'a gate that was started has a control')
    const { gate: report, killed } = await control.status({})
    if (report === null) throw new Fault('no-gate', 'the gate does not say where its doors are')
    if (killed.some(({ agent }) => agent === null)) {
      throw new Fault('run-killed', 'every agent is stopped; `holdpoint lift-kill` lifts that')
    }
    const authority = readFileSync(join(configuration.state, 'ca', 'ca.pem'), 'utf8')
    return { control, report, authority, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startHere(call: Call, configuration: Configuration) {
  const { startGate } = await call.world()
  const gate = await startGate(configuration, await openingOf(call, configuration, { vault: true }))
  const { gate: report } = await gate.control.status({})
  call.output.aside(`holdpoint: started a gate for this run; people: ${report?.console ?? ''}`)
  return gate
}

/** The doors as the sandbox needs to know them. */
export function doorsOf(
  { report }: RunGate,
  configuration: Configuration,
  egress: readonly string[],
): Doors {
  const governed = report.upstreams.flatMap(({ hosts }) => hosts)
  const exact = egress.filter((host) => !host.startsWith('*'))
  const [first] = report.databases ?? []
  return {
    http: addressOf(report.agents),
    postgres: report.postgres === undefined ? null : addressOf(report.postgres),
    hosts: [...new Set([helpHost, ...governed, ...exact])],
    databases: configuration.databases
      .map(({ host, port }) => ({ host, port }))
      .filter(({ host }) => !/^[\d.]+$|:|^localhost$/.test(host))
      .filter(({ host, port }, at, all) => {
        return all.findIndex((one) => one.host === host && one.port === port) === at
      }),
    providers: [...new Set(configuration.upstreams.map(({ provider }) => provider))],
    database: first === undefined ? null : { server: first.name, database: first.database },
  }
}

/** A door that listens everywhere is reached on this machine's own address. */
function addressOf(text: string): Address {
  const { host, port } = parseAddress(text)
  if (host === '0.0.0.0') return { host: '127.0.0.1', port }
  return { host: host === '::' ? '::1' : host, port }
}
