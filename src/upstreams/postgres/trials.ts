// What is tried in one session stays open here until it is kept or rolled back.
import type { Action, Trial } from '../../domain/action.ts'
import type { Digest, RequestId } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { SqlPayload } from '../../domain/request.ts'
import type { Measured } from '../../domain/trial.ts'
import { backendTags, readyForQuery } from '../../wire/postgres/backend.ts'
import { queryMessage } from '../../wire/postgres/frontend.ts'
import { KeptAnswer, ask, parseOnly, quietSync } from './exchange.ts'
import type { Answer, Asked, Row } from './exchange.ts'
import { expect } from './expected.ts'
import type { Part } from './expected.ts'
import type { Ground } from './ground.ts'
import { createJob, endDone, endFailed, endLost } from './job.ts'
import type { Job, Running } from './job.ts'
import * as ownSql from './own-sql.ts'
import { droppedDatabase, planTrial } from './plan.ts'
import type { Plan } from './plan.ts'
import { tryDatabase } from './drop-database.ts'
import { runTrial } from './trial.ts'
import type { TrialLimits } from './trial.ts'

/** What was asked, and the gate's name for it. */
export interface Tryable {
  readonly id: RequestId
  readonly digest: Digest
  readonly payload: SqlPayload
}

export interface TrialsParts {
  readonly ground: Ground
  readonly limits: TrialLimits
  readonly readMeasured: (json: string, kind: Trial) => Measured
  /** how often the agent has asked to cancel */
  readonly cancels: () => number
}

interface Begun {
  readonly digest: Digest
  readonly action: string
  readonly savepoint: string
  /** it began the transaction it is in */
  readonly began: boolean
  readonly plan: Extract<Plan, { kind: 'plan' }>
  readonly form: SqlPayload['form']
}

interface OpenTrial extends Begun {
  readonly measured: Measured
  readonly answer: KeptAnswer
  /** SQLSTATE: the statement fails by itself, and there is nothing to keep */
  readonly fails: string | null
  readonly timeouts: Row
}

export class Trials {
  readonly #parts: TrialsParts
  readonly #ground: Ground
  #open: OpenTrial | null = null
  #savepoints = 0
  #enrolled = false

  constructor(parts: TrialsParts) {
    this.#parts = parts
    this.#ground = parts.ground
    parts.ground.server.onClose(() => {
      this.#open = null
    })
  }

  get open(): Pick<OpenTrial, 'digest' | 'action' | 'measured'> | null {
    return this.#open
  }

  /** key: of the capture; null where the database is not enrolled */
  async measure(asked: Tryable, actions: NonEmpty<Action>, key: string | null): Promise<Measured> {
    const ground = this.#ground
    await this.abandon()
    await ground.server.drained()
    const refused = ground.refusal()
    if (refused !== null) return incomplete(refused)
    if (actions.some(({ trial }) => trial === 'parse')) return this.#tryParse(asked)
    const plan = planTrial(asked.payload, actions)
    if (plan.kind === 'cannot') return incomplete(plan.because)
    if (plan.begin !== null && ground.transaction !== 'I') {
      return incomplete('it begins a transaction within one; send it by itself')
    }
    if (asked.payload.form === 'simple' && ground.own) await ground.finish(false)
    const enrolled = key !== null && (await this.#isEnrolled())
    const keeps = plan.steps.some(({ trial }) => trial !== null && trial !== 'rows')
    if (keeps && !enrolled) {
      return incomplete('this database is not enrolled, so nothing of it can be kept')
    }
    const database = droppedDatabase(actions)
    if (database !== null && key !== null) return this.#tryDrop(asked, plan, { key, database })
    return this.#try(asked, plan, enrolled ? key : null)
  }

  /** Whether it is any SQL at all: the server's parser says so, and what it says is the answer. */
  async #tryParse({ id, digest, payload }: Tryable): Promise<Measured> {
    const { names } = this.#ground
    if (payload.form !== 'simple') return incomplete(readable)
    const [parsed] = await this.#ground.exchange([parseOnly(names, payload.text)])
    if (parsed?.kind !== 'error' || parsed.bytes === null) return incomplete(readable)
    const { code, message } = parsed.error
    // Several statements are no error of the grammar: they were read, and only not prepared.
    if (code !== '42601' || message.includes('multiple commands')) return incomplete(readable)
    const answer = new KeptAnswer(this.#parts.limits.answerBytesMax, () => undefined)
    answer.take(backendTags.errorResponse, parsed.bytes)
    const step = { text: payload.text, whole: true, trial: 'parse', subjects: [] } as const
    this.#open = {
      ...{ digest, action: id, savepoint: '', began: true, form: payload.form, timeouts: [] },
      plan: { kind: 'plan', begin: null, steps: [step], commit: null },
      ...{ answer, fails: code, measured: failing },
    }
    return failing
  }

