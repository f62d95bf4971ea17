// `for`, `while`, `select` and `case`. A loop over known words is read round by round; of any
// other, what its rounds change is forgotten before its body is read once.
import type { Word as WordNode } from 'unbash'
import { shellLimits } from './limits.ts'
import { number } from './numbers.ts'
import { hole, textOf } from './pieces.ts'
import type { Field, Pieces } from './pieces.ts'
import { matches, parsePattern } from './patterns.ts'
import { aroundWith } from './run.ts'
import type { Run } from './run.ts'
import { assignText, become, copyOf, forgetVariables, meet, sameState } from './state.ts'
import type { CommandNode, State } from './state.ts'
import { runStatements } from './walk.ts'
import type { Failed, Statement } from './walk.ts'
import { expandPattern, expandValue, expandWord } from './words.ts'

type Of<K extends CommandNode['type']> = Extract<CommandNode, { type: K }>

/** Runs the body as one round; ways out of the loop are kept in `exits`. */
function round(run: Run, body: readonly Statement[], exits: State[]): void {
  const { loops } = run.around.exits
  const inner = aroundWith(run, {
    exits: { ...run.around.exits, loops: [...loops, exits] },
  })
  const failed = runStatements(inner, body)
  if (failed !== null) become(run.state, meet(run.state, failed))
}

function leave(run: Run, exits: readonly State[]): void {
  for (const state of exits) become(run.state, meet(run.state, state))
}

export function runFor(run: Run, node: Of<'For' | 'Select'>): Failed {
  const items =
    node.wordlist === undefined ? undefined : node.wordlist.flatMap((word) => expandWord(run, word))
  const rounds = items === undefined ? (run.state.positional ?? null) : roundsOf(items)
  const name = node.name.value
  const exits: State[] = []
  if (node.type === 'Select' || rounds === null || rounds.length > shellLimits.roundsMax) {
    repeat(run, exits, (inner) => {
      // Of files below a folder, the folder is known.
      const below = items?.length === 1 && items[0]?.glob === true ? belowPattern(items[0]) : hole
      assignText(inner.state, name, node.type === 'Select' ? hole : below)
      round(inner, node.body.commands, exits)
    })
    leave(run, exits)
    return null
  }
  const many = rounds.length > 1 ? aroundWith(run, { times: 'many' }) : run
  for (const item of rounds) {
    if (run.state.dead) break
    assignText(run.state, name, item)
    // `continue` and `break` are not told apart: after either, the next round may come.
    const before = exits.length
    round(many, node.body.commands, exits)
    leave(run, exits.slice(before))
  }
  leave(run, exits)
  return null
}

function roundsOf(fields: readonly Field[]): readonly Pieces[] | null {
  return fields.some((field) => field.loose === true || field.glob)
    ? null
    : fields.map((field) => field.pieces)
}

/** `dir/*.log` is something in `dir/`, unless nothing matches and it stays as it is. */
function belowPattern(field: Field): Pieces {
  const [first] = field.pieces
  const folder = typeof first === 'string' ? /^[^*?[\]]*\//.exec(first)?.[0] : undefined
  return folder === undefined ? hole : [folder, null]
}

export function runLoop(run: Run, node: Of<'While' | 'ArithmeticFor'>): Failed {
  const exits: State[] = []
  if (node.type === 'ArithmeticFor' && node.initialize !== undefined) number(run, node.initialize)
  repeat(run, exits, (inner) => {
    const clause = aroundWith(inner, { tested: true })
    if (node.type === 'While') {
      const failed = runStatements(clause, node.clause.commands)
      // The loop ends with what the condition leaves behind.
      exits.push(failed === null ? copyOf(inner.state) : meet(copyOf(inner.state), failed))
      if (failed !== null) become(inner.state, meet(inner.state, failed))
    } else if (node.test !== undefined) number(inner, node.test)
    round(inner, node.body.commands, exits)
    if (node.type === 'ArithmeticFor' && node.update !== undefined) number(inner, node.update)
  })
  leave(run, exits)
  return null
}

/**
 * Reads a body whose rounds are not known: first without keeping what it finds, until a round
 * more changes nothing; then once for its findings.
 */
function repeat(run: Run, exits: State[], once: (inner: Run) => void): void {
  const many = aroundWith(run, { times: 'many' })
  for (let tries = 0; ; tries++) {
    const before = copyOf(run.state)
    const found = { ...run.log, invocations: [...run.log.invocations], unread: [...run.log.unread] }
    once({ ...many, log: found })
    run.log.steps = found.steps
    const after = [run.state, ...exits.splice(0)].reduce(meet, before)
    const settled = sameState(after, before)
    become(run.state, after)
    if (settled) break
    if (tries >= 2) {
      forgetVariables(run.state)
      Object.assign(run.state, {
        positional: null,
        directories: [null],
        previous: null,
        stack: [],
        out: hole,
      })
      break
    }
  }
  const before = copyOf(run.state)
  once(many)
  become(run.state, meet(before, run.state))
  if (run.state.out !== before.out) run.state.out = hole
}

export function runCase(run: Run, node: Of<'Case'>): Failed {
  const subject = textOf(expandValue(run, node.word))
  const ends: State[] = []
  let falls: State | null = null
  for (const item of node.items) {
    if (run.state.dead && falls === null) break
    const taken = matchesAny(run, item.pattern, subject)
    const otherwise = copyOf(run.state)
    if (taken === false) {
      if (falls === null) continue
      become(run.state, falls)
    } else if (falls !== null) become(run.state, meet(run.state, falls))
    const failed = runStatements(run, item.body.commands)
    const after = failed === null ? copyOf(run.state) : meet(copyOf(run.state), failed)
    falls = item.terminator === ';&' ? after : null
    if (falls === null) ends.push(after)
    become(run.state, otherwise)
    if (item.terminator === ';;&') become(run.state, meet(copyOf(run.state), after))
    else if (taken === true) run.state.dead = true
  }
  const all = falls === null ? ends : [...ends, falls]
  become(run.state, all.reduce(meet, copyOf(run.state)))
  return null
}

function matchesAny(
  run: Run,
  patterns: readonly WordNode[],
  subject: string | null,
): boolean | null {
  let sure = true
  for (const word of patterns) {
    const text = expandPattern(run, word)
    const pattern = text === null ? null : parsePattern(text)
    const found = subject === null || pattern === null ? null : matches(pattern, subject)
    if (found === true) return true
    if (found === null) sure = false
  }
  return sure ? false : null
}
