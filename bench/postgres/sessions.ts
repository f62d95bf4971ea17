// What a session costs: to open, and to keep open without anything going on in it.
import { execFileSync } from 'node:child_process'

import { median } from '../median.ts'
import { connectTo } from './guarded.ts'
import type { DatabaseTarget, GateTarget } from './targets.ts'

export interface OpeningCost {
  readonly target: string
  /** medians in milliseconds */
  readonly open: number
  /** open, and have a first answer */
  readonly openAndAsk: number
  readonly times: number
}

export async function measureOpening(
  targets: readonly DatabaseTarget[],
  times: number,
): Promise<readonly OpeningCost[]> {
  const taken = new Map(targets.map((target) => [target, { open: [0], ask: [0] }]))
  for (const one of taken.values()) one.open.length = one.ask.length = 0
  for (let i = -3; i < times; i++) {
    for (const [target, { open, ask }] of taken) {
      const start = performance.now()
      const client = await connectTo(target, 'bench')
      const opened = performance.now()
      await client.query('SELECT abalance FROM pgbench_accounts WHERE aid = $1', [i + 4])
      const asked = performance.now()
      await client.end()
      if (i < 0) continue
      open.push(opened - start)
      ask.push(asked - start)
    }
  }
  return [...taken].map(([target, { open, ask }]) => ({
    ...{ target: target.name, times },
    ...{ open: median(open), openAndAsk: median(ask) },
  }))
}

export interface IdleCost {
  readonly sessions: number
  /** of the gate's resident memory, in kilobytes */
  readonly before: number
  readonly after: number
}

/** Each session has asked one thing, as an idle client has. */
export async function measureIdle(gate: GateTarget, sessions: number): Promise<IdleCost> {
  const before = await settledMemory(gate.pid)
  const clients = []
  for (let i = 0; i < sessions; i++) {
    const client = await connectTo(gate, 'bench')
    await client.query('SELECT abalance FROM pgbench_accounts WHERE aid = $1', [i + 1])
    clients.push(client)
  }
  const after = await settledMemory(gate.pid)
  await Promise.all(clients.map((client) => client.end()))
  return { sessions, before, after }
}

async function settledMemory(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 1500))
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim())
}
