// A table of examples: a situation in each line, and what the policies make of it. `situations.ts`
// says how the columns read. `policies/examples.test.ts` judges every line, the console shows them.
import { Fault } from '../src/domain/fault.ts'
import type { Situation } from './situations.ts'

export interface Example extends Situation {
  /** in words: what happens */
  readonly situation: string
  readonly verdict: string
  /** ids of rules, with commas */
  readonly reasons: string
  /** `-` where nobody is asked */
  readonly release: string
  /** `-` for none */
  readonly safeguards: string
}

type Column = keyof Example

export const givenColumns = [
  ...(['situation', 'mandate', 'effect', 'resource'] as const),
  ...(['environments', 'undo', 'extent', 'backups'] as const),
] as const
export const toldColumns = ['verdict', 'reasons', 'release', 'safeguards'] as const
const columns: readonly Column[] = [...givenColumns, ...toldColumns]
export const examplesHeader = columns.join('\t')

/** Throws Fault('examples-malformed'). */
export function readExamples(text: string): readonly Example[] {
  const [first, ...lines] = text.trimEnd().split('\n')
  if (first !== examplesHeader) {
    throw new Fault('examples-malformed', `the first line is not \`${columns.join(' ')}\``)
  }
  return lines.map((line, at) => {
    const cells = line.split('\t')
    if (cells.length !== columns.length) {
      const says = `line ${at + 2} has ${cells.length} columns, not ${columns.length}`
      throw new Fault('examples-malformed', says)
    }
    const cell = (name: Column): string => cells[columns.indexOf(name)] ?? ''
    return {
      ...{ situation: cell('situation'), mandate: cell('mandate'), effect: cell('effect') },
      ...{ resource: cell('resource'), environments: cell('environments'), undo: cell('undo') },
      ...{ extent: cell('extent'), backups: cell('backups'), verdict: cell('verdict') },
      ...{ reasons: cell('reasons'), release: cell('release'), safeguards: cell('safeguards') },
    }
  })
}

export function exampleLine(example: Example): string {
  return columns.map((name) => example[name]).join('\t')
}
