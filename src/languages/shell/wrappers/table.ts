// Programs that run other programs, a row each.
import type { Command } from '../invoke.ts'
import type { Run } from '../run.ts'
import { away } from './away.ts'
import { interpreters } from './interpreters.ts'
import { local } from './local.ts'
import { many } from './many.ts'
import { runners } from './runners.ts'
import { baseOf } from './wrapper.ts'
import type { Taken, Wrapper } from './wrapper.ts'

const table: ReadonlyMap<string, Wrapper> = new Map(
  [local, many, interpreters, away, runners].flatMap((rows) => Object.entries(rows)),
)

/** null: it is no wrapper, or runs nothing but itself. */
export function takeOff(run: Run, command: Command): Taken | null {
  return table.get(baseOf(command.argv[0]))?.(run, command) ?? null
}
