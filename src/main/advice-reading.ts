// Commands and tools' arguments to actions, for the hook. What takes long to load is loaded when it
// is first needed: most commands carry neither SQL nor a request.
import type { Action } from '../domain/action.ts'
import type { HookReading, Standing } from '../doors/hook/parts.ts'
import { isObject } from '../languages/json/value.ts'
import type { JsonValue } from '../languages/json/value.ts'
import type { Surroundings } from '../providers/commands/index.ts'
import { carriedIn } from '../providers/mcp/arguments.ts'
import { createCommandReading } from '../reading/commands.ts'
import type { SqlReading } from '../reading/reading.ts'
import { createCarriedHttp } from './carried-http.ts'

export interface ReadingPlace {
  readonly home: string | null
  readonly temporary: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

export function createHookReading(place: ReadingPlace): HookReading {
  const commands = createCommandReading({ sql: lazySql(), http: createCarriedHttp() })
  const surroundings = ({ directory, workTree }: Standing): Surroundings => ({
    ...{ directory, workTree, home: place.home, temporary: place.temporary },
    variables: variablesOf(place),
  })
  return {
    shell: (text, standing) => commands.read(text, surroundings(standing)),
    async tool(_name, input, standing) {
      // It came out of JSON.
      const args = input as JsonValue | undefined
      const found: Action[] = []
      for (const one of isObject(args) ? carriedIn(args) : []) {
        found.push(...(await commands.readCarried(one, surroundings(standing))))
      }
      return found
    },
  }
}

/** The few that a shell has whatever an agent does; its own are not known here. */
function variablesOf({ home, environment }: ReadingPlace): Readonly<Record<string, string>> {
  const { USER, TMPDIR } = environment
  return {
    ...(home === null ? {} : { HOME: home }),
    ...(USER === undefined ? {} : { USER }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
  }
}

/** PostgreSQL's own parser, once somebody brings SQL. */
function lazySql(): SqlReading {
  let made: Promise<SqlReading> | null = null
  const reading = async (): Promise<SqlReading> => {
    const { createSqlReading } = await import('../reading/reading.ts')
    return createSqlReading()
  }
  return {
    readNow: () => null,
    read: async (...asked) => (await (made ??= reading())).read(...asked),
    close: async () => (await made)?.close(),
  }
}
