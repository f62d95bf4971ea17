// Runs what was asked where it cannot take effect: in a transaction, behind a savepoint. Everything
// of one step is written at once: should anything before the agent's statement fail, the server
// passes over that statement.
import type { Trial } from '../../domain/action.ts'
import { sha256 } from '../../system/hash.ts'
import type { SqlPayload } from '../../domain/request.ts'
import type { Measured, MeasuredTable } from '../../domain/trial.ts'
import * as frontend from '../../wire/postgres/frontend.ts'
import { measuredByCounters } from './counted.ts'
import { KeptAnswer, ask, copyRefused, quietSync } from './exchange.ts'
import type { Answer, Asked, OwnNames, Row } from './exchange.ts'
import { expect } from './expected.ts'
import type { End, Part } from './expected.ts'
import { splitMessages } from './passed-on.ts'
import * as ownSql from './own-sql.ts'
import type { Plan, Step } from './plan.ts'
import type { ServerSession } from './session.ts'

export interface TrialLimits {
  readonly statementMilliseconds: number
  readonly lockMilliseconds: number
  readonly answerBytesMax: number
}

export interface TrialParts {
  readonly server: ServerSession
  readonly names: OwnNames
  readonly limits: TrialLimits
  readonly readMeasured: (json: string, kind: Trial) => Measured
  /** null: the database is not enrolled */
  readonly key: string | null
  /** the gate's id of what is tried */
  readonly action: string
  readonly payload: SqlPayload
  readonly plan: Extract<Plan, { kind: 'plan' }>
  readonly savepoint: string
  /** a transaction has to be begun for it */
  readonly begins: boolean
  /** how often the agent asked to cancel, so far */
  readonly cancels: () => number
}

export type Tried =
  /** It can be kept, or rolled back to the savepoint. */
  | Readonly<{ kind: 'tried'; answer: KeptAnswer; measured: Measured; timeouts: Row }>
  /** The agent's own statement fails, and so nothing would happen. */
  | Readonly<{ kind: 'fails'; answer: KeptAnswer; code: string }>
  | Readonly<{ kind: 'incomplete'; because: string }>

const subjectsMax = 200
const statementCharactersMax = 10_000

export async function runTrial(parts: TrialParts): Promise<Tried> {
  const { plan, server, limits } = parts
  const answer = new KeptAnswer(limits.answerBytesMax, () => {
    server.submit([{ bytes: copyRefused, expected: [] }])
  })
  const cancels = parts.cancels()
  let timeouts: Row = []
  const measured: Measured[] = []
  for (const [i, step] of plan.steps.entries()) {
    const entering = i === 0 ? enter(parts, answer) : []
    const tried = await runStep(parts, step, i, entering, answer)
    if (i === 0) timeouts = tried.timeouts ?? []
    const failed = judgeEnd(parts, tried, answer, { timeouts, cancels })
    if (failed !== null) return failed
    if (step.trial === null) continue
    const found = await find(parts, step, i, tried)
    if (typeof found === 'string') return { kind: 'incomplete', because: found }
    measured.push(found)
  }
  return { kind: 'tried', answer, measured: merge(measured), timeouts }
}

interface Ran {
  readonly entered: readonly Answer[]
  readonly timeouts: Row | null
  readonly before: Answer | null
  readonly end: End
  readonly after: Answer | null
}

function enter(parts: TrialParts, answer: KeptAnswer): readonly (Asked | Part)[] {
  const { plan, names, limits, begins, savepoint } = parts
  const { statementMilliseconds, lockMilliseconds } = limits
  const values = [String(statementMilliseconds), String(lockMilliseconds)]
  const begin =
    plan.begin !== null
      ? [queryPart(plan.begin.text, answer).part]
      : begins
        ? [ask(names, 'BEGIN')]
        : []
  return [...begin, ask(names, `SAVEPOINT ${savepoint}`), ask(names, ownSql.lowerTimeouts, values)]
}

