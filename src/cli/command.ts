import { Fault } from '../domain/fault.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Output } from './output.ts'
import type { Surroundings } from './surroundings.ts'
import type { World } from './world.ts'

/** One command of `holdpoint`: a row of the table in commands.ts, a file in commands/. */
export interface CommandRow {
  /** `mandate grant` */
  readonly name: string
  readonly summary: string
  /** more, below the usage; empty for none */
  readonly details?: string
  /** not listed in the help */
  readonly hidden?: boolean
  readonly operands?: readonly Operand[]
  readonly options?: readonly Option[]
  /** what its own failures end with, where every other code is somebody else's */
  readonly ownFailure?: ExitCode
  run(call: Call): Promise<ExitCode>
}

export interface Operand {
  /** `<agent>`, `[file]`, `[rest...]` */
  readonly form: string
  readonly about: string
}

export interface Option {
  /** `--agent <name>`, `--force` */
  readonly form: string
  readonly about: string
  readonly hidden?: boolean
}

/** What a command is called with. */
export interface Call {
  readonly given: Given
  readonly output: Output
  readonly surroundings: Surroundings
  /** `--config`; null for the nearest holdpoint.yaml */
  readonly configFile: string | null
  /** `--as`; null when not given */
  readonly as: string | null
  readonly world: () => Promise<World>
}

/** What was given on the command line; the names are those of the options, without dashes. */
export interface Given {
  operand(at: number): string | null
  operands(from: number): readonly string[]
  flag(name: string): boolean
  text(name: string): string | null
  /** `--allow read,write` */
  list(name: string): readonly string[] | null
  integer(name: string, least: number, most: number): number | null
}

export function createGiven(
  operands: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Given {
  const text = (name: string): string | null => {
    const value = options[camel(name)]
    return typeof value === 'string' ? value : null
  }
  return {
    operand: (at) => operands[at] ?? null,
    operands: (from) => operands.slice(from),
    flag: (name) => options[camel(name)] === true,
    text,
    list(name) {
      const value = text(name)
      if (value === null) return null
      return value.split(',').map((part) => part.trim())
    },
    integer(name, least, most) {
      const value = text(name)
      if (value === null) return null
      const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN
      if (number >= least && number <= most) return number
      throw new Fault(
        'usage-number',
        `\`--${name}\` takes a whole number from ${least} to ${most}, not \`${value}\``,
      )
    },
  }
}

/** The operand that a command cannot do without. */
export function need(value: string | null, what: string): string {
  if (value !== null && value !== '') return value
  throw new Fault('usage-missing', `${what} is missing; see \`--help\``)
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
