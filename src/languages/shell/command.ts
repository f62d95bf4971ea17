// A simple command: its words, its assignments, its redirections, and then what it calls.

import type { Assignment } from 'unbash'
import { expandBraces } from './braces.ts'
import { emit } from './emit.ts'
import { followAssigned, followNumber } from './hidden.ts'
import { invoke } from './invoke.ts'
import { concat, fieldOf, hole, textOf } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { redirectsOf } from './redirects.ts'
import { spanOf, subshell } from './run.ts'
import type { Run } from './run.ts'
import { assign, become, copyOf, meet, scalarOf, valueOf } from './state.ts'
import type { CommandNode, Value } from './state.ts'
import type { Invocation } from './syntax.ts'
import { runNode, runThrough } from './walk.ts'
import type { Failed } from './walk.ts'
import { expandText, expandValue, expandWord } from './words.ts'

type Of<K extends CommandNode['type']> = Extract<CommandNode, { type: K }>
type Command = Of<'Command'>

const declarations = /^(export|declare|typeset|local|readonly)$/

export function runCommand(run: Run, node: Command): Failed {
  const aliased = aliasOf(run, node)
  if (aliased !== null) runAlias(run, node, aliased)
  const argv =
    node.name === undefined ? [] : [...expandWord(run, node.name), ...argumentsOf(run, node)]
  const redirected = redirectsOf(run, node.redirects)
  const assignments = node.prefix.filter((one) => one.type === 'Assignment')
  const span = spanOf(run, node)
  if (argv.length === 0) {
    for (const assignment of assignments) assignNode(run, assignment)
    if (redirected.redirects.length > 0) {
      emit(run, { argv: [fieldOf(':', [':'])], redirects: redirected.redirects, span })
    }
    return null
  }
  const kept = assignments.map(
    ({ name }) => [name, run.state.variables.get(name), run.state.exported.has(name)] as const,
  )
  const given: Invocation['assignments'][number][] = []
  for (const assignment of assignments) {
    assignNode(run, assignment)
    run.state.exported.add(assignment.name)
    const raw = assignment.text.slice(assignment.text.indexOf('=') + 1)
    given.push({
      name: assignment.name,
      value: fieldOf(raw, scalarOf(valueOf(run.state, assignment.name))),
    })
  }
  const failed = invoke(run, { argv, span, assignments: given, ...redirected }, true)
  for (const [name, value, exported] of kept) {
    for (const state of failed === null ? [run.state] : [run.state, failed]) {
      if (value === undefined) state.variables.delete(name)
      else state.variables.set(name, value)
      if (!exported) state.exported.delete(name)
    }
  }
  return failed
}

function argumentsOf(run: Run, node: Command): readonly Field[] {
  const declares = node.name !== undefined && declarations.test(node.name.value)
  return node.args.flatMap((one) => {
    if (one.type === 'Word') return expandWord(run, one)
    if (one.value.type === 'ArrayValue') {
      const keyed = node.args.some((other) => other.type === 'Word' && /^-\w*A/.test(other.text))
      if (keyed) {
        for (const word of one.value.elements) expandWord(run, word)
        assign(run.state, one.name, { kind: 'text', pieces: hole })
      } else assignNode(run, one)
      return [fieldOf(one.text, [one.name])]
    }
    if (!declares || expandBraces(one.text).length > 1) return expandText(run, one.text, one)
    const sign = one.append === true ? '+=' : '='
    return [fieldOf(one.text, concat([`${one.name}${sign}`], expandValue(run, one.value, true)))]
  })
}

function assignNode(run: Run, { name, value, append, index }: Assignment): void {
  const before = valueOf(run.state, name)
  const made = assigned(run, before, value, append === true, index)
  if (made.kind === 'text') followAssigned(run, name, made.pieces)
  assign(run.state, name, made)
}

function assigned(
  run: Run,
  before: Value,
  value: Assignment['value'],
  append: boolean,
  index: Assignment['index'],
): Value {
  if (value.type === 'ArrayValue') {
    const fields = value.elements.flatMap((word) => expandWord(run, word))
    const odd =
      fields.some((field) => field.loose === true || field.glob) ||
      value.elements.some((word) => word.text.startsWith('['))
    if (odd) return { kind: 'text', pieces: hole }
    const items = fields.map((field) => field.pieces)
    if (!append) return { kind: 'list', items }
    return before.kind === 'list'
      ? { kind: 'list', items: [...before.items, ...items] }
      : { kind: 'text', pieces: hole }
  }
  const pieces = expandValue(run, value, true)
  if (index !== undefined) {
    const at = expandValue(run, index)
    followNumber(run, at)
    return withItem(before, textOf(at), append ? hole : pieces)
  }
  if (!append) return { kind: 'text', pieces }
  return before.kind === 'list'
    ? { kind: 'text', pieces: hole }
    : { kind: 'text', pieces: concat(scalarOf(before), pieces) }
}

function withItem(before: Value, index: string | null, pieces: Pieces): Value {
  const at = index !== null && /^\d{1,3}$/.test(index) ? Number(index) : null
  if (at === null || before.kind !== 'list' || at > before.items.length)
    return { kind: 'text', pieces: hole }
  const items = [...before.items]
  items[at] = pieces
  return { kind: 'list', items }
}

/** The alias's text, where the command's name is written plainly and is one. */
function aliasOf(run: Run, node: Command): string | null {
  if (node.name === undefined) return null
  return run.state.aliases.get(node.name.text) ?? null
}

/** Whether a shell expands aliases is its own affair: the command is read both ways. */
function runAlias(run: Run, node: Command, alias: string): void {
  const { name } = node
  if (name === undefined) return
  const inner = subshell({ ...run, base: spanOf(run, node) })
  inner.state.aliases.delete(name.text)
  const rest = run.source.slice(name.end, Math.max(node.end, name.end))
  const before = run.source.slice(node.pos, name.pos)
  inner.text(inner, `${before}${alias}${rest}`)
  // `alias d=cd` moves this shell.
  become(
    run.state,
    meet(copyOf(run.state), { ...inner.state, traps: run.state.traps, dead: false }),
  )
}

/** It runs beside the script; what it writes and reads goes through pipes of its own. */
export function coprocess(run: Run, node: Of<'Coproc'>): Failed {
  const inner = subshell(run, { input: { kind: 'pipe', from: -1 } })
  const { body } = node
  if (body.type === 'CompoundList') {
    runNode(inner, { type: 'BraceGroup', pos: body.pos, end: body.end, body })
  } else runThrough(inner, body)
  return null
}
