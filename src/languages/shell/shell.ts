// Reads the text of a shell script into the programs that it would run. bash grammar, of which
// POSIX sh is a part; other shells where they agree with it.
// https://www.gnu.org/software/bash/manual/bash.html
// The text is parsed by unbash, expanded and followed here. A text that bash would not parse, or
// that reaches a limit, is refused as a whole.
import { parse } from 'unbash'
import { LimitReached, shellLimits } from './limits.ts'
import { noExits, unread } from './run.ts'
import type { Run } from './run.ts'
import { createState } from './state.ts'
import type { ShellKnown, ShellReading } from './syntax.ts'
import { faultIn, isPlain } from './faults.ts'
import { runTraps } from './traps.ts'
import { runScript } from './walk.ts'

/** Total: it never throws, and what it costs is bounded by `shellLimits`. */
export function readShell(text: string, known: ShellKnown): ShellReading {
  if (text.length > shellLimits.textMax) {
    return { kind: 'refused', why: `longer than ${shellLimits.textMax} characters` }
  }
  const run = createRun(text, known)
  try {
    readText(run, text)
    runTraps(run)
  } catch (fault) {
    if (fault instanceof LimitReached) return { kind: 'refused', why: fault.why }
    // Deep nesting may exhaust the stack of the parser before a limit is seen.
    if (fault instanceof RangeError) return { kind: 'refused', why: 'it is nested too deeply' }
    throw fault
  }
  return { kind: 'read', invocations: run.log.invocations, unread: run.log.unread }
}

function createRun(text: string, known: ShellKnown): Run {
  return {
    known,
    log: { invocations: [], unread: [], steps: 0 },
    source: text,
    base: null,
    state: createState(known),
    around: {
      input: { kind: 'inherited' },
      roots: null,
      where: { kind: 'here' },
      user: null,
      through: [],
      times: 'once',
      tested: false,
      depth: 0,
      calls: [],
      exits: noExits(),
    },
    script: runScript,
    text: readText,
  }
}

/** A script, or a text that was made and is read as one. */
function readText(run: Run, text: string): void {
  if (run.base !== null && text.length > shellLimits.madeTextMax) {
    throw new LimitReached('a text made by it is too long')
  }
  if (text.split('<<').length > shellLimits.heredocsMax) {
    throw new LimitReached('it has too many here-documents')
  }
  const script = parse(text)
  const fault = faultIn(text, script, run.known.shell === 'sh' || isPlain(run.around.through))
  if (fault !== null && run.base === null) throw new LimitReached(fault)
  if (fault !== null && run.base !== null) unread(run, fault, run.base)
  else runScript({ ...run, source: text }, script)
}
