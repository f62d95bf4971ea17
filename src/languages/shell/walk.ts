// Lists, pipelines and compound commands, in the order in which they would run. Where it is not
// known which way a script goes, every way is read, and what the ways do not agree on is forgotten.
import type { ParsedScript } from 'unbash'
import { unreachable } from '../../domain/fault.ts'
import { coprocess, runCommand } from './command.ts'
import { followName, followNumber } from './hidden.ts'
import { shellLimits } from './limits.ts'
import { runCase, runFor, runLoop } from './loops.ts'
import { number } from './numbers.ts'
import { concat, hole, textOf } from './pieces.ts'
import { standingRedirects } from './redirects.ts'
import { rootsOf } from './outputs.ts'
import { runTraps } from './traps.ts'
import { aroundWith, pipeFrom, spanOf, step, subshell } from './run.ts'
import type { Run } from './run.ts'
import { assignText, become, copyOf, meet } from './state.ts'
import type { CommandNode, State } from './state.ts'
import { expandPattern, expandValue } from './words.ts'

type Statement = ParsedScript['commands'][number]
type Of<K extends CommandNode['type']> = Extract<CommandNode, { type: K }>
type Test = Of<'TestCommand'>['expression']
type Redirections = Of<'Redirected'>['redirects']

/** The state if it failed; null: the same as if it did not. */
export type Failed = State | null

/** All of it, and what it leaves to be run at its end. */
export function runScript(run: Run, script: ParsedScript): void {
  const failed = runStatements(run, script.commands)
  if (failed !== null) become(run.state, meet(run.state, failed))
}

export function runStatements(run: Run, statements: readonly Statement[]): Failed {
  let failed: Failed = null
  statements.forEach((statement, i) => {
    if (run.state.dead) return
    if (failed !== null) become(run.state, meet(run.state, failed))
    failed = runStatement(run, statement)
    if (failed !== null && i < statements.length - 1 && endsOnFailure(run, statement)) failed = null
  })
  return failed
}

function runStatement(run: Run, { command, background }: Statement): Failed {
  if (background !== true) return runNode(run, command)
  runNode(subshell(run), command)
  return null
}

/** `set -e`: what comes after a simple command is reached only if it did not fail. */
function endsOnFailure(run: Run, { command }: Statement): boolean {
  return run.state.exitsOnFailure && !run.around.tested && command.type === 'Command'
}

/** Both ends of it: whether it failed does not matter any more. */
export function runThrough(run: Run, node: CommandNode): void {
  const failed = runNode(run, node)
  if (failed !== null) become(run.state, meet(run.state, failed))
}

export function runNode(run: Run, node: CommandNode): Failed {
  step(run)
  if (run.state.dead) return null
  switch (node.type) {
    case 'Command':
      return runCommand(run, node)
    case 'AndOr':
      return andOr(run, node)
    case 'Pipeline':
      return pipeline(run, node)
    case 'Redirected':
      return redirected(run, node)
    case 'Subshell':
      return inSubshell(run, node)
    case 'BraceGroup':
      return runStatements(run, node.body.commands)
    case 'If':
      return runIf(run, node)
    case 'For':
    case 'Select':
      return runFor(run, node)
    case 'While':
    case 'ArithmeticFor':
      return runLoop(run, node)
    case 'Case':
      return runCase(run, node)
    case 'TestCommand':
      return test(run, node.expression)
    case 'ArithmeticCommand':
      if (node.expression !== undefined) number(run, node.expression)
      return null
    case 'Function':
      run.state.functions.set(node.name.value, [
        { node: bodyOf(node), source: run.source, base: run.base },
      ])
      return null
    case 'Coproc':
      return coprocess(run, node)
    default:
      return unreachable(node)
  }
}

/** The parser keeps a list for a body only in what it could not read, which is refused before. */
function bodyOf(node: Of<'Function'>): CommandNode {
  const { body } = node
  return body.type === 'CompoundList'
    ? { type: 'BraceGroup', pos: body.pos, end: body.end, body }
    : body
}

