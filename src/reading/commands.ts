// A command as a shell would read it, to what it would do: the shell's own text first, then what
// each program means, then what rides inside: SQL, requests, and more shell. What the text does not
// tell is an `unknown` effect; a program that no row knows is nothing.
import type { Action } from '../domain/action.ts'
import type { Carried } from '../domain/carried.ts'
import { readShell } from '../languages/shell/shell.ts'
import type { ShellReading } from '../languages/shell/syntax.ts'
import { readOtherSql } from '../providers/commands/databases/other-sql.ts'
import { readHttpPlainly } from '../providers/commands/http.ts'
import { readInvocations } from '../providers/commands/index.ts'
import type { Surroundings } from '../providers/commands/index.ts'
import { assumedCatalogue } from '../providers/postgres/index.ts'
import type { SqlReading } from './reading.ts'

export type CarriedHttp = Extract<Carried, { kind: 'http' }>
type CarriedSql = Extract<Carried, { kind: 'sql' }>

export interface CommandReadings {
  /** Never rejects; bounded in size, depth and count, and in time by what it is made of. */
  read(text: string, surroundings: Surroundings): Promise<readonly Action[]>
  /** The same for what was found inside something else. */
  readCarried(carried: Carried, surroundings: Surroundings): Promise<readonly Action[]>
}

export interface CommandReadingOptions {
  readonly sql: SqlReading
  /**
   * Requests addressed to a provider that is understood; null: to none. What is understood nowhere
   * is read by its method and its host.
   */
  readonly http?: (request: CarriedHttp) => readonly Action[] | null
}

/** Nobody asks a server for its catalogue here: names mean what they ordinarily mean. */
const assumed = assumedCatalogue()

/** How much may ride inside one command. */
const limits = { carriedMax: 200, depthMax: 6, actionsMax: 2000 }

const excerptCharactersMax = 200

export function createCommandReading(options: CommandReadingOptions): CommandReadings {
  const bounded = (carried: Carried, surroundings: Surroundings): Promise<readonly Action[]> =>
    readOne(carried, surroundings, { options, carried: 0, actions: 0 }, 0).catch(() => [
      unread(textOf(carried), 'the reader failed on it'),
    ])
  return {
    read: (text, surroundings) =>
      bounded({ kind: 'shell', text, directory: surroundings.directory }, surroundings),
    readCarried: bounded,
  }
}

interface Budget {
  readonly options: CommandReadingOptions
  carried: number
  actions: number
}

async function readText(
  text: string,
  surroundings: Surroundings,
  budget: Budget,
  depth: number,
): Promise<readonly Action[]> {
  const shell = readShell(text, {
    directory: surroundings.directory,
    home: surroundings.home,
    variables: surroundings.variables,
    // What rides inside something is run by whatever `sh` is.
    ...(depth > 0 ? { shell: 'sh' as const } : {}),
  })
  if (shell.kind === 'refused') return [unread(text, shell.why)]
  const { actions, carried } = readInvocations(shell.invocations, surroundings)
  const found = [...actions, ...unreadParts(shell, text)]
  budget.actions += found.length
  if (budget.actions > limits.actionsMax) {
    return [...found, unread(text, `it does more than ${limits.actionsMax} things`)]
  }
  for (const one of carried) {
    found.push(...(await readOne(one, surroundings, budget, depth + 1)))
  }
  return found
}

function unreadParts(
  shell: Extract<ShellReading, { kind: 'read' }>,
  text: string,
): readonly Action[] {
  return shell.unread.map(({ why, span }) => unread(text.slice(...span), why))
}

async function readOne(
  carried: Carried,
  surroundings: Surroundings,
  budget: Budget,
  depth: number,
): Promise<readonly Action[]> {
  budget.carried += 1
  if (budget.carried > limits.carriedMax || depth > limits.depthMax) {
    return [unread(textOf(carried), 'too much is inside one command')]
  }
  switch (carried.kind) {
    case 'sql':
      return readSql(carried, budget.options)
    case 'http':
      return budget.options.http?.(carried) ?? readHttpPlainly(carried)
    case 'shell': {
      const directory = carried.directory ?? surroundings.directory
      return readText(carried.text, { ...surroundings, directory }, budget, depth)
    }
  }
}

async function readSql(
  carried: CarriedSql,
  { sql }: CommandReadingOptions,
): Promise<readonly Action[]> {
  const { engine, text, target } = carried
  if (engine !== 'postgres') return readOtherSql({ engine, text, target })
  const upstream = carried.target ?? 'unknown'
  const place = { upstream, database: upstream, environment: upstream }
  const { actions } = await sql.read(carried.text, assumed, place)
  return actions
}

function textOf(carried: Carried): string {
  return carried.kind === 'http' ? `${carried.method} ${carried.url}` : carried.text
}

/** A person could still judge it from the command as shown. */
function unread(text: string, why: string): Action {
  const excerpt = text.slice(0, excerptCharactersMax).toWellFormed()
  return {
    verb: 'run',
    effects: [{ kind: 'unknown', why, legible: true }],
    evidence: { reader: 'shell', excerpt, span: null },
  }
}
