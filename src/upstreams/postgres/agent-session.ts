// An agent's session at a server: what was judged is sent, what was tried is kept or rolled back,
// and everything in the order in which the agent's client sent it.
import type { Action, Trial } from '../../domain/action.ts'
import { Fault, assert } from '../../domain/fault.ts'
import type { Digest } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { SqlChannel, SqlPayload, TransactionState } from '../../domain/request.ts'
import type { Measured } from '../../domain/trial.ts'
import { copyFailMessage, frontendTags } from '../../wire/postgres/frontend.ts'
import { ask, failure, quietSync } from './exchange.ts'
import type { Row } from './exchange.ts'
import { expect } from './expected.ts'
import type { End, Part } from './expected.ts'
import { Ground } from './ground.ts'
import { createJob, endDone, endFailed } from './job.ts'
import type { Running } from './job.ts'
import { checkBound, checkSimple, mismatch, readGroup } from './judged.ts'
import * as ownSql from './own-sql.ts'
import { passedOn, splitMessages } from './passed-on.ts'
import type { ServerSession } from './session.ts'
import type { TrialLimits } from './trial.ts'
import { Trials } from './trials.ts'
import type { Tryable } from './trials.ts'
import { Turns } from './turns.ts'

const portalsMax = 1_000

export interface AgentSessionParts {
  readonly server: ServerSession
  readonly limits: TrialLimits
  readonly readMeasured: (json: string, kind: Trial) => Measured
}

export class AgentSession {
  readonly server: ServerSession
  readonly #ground: Ground
  readonly #trials: Trials
  readonly #turns = new Turns()
  /** what each portal was bound to, by the request's digest */
  readonly #portals = new Map<string, Digest>()
  #cancels = 0
  /** the database refuses what falls here unseen */
  #marked = false

  constructor({ server, limits, readMeasured }: AgentSessionParts) {
    this.server = server
    this.#ground = new Ground(server)
    const cancels = (): number => this.#cancels
    this.#trials = new Trials({ ground: this.#ground, limits, readMeasured, cancels })
  }

  readonly channel: SqlChannel = {
    attach: (receive) => this.server.attach(receive),
    resume: () => this.server.resume(),
    write: (messages) => this.#write(messages),
    onDrain: (listener) => this.server.onDrain(listener),
    settle: () => this.#turns.take(() => this.#settle()),
    fail: () => this.#quietly(() => this.#fail()),
    cancel: () => {
      this.#cancels += 1
      this.server.cancel()
    },
    close: () => this.server.close(),
    onClose: (listener) => this.server.onClose(listener),
  }

  get transaction(): TransactionState {
    return this.#ground.transaction
  }

  get quiet(): boolean {
    return this.server.quiet && this.#turns.idle
  }

  get tried(): Trials['open'] {
    return this.#trials.open
  }

  measure(asked: Tryable, actions: NonEmpty<Action>, key: string | null): Promise<Measured> {
    return this.#quietly(() => this.#trials.measure(asked, actions, key))
  }