  /** A database is renamed instead of dropped: that alone can be rolled back. */
  async #tryDrop(
    { id, digest, payload }: Tryable,
    plan: Begun['plan'],
    what: Readonly<{ key: string; database: string }>,
  ): Promise<Measured> {
    const ground = this.#ground
    if (ground.transaction !== 'I' || ground.own || ground.server.unsynced) {
      return incomplete('it cannot run inside a transaction; send it by itself')
    }
    this.#savepoints += 1
    const savepoint = `holdpoint_${this.#savepoints}`
    const begun = { digest, action: id, savepoint, began: true, plan, form: payload.form }
    ground.own = true
    const tried = await tryDatabase(ground, this.#parts, { ...what, id, savepoint, payload })
    if (tried.kind === 'tried') {
      this.#open = { ...begun, ...tried, fails: null }
      return tried.measured
    }
    await this.#rollBack(begun)
    if (tried.kind === 'incomplete') return incomplete(tried.because)
    this.#open = {
      ...begun,
      answer: tried.answer,
      fails: tried.code,
      measured: failing,
      timeouts: [],
    }
    return failing
  }

  async #try(
    { id, digest, payload }: Tryable,
    plan: Begun['plan'],
    key: string | null,
  ): Promise<Measured> {
    const ground = this.#ground
    const began = ground.transaction === 'I' && !ground.own
    this.#savepoints += 1
    const savepoint = `holdpoint_${this.#savepoints}`
    if (began) ground.own = true
    const begun: Begun = { digest, action: id, savepoint, began, plan, form: payload.form }
    const { limits, readMeasured, cancels } = this.#parts
    const { server, names } = ground
    const shared = { server, names, limits, readMeasured, cancels, plan, savepoint, payload, key }
    const tried = await runTrial({ ...shared, action: id, begins: began })
    switch (tried.kind) {
      case 'incomplete':
        await this.#rollBack(begun)
        return incomplete(tried.because)
      case 'fails':
        if (payload.form === 'simple' && began && plan.begin === null) {
          await ground.exchange([ask(names, 'ROLLBACK')])
          ground.own = false
        }
        this.#open = {
          ...{ ...begun, answer: tried.answer, fails: tried.code },
          ...{ measured: failing, timeouts: [] },
        }
        return failing
      default:
        this.#open = { ...begun, ...tried, fails: null }
        return tried.measured
    }
  }

  async #isEnrolled(): Promise<boolean> {
    if (this.#enrolled) return true
    const rows = await this.#ground.ask(ownSql.findEnrolment)
    this.#enrolled = typeof rows[0]?.[0] === 'string'
    return this.#enrolled
  }

  async abandon(): Promise<void> {
    const open = this.#open
    if (open === null) return
    this.#open = null
    await this.#rollBack(open)
  }

  /** As it was before; a transaction of the agent's own stays open. */
  async #rollBack({ savepoint, began, plan }: Begun): Promise<void> {
    const { server, names, own } = this.#ground
    if (server.closed !== null) return
    const alone = plan.begin !== null || (began && server.executed === 0)
    if (alone && !own && plan.begin === null) return
    const asked = alone
      ? [ask(names, 'ROLLBACK')]
      : [
          ask(names, `ROLLBACK TO SAVEPOINT ${savepoint}`),
          ask(names, `RELEASE SAVEPOINT ${savepoint}`),
        ]
    const { executed } = server
    const sync = quietSync()
    // The server may be on its way to a Sync: inside a transaction block that ends nothing.
    const goesOn = server.skipping ? [quietSync().part] : []
    server.submit([...goesOn, ...asked.map(({ part }) => part), sync.part])
    await sync.ended
    server.executed = executed
    server.epoch += 1
    if (alone) this.#ground.own = false
    const answers = await Promise.all(asked.map(({ answer }) => answer))
    // What no statement rolls back is rolled back by the end of the connection.
    if (answers.some(({ kind }) => kind !== 'rows'))
      server.break('what was tried could not be ended')
  }

  /** What was tried for this takes effect, and its answer goes to the agent; null: nothing was. */
  async keep(digest: Digest): Promise<Running | null> {
    const open = this.#open
    if (open === null || open.digest !== digest) return null
    this.#open = null
    const job = createJob()
    if (open.fails !== null) this.#tellFailure(open, open.fails, job)
    else if (open.form === 'simple') await this.#keepQuery(open, job)
    else await this.#keepExecuted(open, job)
    return job
  }

  #tellFailure({ answer, form, began, plan }: OpenTrial, code: string, job: Job): void {
    const ground = this.#ground
    ground.server.relay(answer.whole())
    if (form === 'simple') {
      if (began && plan.begin !== null) ground.own = false
      ground.server.relay(readyForQuery(ground.transaction))
    }
    job.end(endFailed(code), true)
  }

  #release({ timeouts, savepoint }: OpenTrial): readonly Asked[] {
    const { names } = this.#ground
    const [statement = '0', , lock = '0'] = timeouts
    return [
      ask(names, ownSql.restoreTimeouts, [statement, lock]),
      ask(names, `RELEASE SAVEPOINT ${savepoint}`),
    ]
  }

  async #keepQuery(open: OpenTrial, job: Job): Promise<void> {
    const ground = this.#ground
    const { server, names } = ground
    const { answer, began, plan } = open
    const commits = began && plan.commit === null ? [ask(names, 'COMMIT')] : []
    const asked = [...this.#release(open), ...commits]
    const last = plan.commit === null ? [] : [commitPart(plan.commit.text, answer)]
    const sync = quietSync()
    server.submit([...asked.map(({ part }) => part), ...last, sync.part])
    const end = await sync.ended
    if (began) ground.own = false
    const failed = (await Promise.all(asked.map((each) => each.answer))).find(isError)
    if (end.kind === 'lost') {
      job.end(endLost, true)
      return
    }
    server.relay(failed === undefined ? answer.whole() : answer.withoutCompletion())
    if (failed?.bytes != null) server.relay(failed.bytes)
    server.relay(readyForQuery(ground.transaction))
    const code = failed?.error.code ?? answer.error?.code ?? null
    job.end(code === null ? endDone : endFailed(code), true)
  }

  /** Where the gate opened the transaction, it is committed at the agent's Sync. */
  async #keepExecuted(open: OpenTrial, job: Job): Promise<void> {
    const ground = this.#ground
    const { server } = ground
    const asked = this.#release(open)
    server.submit(asked.map(({ part }) => part))
    server.flush()
    const answers = await Promise.all(asked.map((each) => each.answer))
    const failed = answers.find(isError)
    if (answers.some(({ kind }) => kind === 'lost')) job.end(endLost, true)
    else if (failed !== undefined) {
      if (failed.bytes !== null) server.relay(failed.bytes)
      job.end(endFailed(failed.error.code), true)
    } else {
      server.executed += 1
      server.relay(open.answer.whole())
      if (ground.own) ground.atSync((end) => job.end(end, true))
      job.end(endDone, !ground.own)
    }
  }
}

function isError(answer: Answer): answer is Extract<Answer, { kind: 'error' }> {
  return answer.kind === 'error'
}

function commitPart(text: string, answer: KeptAnswer): Part {
  return { bytes: queryMessage(text), expected: [expect('query', { sink: answer, text })] }
}

const readable = 'the server reads it, and Holdpoint does not'

const nothing: Measured = {
  ...{ tables: [], dropped: [], kept: null, because: [] },
  ...{ complete: true, samples: [] },
}

const failing: Measured = { ...nothing, failed: true }

export function incomplete(because: string): Measured {
  return { ...nothing, because: [because], complete: false }
}
