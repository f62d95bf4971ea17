// `trap`: text that is run later. It is read where it is set and where the shell ends.
import { hole, marked } from './pieces.ts'
import type { Pieces } from './pieces.ts'
import { subshell } from './run.ts'
import type { Run, Span } from './run.ts'
import { forgetVariables } from './state.ts'

export function setTrap(run: Run, text: Pieces, signals: readonly string[], span: Span): void {
  const inner = subshell({ ...run, base: span })
  // At a signal, or before every command, variables may be anything.
  if (signals.some((name) => !/^(EXIT|0)$/i.test(name))) forgetVariables(inner.state)
  inner.text(inner, marked(text))
  run.state.traps = [...run.state.traps, text]
}

/** Where the shell ends. */
export function runTraps(run: Run): void {
  const { traps } = run.state
  if (traps.length === 0) return
  run.state.traps = []
  for (const text of traps) {
    const inner = subshell({ ...run, base: run.base ?? [0, run.source.length] })
    inner.text(inner, marked(text))
    if (inner.state.out.length > 0) run.state.out = hole
  }
}
