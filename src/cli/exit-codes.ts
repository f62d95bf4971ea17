import { Fault } from '../domain/fault.ts'

/** What the process ends with; part of the interface, see docs/cli.md. */
export const exitCodes = {
  done: 0,
  /** it was tried and did not work */
  failed: 1,
  /** what was written is wrong: the command line, holdpoint.yaml, a mandate file */
  usage: 2,
  /** a rule, or the present state, says no; or there is no such thing */
  refused: 3,
  /** `holdpoint scan` alone: credentials are within reach */
  found: 4,
  /** `holdpoint scan` alone: none found, and not everything was read */
  incomplete: 5,
  /** `holdpoint run` alone: the command was not started, or its sandbox broke */
  notRun: 125,
  interrupted: 130,
} as const

/** What a command that was run for somebody ended with; it is that command's own number. */
export type PassedOn = number & Readonly<{ passedOn: true }>

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes] | PassedOn

const usagePrefixes = ['usage-', 'config-', 'mandate-', 'control-input']

const refusals = new Set([
  'already-ended',
  'already-there',
  'ca-missing',
  'conflict',
  'enrolment-closed',
  'held',
  'needs-terminal',
  'no-admin',
  'no-databases',
  'no-mandate',
  'not-confirmed',
  'not-enrolled',
  'not-found',
  'not-frozen',
  'not-killed',
  'nothing-kept',
  'nothing-to-undo',
  'several-mandates',
  'still-kept',
  'wrong-agent',
])

export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof Fault)) return exitCodes.failed
  if (error.code === 'interrupted') return exitCodes.interrupted
  if (error.code === 'secret-on-argv') return exitCodes.usage
  if (refusals.has(error.code) || error.code === 'mandate-ended') return exitCodes.refused
  if (usagePrefixes.some((prefix) => error.code.startsWith(prefix))) return exitCodes.usage
  return exitCodes.failed
}