async function runStep(
  parts: TrialParts,
  step: Step,
  index: number,
  entering: readonly (Asked | Part)[],
  answer: KeptAnswer,
): Promise<Ran> {
  const { server, names, payload } = parts
  const inner =
    step.trial === 'drop' && !step.whole ? [ask(names, `SAVEPOINT ${innerName(parts, index)}`)] : []
  const before = step.trial === null ? null : begin(parts, step, index)
  const client = step.whole ? clientPart(payload, answer) : queryPart(step.text, answer)
  const after = step.trial === null ? null : finish(parts, index)
  const simple = payload.form === 'simple'
  const sync = quietSync()
  const asked = [...entering, ...inner]
  server.submit([
    ...asked.map((each) => ('part' in each ? each.part : each)),
    ...(before === null ? [] : [before.part]),
    client.part,
    ...(after === null ? [] : [after.part]),
    ...(simple ? [sync.part] : []),
  ])
  if (!simple) server.flush()
  const answers = asked.flatMap((each) => ('part' in each ? [each.answer] : []))
  const entered = await Promise.all(answers)
  const timeouts = entered.find((each) => each.kind === 'rows' && each.rows[0]?.length === 6)
  const ran = {
    entered,
    timeouts: timeouts?.kind === 'rows' ? (timeouts.rows[0] ?? null) : null,
    before: before === null ? null : await before.answer,
    end: await client.ended,
    after: after === null ? null : await after.answer,
  }
  if (simple) await sync.ended
  return ran
}

function begin({ names, key, action, ...parts }: TrialParts, step: Step, index: number): Asked {
  if (key === null) return ask(names, ownSql.counters)
  const subjects = JSON.stringify(step.subjects.slice(0, subjectsMax))
  const statement = step.text.trim().slice(0, statementCharactersMax)
  const values = [key, actionOf(action, parts.plan, index), step.trial, subjects, statement]
  return ask(names, ownSql.beginTrial, values)
}

function finish({ names, key, action, plan }: TrialParts, index: number): Asked {
  if (key === null) return ask(names, ownSql.counters)
  return ask(names, ownSql.endTrial, [key, actionOf(action, plan, index)])
}

/** One request, several statements: each is kept, and taken back, by itself. */
function actionOf(action: string, { steps }: TrialParts['plan'], index: number): string {
  return steps.length === 1 ? action : `${action}_${index + 1}`
}

function innerName({ savepoint }: TrialParts, index: number): string {
  return `${savepoint}_${index + 1}`
}

interface ClientPart {
  readonly part: Part
  readonly ended: Promise<End>
}

function queryPart(text: string, answer: KeptAnswer): ClientPart {
  const { promise, resolve } = Promise.withResolvers<End>()
  const expected = [expect('query', { sink: answer, text, ended: resolve })]
  return { part: { bytes: frontend.queryMessage(text), expected }, ended: promise }
}

function clientPart(payload: SqlPayload, answer: KeptAnswer): ClientPart {
  if (payload.form === 'simple') return queryPart(payload.text, answer)
  const { promise, resolve } = Promise.withResolvers<End>()
  const over = (end: End): void => {
    if (end.kind !== 'done') resolve(end)
  }
  const { text } = payload
  const expected = splitMessages(payload.messages).map((message) => {
    switch (message[0]) {
      case frontend.frontendTags.bind:
        return expect('bind', { sink: answer, ended: over })
      case frontend.frontendTags.describe:
        return expect('describe', { sink: answer, ended: over })
      default:
        return expect('execute', { sink: answer, text, ended: resolve })
    }
  })
  return { part: { bytes: payload.messages, expected }, ended: promise }
}

/** null: it ran, and was not in anybody's way. */
function judgeEnd(
  { begins, cancels, limits }: TrialParts,
  ran: Ran,
  answer: KeptAnswer,
  known: Readonly<{ timeouts: Row; cancels: number }>,
): Exclude<Tried, { kind: 'tried' }> | null {
  for (const each of [...ran.entered, ...(ran.before === null ? [] : [ran.before])]) {
    if (each.kind !== 'rows') return incomplete(`it could not be tried: ${saysOf(each)}`)
  }
  if (ran.end.kind === 'lost') return incomplete('the server closed the connection')
  if (answer.copied) return incomplete('it takes data while it runs')
  const { error } = answer
  if (ran.end.kind === 'error' || error !== null) {
    const code = error?.code ?? ran.end.code ?? 'XX000'
    const why = whyNotItsOwn(code, begins, limits, {
      ...known,
      cancelled: cancels() > known.cancels,
    })
    if (why !== null) return incomplete(why)
    if (error?.where.includes('holdpoint.') === true && code !== '42501') {
      return incomplete(`what it touches could not be kept: ${error.message}`)
    }
    return { kind: 'fails', answer, code }
  }
  if (ran.end.kind !== 'done') return incomplete('the server passed over it')
  if (answer.overflowed)
    return incomplete(`its answer is longer than ${limits.answerBytesMax} bytes`)
  if (ran.after !== null && ran.after.kind !== 'rows') {
    return incomplete(`what it touches could not be counted: ${saysOf(ran.after)}`)
  }
  return null
}

