import { lstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

import { Fault } from '../../domain/fault.ts'
import type { ScanReport, SourceName } from '../../scan/finding.ts'
import { sourceNames } from '../../scan/finding.ts'
import { openSalt } from '../../scan/salt.ts'
import { sarifOf } from '../../scan/sarif.ts'
import { scan as runScan } from '../../scan/scan.ts'
import type { ScanWorld } from '../../scan/source.ts'
import { sources, sourcesOfPaths } from '../../scan/sources.ts'
import { systemRandom } from '../../system/random.ts'
import { inert } from '../../wire/inert.ts'
import type { Call, CommandRow } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import type { ExitCode } from '../exit-codes.ts'
import { safeJson } from '../output.ts'
import { scanLines } from '../scan-words.ts'

export const scan: CommandRow = {
  name: 'scan',
  summary: "the credentials within an agent's reach, the most dangerous first",
  details:
    'Reads, and asks nobody:\n' +
    sources.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n') +
    '\nWith paths, only these and their history. Values are never shown. Ends with 4 when\n' +
    'something is found, with 5 when nothing is and not everything was read.',
  operands: [{ form: '[path...]', about: 'folders and files; usually this folder, and all else' }],
  options: [
    { form: '--only <sources>', about: `some of them, by name: ${sourceNames.join(',')}` },
    { form: '--sarif', about: 'the answer as SARIF 2.1.0' },
  ],
  async run(call) {
    const { given, output, surroundings } = call
    const world = worldOf(call)
    const report = await runScan({
      world,
      only: onlyOf(call),
      salt: openSalt(stateFolderOf(call), systemRandom),
      progress(about) {
        if (surroundings.isTty.stderr && !output.json) output.aside(`reading ${about} …`)
      },
    })
    if (given.flag('sarif')) surroundings.stdout.write(`${safeJson(sarifOf(report, world))}\n`)
    else output.result(jsonOf(report), scanLines(report, output))
    return exitOf(report)
  },
}

export function exitOf({ findings, complete }: ScanReport): ExitCode {
  if (findings.length > 0) return exitCodes.found
  return complete ? exitCodes.done : exitCodes.incomplete
}

function worldOf({ given, surroundings }: Call): ScanWorld {
  const { cwd, env, now, pid } = surroundings
  const { HOME } = env
  const paths = given.operands(0).map((path) => resolve(cwd, path))
  for (const path of paths) {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue
    throw new Fault('not-found', `there is no \`${inert(path)}\`; name a folder or a file`)
  }
  return {
    cwd,
    paths: paths.length === 0 ? [cwd] : paths,
    home: HOME !== undefined && isAbsolute(HOME) ? HOME : homedir(),
    environment: env,
    platform: process.platform,
    pid,
    uid: process.getuid?.() ?? null,
    proc: '/proc',
    now,
  }
}

function onlyOf({ given }: Call): readonly SourceName[] {
  const named = given.list('only')
  if (named === null) return given.operand(0) === null ? sourceNames : sourcesOfPaths
  return named.map((name) => {
    const known = sourceNames.find((one) => one === name)
    if (known !== undefined) return known
    const all = sourceNames.join('`, `')
    throw new Fault('usage-only', `\`--only\` takes some of \`${all}\`, not \`${inert(name)}\``)
  })
}

function stateFolderOf({ surroundings }: Call): string {
  const { XDG_STATE_HOME, HOME } = surroundings.env
  const own = XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)
  return join(own ? XDG_STATE_HOME : join(HOME ?? homedir(), '.local/state'), 'holdpoint')
}

/** As docs/scan.md has it: where a value lies on this disk is said relative to the caller alone. */
export function jsonOf({ findings, ...report }: ScanReport): object {
  return {
    version: 1,
    ...report,
    findings: findings.map((finding, at) => ({
      rank: at + 1,
      ...finding,
      places: finding.places.map(({ source, name, line, key, commit }) => {
        return { source, name, line, key, commit }
      }),
    })),
  }
}
