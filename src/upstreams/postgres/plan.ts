// In which steps a request is tried. Pure: it looks at what was read, and at nothing else.
import type { Action, Trial } from '../../domain/action.ts'
import type { Effect } from '../../domain/effect.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { SqlPayload } from '../../domain/request.ts'

export interface Step {
  /** the statement; with blanks before it, so that an error's position is that in the whole text */
  readonly text: string
  /** the whole request is this step, as it was sent */
  readonly whole: boolean
  /** null: it is run, and not counted */
  readonly trial: Trial | null
  readonly subjects: readonly Subject[]
}

export interface Subject {
  readonly schema: string
  readonly name: string
}

/** begin, commit: the agent's own words for it, in the same message. */
export type Plan =
  | Readonly<{ kind: 'plan'; begin: Step | null; steps: NonEmpty<Step>; commit: Step | null }>
  | Readonly<{ kind: 'cannot'; because: string }>

const apart = 'transaction control and what must be measured came in one message; send them apart'
const statementsMax = 50

interface Statement {
  readonly start: number
  readonly end: number
  readonly actions: readonly Action[]
}

/** The one database that a message would drop, and nothing else; null when it is not that. */
export function droppedDatabase(actions: NonEmpty<Action>): string | null {
  const [{ trial, effects }, ...more] = actions
  if (trial !== 'database' || more.length > 0) return null
  for (const effect of effects) {
    if (effect.kind !== 'destroy' || effect.resource.type !== 'database') continue
    return effect.resource.id === null ? null : plainName(effect.resource.id)
  }
  return null
}

export function planTrial(payload: SqlPayload, actions: NonEmpty<Action>): Plan {
  if (payload.form !== 'simple') return planWhole(payload.text, payload.text, actions)
  const statements = statementsOf(actions)
  if (statements === null) return cannot('not every statement of the message was read')
  if (statements.length > statementsMax) {
    return cannot(`more than ${statementsMax} statements came in one message; send them apart`)
  }
  if (!coversAll(payload.text, statements)) {
    return cannot('not every statement of the message was read')
  }
  const [first] = statements
  if (statements.length > 1 || first === undefined) return planEach(payload.text, statements)
  return planWhole(payload.text, payload.text.slice(first.start, first.end), actions)
}

function planWhole(text: string, own: string, actions: NonEmpty<Action>): Plan {
  if (!isPlain(own) || controls(own)) return cannot(apart)
  const refused = refuseUntried(own, actions)
  if (refused !== null) return cannot(refused)
  const step = stepOf(text, actions)
  return { kind: 'plan', begin: null, steps: [{ ...step, text, whole: true }], commit: null }
}

function planEach(text: string, statements: readonly Statement[]): Plan {
  const steps: Step[] = []
  let begin: Step | null = null
  let commit: Step | null = null
  for (const [i, { start, end, actions }] of statements.entries()) {
    const own = text.slice(start, end)
    const padded = `${' '.repeat(Array.from(text.slice(0, start)).length)}${own}`
    const step = { ...stepOf(own, actions), text: padded }
    if (!isPlain(own)) return cannot(apart)
    if (!controls(own)) {
      const refused = refuseUntried(own, actions)
      if (refused !== null) return cannot(refused)
      steps.push(step)
    } else if (i === 0 && /^(begin|start)\b/i.test(bare(own))) begin = step
    else if (i === statements.length - 1 && /^(commit|end)\b/i.test(bare(own))) commit = step
    else return cannot(apart)
  }
  const [first, ...more] = steps
  if (first === undefined || (begin === null) !== (commit === null)) return cannot(apart)
  if (commit !== null && /\b(chain|prepared)\b/i.test(commit.text)) return cannot(apart)
  return { kind: 'plan', begin, steps: [first, ...more], commit }
}

function stepOf(text: string, actions: readonly Action[]): Step {
  const kinds = new Set(actions.map(({ trial }) => trial))
  const trial =
    (['database', 'image', 'drop', 'rows'] as const).find((kind) => kinds.has(kind)) ?? null
  const subjects = new Map(
    actions
      .flatMap(({ effects }) => effects)
      .flatMap(subjectOf)
      .map((subject) => [`${subject.schema}.${subject.name}`, subject]),
  )
  return { text, whole: false, trial, subjects: [...subjects.values()] }
}

function subjectOf(effect: Effect): readonly Subject[] {
  if (effect.kind === 'unknown' || effect.resource.type !== 'table') return []
  const { id } = effect.resource
  const dot = id?.indexOf('.') ?? -1
  if (id === null || dot <= 0) return []
  return [{ schema: plainName(id.slice(0, dot)), name: plainName(id.slice(dot + 1)) }]
}

/** `%2F` and its like stand for what cannot be written in an id. */
function plainName(name: string): string {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

/**
 * Nothing is run that has an effect which a rollback cannot undo, or which is not to be tried: a
 * statement without a trial may only read or add; one whose effect is unknown is not tried at all.
 */
function refuseUntried(own: string, actions: readonly Action[]): string | null {
  if (/^copy\b[^]*\bstdin\b/i.test(bare(own))) return 'it takes data while it runs'
  const tried = actions.some(({ trial }) => trial !== undefined)
  for (const { effects, verb } of actions) {
    for (const { kind } of effects) {
      if (kind === 'unknown') return `what \`${verb}\` does is not known, so it is not tried`
      if (!tried && kind !== 'read' && kind !== 'write' && kind !== 'disclose') {
        return `\`${verb}\` came in one message with what must be measured; send it apart`
      }
    }
  }
  return null
}

/** By span, in order; null where an action has none. */
function statementsOf(actions: NonEmpty<Action>): readonly Statement[] | null {
  const found = new Map<string, Statement>()
  for (const action of actions) {
    const { span } = action.evidence
    if (span === null) return null
    const [start, end] = span
    const key = `${start}-${end}`
    const before = found.get(key)?.actions ?? []
    found.set(key, { start, end, actions: [...before, action] })
  }
  return [...found.values()].sort((a, b) => a.start - b.start)
}

const betweenPattern = /^(?:[ \t\n\r\f\v;]|--[^\n\r]*(?:[\n\r]|$)|\/\*(?:(?!\*\/|\/\*)[^])*\*\/)*$/

/** The statements do not overlap, and between them there is nothing that would run. */
function coversAll(text: string, statements: readonly Statement[]): boolean {
  let at = 0
  for (const { start, end } of statements) {
    if (start < at || end <= start || end > text.length) return false
    if (!betweenPattern.test(text.slice(at, start))) return false
    at = end
  }
  return betweenPattern.test(text.slice(at))
}

const controlPattern =
  /^(begin|start|commit|end|rollback|abort|savepoint|release|prepare\s+transaction|set\s+transaction|set\s+session\s+characteristics)\b/i

/** Begins with a word, as far as can be seen from here: then that word says what it is. */
function isPlain(statement: string): boolean {
  return /^[a-z(]/i.test(bare(statement))
}

function controls(statement: string): boolean {
  return controlPattern.test(bare(statement))
}

function bare(statement: string): string {
  return statement.replace(/^(?:\s|--[^\n\r]*[\n\r]|\/\*(?:(?!\*\/|\/\*)[^])*\*\/)+/, '')
}

function cannot(because: string): Plan {
  return { kind: 'cannot', because }
}
