import { Command, CommanderError } from 'commander'

import { inert } from '../wire/inert.ts'
import { createGiven } from './command.ts'
import type { CommandRow, Given } from './command.ts'
import { Fault } from '../domain/fault.ts'

/** What the command line asks for. */
export type Parsed =
  | Readonly<{ kind: 'run'; row: CommandRow; given: Given; common: Common }>
  /** help or version: to be printed, and that is all */
  | Readonly<{ kind: 'told'; text: string }>

export interface Common {
  readonly config: string | null
  readonly json: boolean
  readonly as: string | null
  readonly colour: boolean
}

const about = 'Hold points between autonomous AI agents and real infrastructure.'

/** Reads the command line, or throws a Fault that says what is wrong with it. */
export function parseCommandLine(
  argv: readonly string[],
  rows: readonly CommandRow[],
  version: string,
  width: number,
): Parsed {
  const chosen: { row: CommandRow; given: Given }[] = []
  let told = ''
  const program = new Command('holdpoint')
  program
    .description(about)
    .version(version, '-V, --version', 'print the version')
    .option('--config <file>', 'the holdpoint.yaml to use; else the nearest one')
    .option('--as <name>', 'who acts; else `operator` of the configuration, else your login name')
    .option('--json', 'print JSON')
    .option('--no-color', 'print no colours')
    .helpCommand(false)
  for (const row of rows) addRow(program, row, (given) => chosen.push({ row, given }))
  quieten(program, width, (text) => (told += text))
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'told', text: told }
    throw usageFault(error, argv)
  }
  const [only] = chosen
  if (only === undefined) return { kind: 'told', text: told }
  return { kind: 'run', ...only, common: commonOf(program.opts()) }
}

/** Writes nothing and ends nothing: what it would print is collected. */
function quieten(command: Command, width: number, tell: (text: string) => void): void {
  command.exitOverride().configureOutput({
    writeOut: tell,
    writeErr: () => undefined,
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
  })
  for (const child of command.commands) quieten(child, width, tell)
}

function addRow(program: Command, row: CommandRow, choose: (given: Given) => void): void {
  const words = row.name.split(' ')
  const last = words.pop() ?? row.name
  let parent = program
  for (const word of words) parent = groupOf(parent, word)
  const command = parent.command(last, { hidden: row.hidden ?? false })
  command.summary(row.summary)
  const details = row.details === undefined ? '' : `\n\n${row.details}`
  command.description(`${row.summary}${details}`)
  for (const operand of row.operands ?? []) command.argument(operand.form, operand.about)
  for (const option of row.options ?? []) {
    const made = command.createOption(option.form, option.about)
    command.addOption(option.hidden === true ? made.hideHelp() : made)
  }
  command.action(() => {
    const operands = command.processedArgs.flatMap((value: unknown) => textsOf(value))
    choose(createGiven(operands, command.opts()))
  })
}

function groupOf(parent: Command, word: string): Command {
  const known = parent.commands.find((command) => command.name() === word)
  if (known !== undefined) return known
  return parent
    .command(word)
    .description(groupSummaries[word] ?? '')
    .helpCommand(false)
}

const groupSummaries: Readonly<Record<string, string>> = {
  agent: 'the agents that work here',
  mandate: 'what agents may do, and for whom',
  lease: 'what stands for an agent and a mandate at the gate',
  secret: 'the credentials that only the gate holds',
  holds: 'requests that wait for a person',
  hook: 'have agents ask before they run something',
  ledger: 'the record, and its proofs',
  person: 'the people who release',
  policy: 'the rules',
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.flatMap(textsOf) : []
}

function commonOf(options: Readonly<Record<string, unknown>>): Common {
  const { config, json, as, color } = options
  return {
    config: typeof config === 'string' ? config : null,
    json: json === true,
    as: typeof as === 'string' ? as : null,
    colour: color !== false,
  }
}

const usageCodes: Readonly<Record<string, string>> = {
  'commander.unknownCommand': 'usage-unknown-command',
  'commander.unknownOption': 'usage-unknown-option',
  'commander.missingArgument': 'usage-missing',
  'commander.optionMissingArgument': 'usage-missing',
  'commander.excessArguments': 'usage-too-many',
}

/** `error: unknown option '--foo'\n(Did you mean --bar?)`, in our words. */
function usageFault(error: CommanderError, argv: readonly string[]): Fault {
  if (error.code === 'commander.help') {
    const words = argv.filter((word) => !word.startsWith('-')).join(' ')
    const command = `holdpoint ${words}`.trim()
    return new Fault('usage-missing', `which command? \`${inert(command)} --help\` lists them`)
  }
  const [first = '', hint] = error.message.replace(/^error: /, '').split('\n')
  // What was too much is not repeated: it may be a secret.
  const says = inert(first.replace(/\. Expected .*$/, '')).replaceAll("'", '`')
  const meant = /\(Did you mean (?:one of )?(.*)\?\)/.exec(hint ?? '')?.[1]
  const words = meant
    ?.split(', ')
    .map((word) => `\`${word}\``)
    .join(' or ')
  const next = words === undefined ? '; see `holdpoint --help`' : `; did you mean ${words}?`
  const code = usageCodes[error.code] ?? 'usage-wrong'
  return new Fault(code, `${says.charAt(0).toLowerCase()}${says.slice(1)}${next}`)
}