function andOr(run: Run, node: Of<'AndOr'>): Failed {
  const last = node.commands.length - 1
  const tested = aroundWith(run, { tested: true })
  let failed: Failed = null
  node.commands.forEach((command, i) => {
    const operator = node.operators[i - 1]
    const inner = i < last ? tested : run
    if (operator === undefined) {
      failed = runNode(inner, command)
    } else if (operator === '&&') {
      const without = failed ?? copyOf(run.state)
      const then = runNode(inner, command)
      failed = meet(without, then ?? copyOf(run.state))
    } else {
      const without = copyOf(run.state)
      if (failed !== null) become(run.state, failed)
      const then = runNode(inner, command)
      failed = then ?? copyOf(run.state)
      become(run.state, meet(without, run.state))
    }
  })
  return failed
}

function pipeline(run: Run, node: Of<'Pipeline'>): Failed {
  const [only, ...others] = node.commands
  if (only !== undefined && others.length === 0) {
    const negated = node.prefixes.filter((one) => one.type === 'Negation').length % 2 === 1
    const failed = runNode(negated ? aroundWith(run, { tested: true }) : run, only)
    if (!negated) return failed
    const succeeded = copyOf(run.state)
    if (failed !== null) become(run.state, failed)
    return succeeded
  }
  let input = run.around.input
  let roots = run.around.roots
  node.commands.forEach((command, i) => {
    const before = run.log.invocations.length
    const inner = subshell(run, { input, roots })
    runThrough(inner, command)
    if (i === node.commands.length - 1) {
      // Some shells run the last one themselves: what it sets may stay.
      const out = concat(run.state.out, inner.state.out)
      const stays = { ...inner.state, out: run.state.out, dead: false }
      become(run.state, { ...meet(run.state, stays), out })
      return
    }
    const text = textOf(inner.state.out)
    input = text === null ? pipeFrom(run, before) : { kind: 'text', text }
    roots = rootsOf(run, before)
  })
  return null
}

function redirected(run: Run, node: Of<'Redirected'>): Failed {
  const { input, silent } = standingRedirects(run, node.redirects, spanOf(run, node))
  const before = run.state.out
  const inner = input === null ? run : aroundWith(run, { input, roots: null })
  const failed = runNode(inner, node.command)
  if (silent) {
    run.state.out = before
    if (failed !== null) failed.out = before
  }
  return failed
}

function inSubshell(run: Run, node: Of<'Subshell'>): Failed {
  const inner = subshell(run)
  runStatements(inner, node.body.commands)
  runTraps(inner)
  run.state.out = concat(run.state.out, inner.state.out)
  return null
}

function runIf(run: Run, node: Of<'If'>): Failed {
  const clauses = [{ clause: node.clause, then: node.then }, ...node.elif]
  const ends: State[] = []
  const tested = aroundWith(run, { tested: true })
  for (const { clause, then } of clauses) {
    const failed = runStatements(tested, clause.commands)
    const otherwise = failed ?? copyOf(run.state)
    const after = runStatements(run, then.commands)
    ends.push(after === null ? copyOf(run.state) : meet(copyOf(run.state), after))
    become(run.state, otherwise)
  }
  if (node.else !== undefined) {
    const after = runStatements(run, node.else.commands)
    if (after !== null) become(run.state, meet(run.state, after))
  }
  become(run.state, ends.reduce(meet, copyOf(run.state)))
  return null
}

/** What its words run; it runs nothing itself. */
function test(run: Run, node: Test, depth = 0): Failed {
  step(run)
  if (depth > shellLimits.depthMax * 4) return null
  switch (node.type) {
    case 'TestUnary': {
      const operand = expandValue(run, node.operand)
      if (/^-[vR]$/.test(node.operator)) followName(run, operand)
      return null
    }
    case 'TestBinary': {
      const left = expandValue(run, node.left)
      if (/^-(eq|ne|[lg][te])$/.test(node.operator)) {
        followNumber(run, left)
        followNumber(run, expandValue(run, node.right))
      } else expandPattern(run, node.right)
      return null
    }
    case 'TestLogical':
      for (const operand of node.operands) test(run, operand, depth + 1)
      return null
    case 'TestNot':
      return test(run, node.operand, depth + 1)
    case 'TestGroup':
      return test(run, node.expression, depth + 1)
  }
}

export function forgetName(run: Run, name: string): void {
  assignText(run.state, name, hole)
}

export type { CommandNode, Redirections, Statement }
