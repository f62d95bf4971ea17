// What scenarios play in: real processes of the simulator and the gate, started as a user starts
// them, and the commands that a script may use.
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { root } from '../source-files.ts'
import { ledgerWords } from './ledger-words.ts'
import { createAnswering, createPerson } from './person.ts'
import type { Person } from './person.ts'
import { holdpoint, node, printed, run, stop, up } from './processes.ts'
import type { Printed, Stage } from './script.ts'

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

/** The staged world in `folder`, which has no holdpoint.yaml. */
export async function openWorld(folder: string): Promise<World> {
  const { first, child } = await up([], folder)
  const staged = first as Staged
  const person = createPerson(staged.console)
  const answering = createAnswering(person, staged.enrolment.code)

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
    release: async ([hold = '']) => answering.answer('release', hold, ''),
    allow: async ([minutes = '']) => answering.allow(Number(minutes)),
    refuse: async ([hold = '', note = '']) => answering.answer('refuse', hold, note),
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
      const told = await ledgerWords(staged.configuration, ['discovering'])
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

function foundToken(workTree: string): string {
  const text = readFileSync(join(workTree, 'scripts/domains/.env'), 'utf8')
  return /^RAILWAY_API_TOKEN=(\S+)$/m.exec(text)?.[1] ?? ''
}
