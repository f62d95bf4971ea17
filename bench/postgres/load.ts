import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { DatabaseTarget } from './targets.ts'
import { debianPrograms } from './targets.ts'

export const protocols = ['simple', 'extended', 'prepared'] as const
export type Protocol = (typeof protocols)[number]

export interface Shot {
  readonly target: DatabaseTarget
  readonly protocol: Protocol
  readonly clients: number
  readonly seconds: number
}

/** One measured run of point SELECTs: connecting left out, a session's first statement not. */
export interface Run {
  readonly perSecond: number
  readonly failures: number
}

export interface Load {
  readonly name: string
  fire(shot: Shot): Promise<Run>
}

const run = promisify(execFile)
const pgbench = join(debianPrograms, 'pgbench')

/** pgbench where it is installed: it takes little of the machine that is being measured. */
export function chooseLoad(): Load {
  return existsSync(pgbench)
    ? { name: 'pgbench 15', fire: firePgbench }
    : { name: 'the npm package pg', fire: fireNode }
}

async function firePgbench({ target, protocol, clients, seconds }: Shot): Promise<Run> {
  const { stdout } = await run(
    pgbench,
    ['-n', '-S', '-M', protocol, '-c', String(clients), '-j', '1', '-T', String(seconds)].concat([
      ...['-h', '127.0.0.1', '-p', String(target.port), '-U', target.user, 'bench'],
    ]),
    { env: { ...process.env, PGPASSWORD: target.password, PGSSLMODE: 'disable' } },
  )
  if (/transactions actually processed: 0$/m.test(stdout)) return { perSecond: 0, failures: 0 }
  const found = /tps = ([\d.]+) \(without initial/.exec(stdout)
  if (found === null) throw new Error(`pgbench printed no result:\n${stdout}`)
  const failed = /number of failed transactions: (\d+)/.exec(stdout)
  return { perSecond: Number(found[1]), failures: Number(failed?.[1] ?? 0) }
}

async function fireNode({ target, protocol, clients, seconds }: Shot): Promise<Run> {
  const { port, user, password } = target
  const { stdout } = await run(process.execPath, [
    'bench/postgres/load-process.ts',
    JSON.stringify({ port, user, password, protocol, clients, seconds }),
  ])
  return JSON.parse(stdout) as Run
}