/** An error that came because it was tried, and would not have come otherwise. */
function whyNotItsOwn(
  code: string,
  begins: boolean,
  { statementMilliseconds, lockMilliseconds }: TrialLimits,
  { timeouts, cancelled }: Readonly<{ timeouts: Row; cancelled: boolean }>,
): string | null {
  if (code === '57014' && !cancelled && !isLower(timeouts[1], statementMilliseconds)) {
    return `it takes longer than ${statementMilliseconds / 1000} s`
  }
  if (code === '55P03' && !isLower(timeouts[3], lockMilliseconds)) {
    return 'others have locked what it touches'
  }
  if ((code === '25001' && begins) || code === '2D000') return 'it cannot run inside a transaction'
  return null
}

/** The agent's own limit is not above the trial's. */
function isLower(own: string | null | undefined, limit: number): boolean {
  const milliseconds = Number(own ?? 0)
  return milliseconds > 0 && milliseconds <= limit
}

async function find(
  parts: TrialParts,
  step: Step,
  index: number,
  { before, after }: Ran,
): Promise<Measured | string> {
  const { key, readMeasured, plan } = parts
  if (before?.kind !== 'rows' || after?.kind !== 'rows' || step.trial === null)
    return 'it was not tried'
  if (key === null) return measuredByCounters(before.rows, after.rows)
  const ended = after.rows[0]?.[0] ?? ''
  if (step.trial !== 'drop') return readMeasured(ended, step.trial)
  const { server, names, savepoint, action } = parts
  const to = step.whole ? savepoint : innerName(parts, index)
  const back = ask(names, `ROLLBACK TO SAVEPOINT ${to}`)
  const values = [key, actionOf(action, plan, index), step.text.trim(), ended]
  // The savepoint has taken the time limits back as well, when it is the first one.
  const { statementMilliseconds, lockMilliseconds } = parts.limits
  const limits = [String(statementMilliseconds), String(lockMilliseconds)]
  const lower = ask(names, ownSql.lowerTimeouts, limits)
  const moved = ask(names, ownSql.quarantine, values)
  const sync = quietSync()
  const simple = parts.payload.form === 'simple'
  server.submit([back.part, lower.part, moved.part, ...(simple ? [sync.part] : [])])
  if (!simple) server.flush()
  const answers = await Promise.all([back.answer, lower.answer, moved.answer])
  if (simple) await sync.ended
  const [first, , last] = answers
  if (first.kind !== 'rows') return `it could not be rolled back: ${saysOf(first)}`
  if (last.kind !== 'rows') return `it could not be moved away: ${saysOf(last)}`
  return readMeasured(last.rows[0]?.[0] ?? '', step.trial)
}

export function saysOf(answer: Answer): string {
  switch (answer.kind) {
    case 'error':
      return `${answer.error.message} (${answer.error.code})`
    case 'lost':
      return 'the server closed the connection'
    default:
      return 'the server passed over it'
  }
}

function incomplete(because: string): Tried & { kind: 'incomplete' } {
  return { kind: 'incomplete', because }
}

/** What several statements of one message would do together. */
function merge(all: readonly Measured[]): Measured {
  const [first, ...more] = all
  if (first !== undefined && more.length === 0) return first
  const tables = new Map<string, MeasuredTable>()
  for (const table of all.flatMap((each) => each.tables)) {
    const key = JSON.stringify([table.schema, table.name])
    const before = tables.get(key)
    tables.set(key, before === undefined ? table : sum(before, table))
  }
  const kept = all.map((each) => each.kept)
  const whole = kept.filter((each) => each !== null)
  return {
    tables: [...tables.values()],
    dropped: all.flatMap(({ dropped }) => dropped),
    kept:
      whole.length < kept.length || whole.length === 0
        ? null
        : {
            says: whole.map(({ says }) => says).join('; '),
            bytes: whole.reduce((bytes, each) => bytes + each.bytes, 0),
            sha256: sha256(whole.map((each) => each.sha256).join('\n')),
          },
    because: all.flatMap((each) => each.because),
    complete: all.every(({ complete }) => complete),
    samples: all.flatMap(({ samples }) => samples),
  }
}

function sum(before: MeasuredTable, after: MeasuredTable): MeasuredTable {
  return {
    ...before,
    inserted: before.inserted + after.inserted,
    updated: before.updated + after.updated,
    deleted: before.deleted + after.deleted,
  }
}
