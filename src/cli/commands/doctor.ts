import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Control } from '../../api/control.ts'
import type { Configuration } from '../../configuration/configuration.ts'
import type { PersonName } from '../../domain/names.ts'
import { verifyLedger } from '../../ledger/verify.ts'
import type { Call, CommandRow } from '../command.ts'
import type { Check } from '../doctor/check.ts'
import { failed, fail, ok, skipped } from '../doctor/check.ts'
import { checkDatabases } from '../doctor/databases.ts'
import { checkDiscovery, checkNotifications, checkSecrets, checkStatus } from '../doctor/gate.ts'
import {
  checkAnswers,
  checkAuthority,
  checkClock,
  checkDisk,
  checkFolder,
  checkFree,
  checkNode,
} from '../doctor/host.ts'
import { exitCodes } from '../exit-codes.ts'
import type { Colour } from '../output.ts'
import { wrap } from '../output.ts'
import { configurationOf, withControl } from '../session.ts'
import { ownKey } from './ledger-verify.ts'

export const doctor: CommandRow = {
  name: 'doctor',
  summary: 'whether all is well, and what to do where it is not',
  async run(call) {
    const checks = await examine(call)
    const healthy = checks.every(({ state }) => state !== 'fail')
    call.output.result({ healthy, checks }, [
      ...checks.flatMap((check) => linesOf(check, call)),
      '',
      healthy ? 'nothing fails' : `${checks.filter(({ state }) => state === 'fail').length} fail`,
    ])
    return healthy ? exitCodes.done : exitCodes.failed
  },
}

async function examine(call: Call): Promise<readonly Check[]> {
  const { surroundings } = call
  const node = checkNode(surroundings.nodeVersion)
  let configuration: Configuration
  try {
    configuration = await configurationOf(call)
  } catch (error) {
    return [node, failed('configuration', error)]
  }
  const { state } = configuration
  return [
    node,
    ok('configuration', configuration.file),
    checkFolder(state),
    checkDisk(state),
    await checkPolicies(call, configuration),
    checkAuthority(state, surroundings.now()),
    ...(await checkState(call, configuration)),
    await checkRecord(state),
  ]
}

async function checkPolicies(call: Call, configuration: Configuration): Promise<Check> {
  try {
    const { files, digest } = await (await call.world()).checkPolicies(configuration)
    return ok('policies', `${files.length} files, ${digest.slice(0, 16)}`)
  } catch (error) {
    return failed('policies', error)
  }
}

/** Not made by looking: a state that is not there yet is left so. */
async function checkState(call: Call, configuration: Configuration): Promise<readonly Check[]> {
  const { listen, state, databases } = configuration
  const free = async (): Promise<readonly Check[]> => [
    await checkFree('agents', listen.agents),
    await checkFree('console', listen.console),
    ...(databases.length === 0 ? [] : [await checkFree('postgres', listen.postgres)]),
  ]
  if (!existsSync(join(state, 'holdpoint.sqlite'))) {
    return [skipped('ledger', 'begins at the first start'), ...(await free())]
  }
  try {
    return await withControl(
      call,
      async ({ control, by }) => {
        const status = await control.status({})
        const { gate } = status
        const now = call.surroundings.now()
        return [
          ...checkStatus(status),
          checkClock(now, status.ledger.at),
          ...(await control.secretList({}).then(
            (names) => checkSecrets(configuration, names),
            (error: unknown) => [failed('vault', error)],
          )),
          ...(gate === null
            ? await free()
            : [
                await checkAnswers('agents', gate.agents),
                await checkAnswers('console', gate.console),
                ...checkDiscovery(gate.upstreams),
                ...checkNotifications(gate.notifications),
                ...(await checkServers(control, by, gate.postgres)),
              ]),
        ]
      },
      { vault: call.surroundings.isTty.stdin },
    )
  } catch (error) {
    return [failed('store', error)]
  }
}

/** Asked by the gate: it alone has what opens them. */
async function checkServers(
  control: Control,
  by: PersonName,
  address: string | undefined,
): Promise<readonly Check[]> {
  if (address === undefined) return []
  const answers = await checkAnswers('postgres', address)
  try {
    return [answers, ...checkDatabases(await control.postgresStatus({ by }))]
  } catch (error) {
    return [answers, failed('database', error)]
  }
}

/** The whole record, as an outsider would; large ones are left to `ledger verify`. */
async function checkRecord(state: string): Promise<Check> {
  const folder = join(state, 'ledger')
  if (!existsSync(join(folder, 'checkpoint'))) return skipped('record', 'nothing is published yet')
  if (existsSync(join(folder, 'tile', '2'))) {
    return skipped('record', 'is large: holdpoint ledger verify')
  }
  try {
    const { size, problems, problemsFound } = await verifyLedger(folder, { vkey: ownKey(state) })
    const [first] = problems
    if (first === undefined) return ok('record', `${size} entries verify`)
    const says = `${problemsFound} problems, the first in ${first.file}: ${first.says}`
    return fail('record', says, 'keep a copy, then: holdpoint ledger verify')
  } catch (error) {
    return failed('record', error)
  }
}

const colours: Readonly<Record<Check['state'], Colour>> = {
  ok: 'green',
  warn: 'yellow',
  fail: 'red',
  skipped: 'dim',
}

function linesOf({ name, state, says, next }: Check, { output }: Call): readonly string[] {
  const mark = output.paint(colours[state], state === 'skipped' ? '-   ' : state.padEnd(4))
  const indent = ' '.repeat(21)
  const [first = '', ...rest] = wrap(says, output.width - 21)
  return [
    `${mark} ${name.padEnd(15)} ${first}`,
    ...rest.map((line) => indent + line),
    ...(next === null ? [] : wrap(`${indent}${next}`, output.width, indent)),
  ]
}
