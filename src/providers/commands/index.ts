import type { Invocation } from '../../languages/shell/syntax.ts'
import type { CommandReading, CommandRow, Surroundings } from './commands.ts'
import { nothingRead } from './effects.ts'
import { programName } from './match.ts'
import { commandRows } from './table.ts'

export type { CommandReading, CommandRow, Surroundings } from './commands.ts'

const rowOf = new Map<string, CommandRow>(
  commandRows.flatMap((row) => row.programs.map((name) => [name, row] as const)),
)

/** What one invocation would do. Total; a program without a row is nobody's: nothing. */
export function readInvocation(
  invocation: Invocation,
  surroundings: Surroundings,
  before: Invocation | null,
): CommandReading {
  const name = programName(invocation.program)
  const row = name === null ? undefined : rowOf.get(name)
  return row?.read(invocation, surroundings, before) ?? nothingRead
}
