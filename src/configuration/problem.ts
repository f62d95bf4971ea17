import { Fault } from '../domain/fault.ts'

/** One thing wrong with a file that a person wrote, and where. */
export interface Problem {
  /** stable: `config-unknown-key`, `config-missing-key`, … */
  readonly code: string
  /** line and column from 1; null where the problem is with the file as a whole */
  readonly at: Readonly<{ line: number; column: number }> | null
  /** the key's path, `upstreams.railway.credential`; empty for the whole file */
  readonly path: string
  readonly says: string
}

/** Everything that is wrong with a file, at once. The code is that of the first problem. */
export class FileFault extends Fault {
  readonly file: string
  readonly problems: readonly [Problem, ...Problem[]]

  constructor(file: string, problems: readonly [Problem, ...Problem[]]) {
    super(problems[0].code, problems.map((problem) => showProblem(file, problem)).join('\n'))
    this.name = 'FileFault'
    this.file = file
    this.problems = problems
  }
}

/** `holdpoint.yaml:3:1: listen.agent: unknown key …`: editors jump to it. */
function showProblem(file: string, problem: Problem): string {
  const at = problem.at === null ? '' : `:${problem.at.line}:${problem.at.column}`
  const path = problem.path === '' ? '' : `\`${problem.path}\`: `
  return `${file}${at}: ${path}${problem.says}`
}
