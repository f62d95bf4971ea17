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
import { safeJson, wrap } from '../output.ts'
import { moveFindings } from '../scan-move.ts'
import type { MoveKeys } from '../scan-move.ts'
import { verifiedLines, verifyFindings } from '../scan-verify.ts'
import { scanLines } from '../scan-words.ts'

export const scan: CommandRow = {
  name: 'scan',
  summary: "the credentials within an agent's reach, the most dangerous first",
  details:
    'Reads, and asks nobody:\n' +
    sources.flatMap(({ name, about }) => wrap(`  ${name}: ${about}`, 76, '      ')).join('\n') +
    '\nWith paths, only these and their history. Values are never shown. Ends with 4\n' +
    'when something is found, with 5 when nothing is and not everything was read.',
  operands: [{ form: '[path...]', about: 'folders and files; usually this folder, and all else' }],
  options: [
    { form: '--only <sources>', about: 'some of these by name, `work-tree,git`' },
    { form: '--sarif', about: 'the answer as SARIF 2.1.0' },
    { form: '--verify', about: 'ask providers what each is, through the running gate' },
    { form: '--move', about: 'ask for each whether it is moved into the vault' },
    { form: '--agent <name>', about: 'with --move: leave a lease of this agent in its place' },
  ],
  async run(call) {
    const { given, output, surroundings } = call
    const world = worldOf(call)
    const salt = openSalt(stateFolderOf(call), systemRandom)
    const report = await runScan({
      world,
      only: onlyOf(call),
      salt,
      progress(about) {
        if (surroundings.isTty.stderr && !output.json) output.aside(`reading ${about} …`)
      },
    })
    if (given.flag('verify')) return verify(call, report, { salt, uid: world.uid })
    if (given.flag('sarif')) surroundings.stdout.write(`${safeJson(sarifOf(report, world))}\n`)
    else if (!given.flag('move')) output.result(jsonOf(report), scanLines(report, output))
    if (!given.flag('move')) return exitOf(report)
    return move(call, report, { salt, uid: world.uid })
  },
}

async function verify(call: Call, report: ScanReport, keys: MoveKeys): Promise<ExitCode> {
  const verified = await verifyFindings(call, report.findings, keys)
  const lines = [...scanLines(report, call.output), '', ...verifiedLines(verified)]
  call.output.result({ ...jsonOf(report), verified }, lines)
  return exitOf(report)
}

async function move(call: Call, { findings }: ScanReport, keys: MoveKeys): Promise<ExitCode> {
  const moved = await moveFindings(call, findings, keys)
  const gone = moved.filter(({ secret, left }) => secret !== null && left.length === 0)
  const says = `${gone.length} of ${findings.length} are in the vault and nowhere else that was read`
  call.output.result({ moved, findings: findings.length }, [says])
  return gone.length === findings.length ? exitCodes.done : exitCodes.found
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