  /** digest: of the request that it was tried for; null: whatever was tried */
  abandon(digest: Digest | null): Promise<void> {
    return this.#quietly(async () => {
      if (digest === null || this.#trials.open?.digest === digest) await this.#trials.abandon()
    })
  }

  /** Holdpoint's own question; rows as text. */
  ask(sql: string): Promise<readonly Row[]> {
    return this.#quietly(async () => {
      await this.server.drained()
      const refused = this.#ground.refusal()
      if (refused !== null) {
        throw new Fault('database-unasked', `the server cannot be asked: ${refused}`)
      }
      assert(this.#trials.open === null, 'nothing is asked while something is tried')
      return this.#ground.ask(sql)
    })
  }

  /** What falls in this session without having been seen coming is refused by the database. */
  async mark(key: string): Promise<void> {
    const [found] = await this.ask(ownSql.findWatch)
    if (typeof found?.[0] !== 'string') return
    await this.#quietly(() => this.#ground.ask(ownSql.markSession, [key]))
    this.#marked = true
  }

  /** key: objects may fall by it, and by nothing else; what was tried has fallen already. */
  send(asked: Tryable, key: string | null = null): Promise<Running> {
    if (key === null || !this.#marked || this.#trials.open !== null) return this.#send(asked)
    const { id } = asked
    void this.#quietly(() => this.#permit(ownSql.permitDrops, [key, id]))
    const running = this.#send(asked)
    void this.#quietly(() => this.#permit(ownSql.forbidDrops, [key]))
    return running
  }

  /** In a transaction that has failed nothing falls, and its end takes a permit back. */
  async #permit(sql: string, values: Row): Promise<void> {
    const { server } = this
    await server.drained()
    if (this.#ground.refusal() !== null) return
    await this.#ground.ask(sql, values).catch(() => server.break('its drops could not be watched'))
  }

  #send(asked: Tryable): Promise<Running> {
    const { payload, digest } = asked
    return this.#turns.take(async () => {
      if (this.#trials.open !== null) {
        const kept = await this.server.own(() => this.#trials.keep(digest))
        if (kept !== null) return kept
        await this.server.own(() => this.#trials.abandon())
      }
      return payload.form === 'simple' ? this.#query(payload) : this.#execute(payload)
    })
  }

  /** Throws unless the messages are what was judged; asks the server where SQL may have meddled. */
  async verify({ payload, digest }: Tryable): Promise<void> {
    if (payload.form === 'simple') {
      checkSimple(payload)
      return
    }
    const { bind, portal } = readGroup(payload)
    if (bind === null) {
      // It goes on with what was bound: the same statement and values, judged again.
      if (this.#portals.get(portal) !== digest) throw mismatch()
      return
    }
    const found = this.server.parseOf(bind.statement)
    const unsure = found !== null && !found.sure && this.transaction !== 'E'
    if (unsure) await this.#quietly(() => this.#confirm(bind.statement))
    checkBound(payload, bind, this.server.parseOf(bind.statement)?.parse ?? null)
    this.#portals.delete(portal)
    this.#portals.set(portal, digest)
    const [oldest] = this.#portals.keys()
    if (this.#portals.size > portalsMax && oldest !== undefined) this.#portals.delete(oldest)
  }

  async #confirm(name: string): Promise<void> {
    const { server } = this
    await server.drained()
    if (server.skipping || server.statements.find(name)?.epoch === server.epoch) return
    const rows = await this.#ground.ask(ownSql.preparedText, [name])
    server.statements.confirm(name, rows[0]?.[0] ?? null, server.epoch)
  }

  #quietly<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(() => this.server.own(work))
  }

  #write(messages: Uint8Array): boolean {
    const split = splitMessages(messages)
    const parts = split.map((message) => passedOn(message))
    if (this.#turns.idle && !this.#ground.own) {
      return this.server.submit([this.#joined(messages, split, parts)])
    }
    for (const message of split) void this.#turns.take(() => this.#writeOne(message))
    return true
  }

  /** As they came: the answers to a Sync tell how what was executed before it ended. */
  #joined(bytes: Uint8Array, split: readonly Uint8Array[], parts: readonly Part[]): Part {
    const expected = parts.flatMap((part, i) => {
      const sync = split[i]?.[0] === frontendTags.sync && !this.server.copying
      return sync ? this.#ground.syncPart().expected : part.expected
    })
    return { bytes, expected }
  }

  async #writeOne(message: Uint8Array): Promise<void> {
    const sync = message[0] === frontendTags.sync && !this.server.copying
    if (!sync) this.server.submit([passedOn(message)])
    else if (this.#ground.own) await this.server.own(() => this.#ground.finish(true))
    else this.server.submit([this.#ground.syncPart()])
  }

  async #settle(): Promise<TransactionState> {
    await this.server.drained()
    return this.transaction
  }

  /** Afterwards the server waits for what comes next: the agent's Sync is not owed to it. */
  async #fail(): Promise<TransactionState> {
    const { server } = this
    const ground = this.#ground
    await this.#trials.abandon()
    if (server.copying) {
      const bytes = copyFailMessage('what comes next was refused')
      server.submit([{ bytes, expected: [expect('copy-end')] }])
    }
    await server.drained()
    if (server.closed !== null) return 'E'
    if (!server.skipping && !server.unsynced && this.transaction !== 'T') return this.transaction
    // What was executed in this pipeline falls with it, unless it is in a block of the agent's own.
    const falls = this.transaction === 'I'
    const failed = server.skipping ? [] : [failure().part]
    const sync = quietSync()
    server.submit([...failed, sync.part])
    const { code } = await sync.ended
    for (const settle of ground.takePending()) settle(falls ? endFailed(code) : endDone)
    if (ground.own) {
      await ground.exchange([ask(ground.names, 'ROLLBACK')])
      ground.own = false
    }
    return this.transaction
  }

  async #query(payload: SqlPayload): Promise<Running> {
    const { server } = this
    checkSimple(payload)
    if (this.#ground.own) await server.own(() => this.#ground.finish(false))
    const before = server.skipping ? [quietSync().part] : []
    const job = createJob()
    // A Query ends a pipeline, as a Sync does.
    const pending = this.#ground.takePending()
    const ended = (end: End): void => {
      for (const settle of pending) settle(end)
      job.end(end, true)
    }
    const { text, messages } = payload
    const expected = [expect('query', { text, ended, copyIn: job.copyIn })]
    server.submit([...before, { bytes: messages, expected }])
    return job
  }

  #execute(payload: SqlPayload): Promise<Running> {
    const { bind, described } = readGroup(payload)
    if (bind !== null) {
      checkBound(payload, bind, this.server.parseOf(bind.statement)?.parse ?? null)
    }
    const job = createJob()
    const failed = (end: End): void => {
      if (end.kind !== 'done') job.end(end, true)
    }
    // Inside a transaction block it has ended when it is answered; else at the Sync.
    const ended = (end: End): void => {
      const inBlock = this.server.state === 'T' && !this.#ground.own
      job.end(end, inBlock || end.kind !== 'done')
    }
    this.#ground.atSync((end) => job.end(end, true))
    const { text, messages } = payload
    const expected = [
      ...(bind === null ? [] : [expect('bind', { ended: failed })]),
      ...(described ? [expect('describe', { ended: failed })] : []),
      expect('execute', { text, ended, copyIn: job.copyIn }),
    ]
    this.server.submit([{ bytes: messages, expected }])
    return Promise.resolve(job)
  }
}
