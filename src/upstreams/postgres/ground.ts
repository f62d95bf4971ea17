// The transaction that an agent's session is in. One that the gate opened for a statement of a
// pipeline is committed at the agent's Sync, where PostgreSQL would have committed it, so that what
// comes together succeeds or fails together.
import { Fault } from '../../domain/fault.ts'
import type { TransactionState } from '../../domain/request.ts'
import { syncMessage } from '../../wire/postgres/frontend.ts'
import { OwnNames, ask, quietSync } from './exchange.ts'
import type { Answer, Asked, Row } from './exchange.ts'
import { expect } from './expected.ts'
import type { End, Part } from './expected.ts'
import { endFailed, endLost } from './job.ts'
import type { ServerSession } from './session.ts'
import { saysOf } from './trial.ts'

export class Ground {
  readonly server: ServerSession
  readonly names = new OwnNames()
  /** The gate has opened the transaction that is open. */
  own = false
  /** executed in a pipeline: how it ended is known at its Sync */
  #pending: ((end: End) => void)[] = []

  constructor(server: ServerSession) {
    this.server = server
    server.onCommand = (tag, text) => this.#completed(tag, text)
    server.onClose(() => this.#settle(this.takePending(), endLost))
  }

  /** As the agent sees it. */
  get transaction(): TransactionState {
    return this.own ? 'I' : this.server.state
  }

  atSync(settle: (end: End) => void): void {
    this.#pending.push(settle)
  }

  takePending(): readonly ((end: End) => void)[] {
    const pending = this.#pending
    this.#pending = []
    return pending
  }

  /** The agent's Sync. */
  syncPart(): Part {
    const pending = this.takePending()
    const ended = (end: End): void => {
      if (end.kind === 'ignored') this.#pending.unshift(...pending)
      else this.#settle(pending, end)
    }
    return { bytes: syncMessage, expected: [expect('sync', { ended })] }
  }

  /** Ends the transaction that the gate opened in a pipeline, and answers the Sync, if it is one. */
  async finish(toAgent: boolean): Promise<void> {
    const { server } = this
    await server.drained()
    const sync = (): Part => (toAgent ? this.syncPart() : quietSync().part)
    if (!this.own) {
      // The agent has ended it itself, and its Sync is like all others.
      server.submit([sync()])
    } else if (server.skipping) {
      this.#settle(this.takePending(), endFailed(server.failure))
      server.submit([quietSync().part, ask(this.names, 'ROLLBACK').part, sync()])
    } else {
      const commit = ask(this.names, 'COMMIT', [], (bytes) => server.relay(bytes))
      server.submit([commit.part, sync()])
    }
    this.own = false
    await server.drained()
  }

  /** In a pipeline without Sync, which would end what PostgreSQL keeps open. */
  async exchange(asked: readonly Asked[]): Promise<readonly Answer[]> {
    const { server } = this
    if (server.unsynced && !server.skipping) {
      server.submit(asked.map(({ part }) => part))
      server.flush()
    } else {
      const sync = quietSync()
      server.submit([...asked.map(({ part }) => part), sync.part])
      await sync.ended
    }
    return Promise.all(asked.map(({ answer }) => answer))
  }

  async ask(sql: string, values: Row = []): Promise<readonly Row[]> {
    const [answer] = await this.exchange([ask(this.names, sql, values)])
    if (answer?.kind === 'rows') return answer.rows
    const why = answer === undefined ? '' : saysOf(answer)
    throw new Fault('database-unasked', `the server could not be asked: ${why}; try again`)
  }

  /** Why nothing can be asked or tried now, in one clause. */
  refusal(): string | null {
    const { server } = this
    if (server.closed !== null) return server.closed
    if (server.copying) return 'data is being copied in this session'
    if (server.skipping || this.transaction === 'E') return 'the transaction has failed already'
    if (server.encoding.toUpperCase() === 'UTF8') return null
    return `the session's client_encoding is \`${server.encoding}\`; set it to UTF8`
  }

  #settle(pending: readonly ((end: End) => void)[], end: End): void {
    for (const settle of pending) settle(end)
  }

  /**
   * In a pipeline the state is known by what was run: ReadyForQuery comes at its end. The agent's
   * own BEGIN takes over what the gate opened; its COMMIT or ROLLBACK ends it.
   */
  #completed(tag: string, text: string): void {
    if (tag === 'BEGIN' || tag === 'START TRANSACTION') this.#agentIs('T')
    else if (/^(COMMIT|ROLLBACK|PREPARE TRANSACTION)$/.test(tag)) {
      if (tag === 'ROLLBACK' && /\bto\b/i.test(text)) return
      this.#agentIs(/\bchain\b/i.test(text) ? 'T' : 'I')
    }
  }

  #agentIs(state: TransactionState): void {
    this.own = false
    this.server.state = state
  }
}
