// What commands mean: a table, a row for each program, in files by field. Pure.
import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import type { Invocation } from '../../languages/shell/syntax.ts'

/** What a command's reading leans on, beside its own text. */
export interface Surroundings {
  /** absolute; where the command starts */
  readonly directory: string
  readonly home: string | null
  /** the repository or folder that the agent works in, absolute; null where there is none */
  readonly workTree: string | null
  /** folders whose content nobody minds losing: `/tmp`, `$TMPDIR` */
  readonly temporary: readonly string[]
  readonly variables: Readonly<Record<string, string>>
}

/** What one invocation would do; both empty: nothing that the table has a word for. */
export interface CommandReading {
  readonly actions: readonly Action[]
  readonly carried: readonly Carried[]
}

/**
 * A row: one program, or several that are alike. Total: it never throws. What it does not know of
 * its own program is an `unknown` effect; a program without a row is nobody's, and reads as nothing.
 */
export interface CommandRow {
  /** base names, lower case, without `.exe`: `['docker', 'podman']` */
  readonly programs: readonly string[]
  /** before: whose output it reads; null or absent where it reads none */
  read(
    invocation: Invocation,
    surroundings: Surroundings,
    before?: Invocation | null,
  ): CommandReading
}
