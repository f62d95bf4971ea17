// One program into the list of what would be run.
import { LimitReached, shellLimits } from './limits.ts'
import type { Field } from './pieces.ts'
import type { Run, Span } from './run.ts'
import type { Input, Invocation, Redirect, Word } from './syntax.ts'

export interface Call {
  readonly argv: readonly Field[]
  readonly span: Span
  readonly assignments?: Invocation['assignments']
  readonly redirects?: readonly Redirect[]
  readonly input?: Input
}

/** Once for each place where the script may be by then. */
export function emit(run: Run, call: Call): void {
  const [program, ...args] = call.argv
  const { around, log, state } = run
  if (program === undefined || state.dead) return
  for (const directory of state.directories) {
    log.invocations.push({
      program: wordOf(program),
      args: args.map(wordOf),
      assignments: call.assignments ?? [],
      redirects: (call.redirects ?? []).map(({ kind, path }) => ({ kind, path: wordOf(path) })),
      input: call.input ?? around.input,
      directory,
      where: around.where,
      user: around.user,
      through: around.through,
      times: around.times,
      span: call.span,
    })
    if (log.invocations.length > shellLimits.invocationsMax) {
      throw new LimitReached('it runs too many commands')
    }
  }
}

function wordOf({ raw, text, pieces, glob, loose, every }: Word): Word {
  const more = { ...(loose === true ? { loose } : {}), ...(every === true ? { every } : {}) }
  return { raw, text, pieces, glob, ...more }
}
