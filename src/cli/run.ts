import { FileFault } from '../configuration/problem.ts'
import { Fault } from '../domain/fault.ts'
import { inertBlock } from '../wire/inert.ts'
import { commandRows } from './commands.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { createOutput, safeJson } from './output.ts'
import { parseCommandLine } from './parse.ts'
import type { Surroundings } from './surroundings.ts'
import type { World } from './world.ts'

const widthDefault = 80

/** Runs one command line to its end; never rejects. */
export async function runCommandLine(
  surroundings: Surroundings,
  version: string,
  world: () => Promise<World>,
): Promise<ExitCode> {
  const { argv } = surroundings
  // Asked before the command line is understood: its own faults come in the form that was meant.
  let json = argv.includes('--json')
  let ownFailure: ExitCode | undefined
  try {
    const width = surroundings.columns ?? widthDefault
    const parsed = parseCommandLine(argv, commandRows, version, width)
    if (parsed.kind === 'told') {
      surroundings.stdout.write(parsed.text)
      return exitCodes.done
    }
    const { row, given, common } = parsed
    json = common.json
    ownFailure = row.ownFailure
    const output = createOutput(surroundings, common)
    const call = { given, output, surroundings, configFile: common.config, as: common.as, world }
    return await row.run(call)
  } catch (error) {
    tell(surroundings, error, json)
    return ownFailure ?? exitCodeOf(error)
  }
}

/** People read it on the error stream; programs get it where they read the answer. */
function tell({ stdout, stderr }: Surroundings, error: unknown, json: boolean): void {
  if (error instanceof Fault && error.code === 'interrupted') return
  if (!json) {
    stderr.write(textOf(error) + '\n')
    return
  }
  const code = error instanceof Fault ? error.code : 'internal-fault'
  const message = error instanceof Error ? error.message : String(error)
  const problems = error instanceof FileFault ? { file: error.file, problems: error.problems } : {}
  stdout.write(safeJson({ error: { code, message, ...problems } }) + '\n')
}

/** Messages repeat what others wrote: paths, names, the gate's own words. */
function textOf(error: unknown): string {
  if (error instanceof FileFault) return inertBlock(error.message)
  if (error instanceof Fault) return `holdpoint: ${inertBlock(error.message)}`
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `holdpoint: this is a bug, please report it: ${why}`
}
