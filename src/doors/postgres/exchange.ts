import { Fault } from '../../domain/fault.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type {
  Gate,
  Presented,
  Refusal,
  Session,
  SqlChannel,
  SqlPayload,
  SqlRunning,
  TransactionState,
} from '../../domain/request.ts'
import { errorResponse, readyForQuery } from '../../wire/postgres/backend.ts'
import type { ErrorFields } from '../../wire/postgres/backend.ts'
import { copyDataMessage, flushMessage, frontendTags } from '../../wire/postgres/frontend.ts'
import { headerBytes } from '../../wire/postgres/bytes.ts'
import type { ClientStream } from './client.ts'
import type { PostgresLimits } from './limits.ts'
import type { Names } from './names.ts'
import type { ServerStream } from './server.ts'
import type { HelpDesk } from '../http/help-desk.ts'
import { answerHelp } from './help.ts'
import type { HelpAsked } from './help.ts'

export interface ExchangeParts {
  readonly gate: Gate
  readonly session: Session
  readonly presented: readonly Presented[]
  readonly upstream: UpstreamName
  readonly database: string
  readonly client: ClientStream
  readonly server: ServerStream
  readonly channel: SqlChannel
  readonly names: Names
  /** null: nobody answers agents about themselves here */
  readonly help: HelpDesk | null
  readonly limits: PostgresLimits
}

/** The session is over; nothing is left to be said. */
export class SessionOver extends Error {}

type Asked = Pick<SqlPayload, 'form' | 'text' | 'parameters' | 'types' | 'messages'>

/**
 * After an error everything up to the next Sync is passed over: by the server itself, or by the
 * door, when it was the gate that said no and the server has been told to stand there too.
 */
export type Skipping =
  | Readonly<{ kind: 'no' }>
  | Readonly<{ kind: 'server' }>
  | Readonly<{ kind: 'door'; state: TransactionState }>

export const notSkipping: Skipping = { kind: 'no' }

/** What simple and extended protocol have in common: to ask, to wait, to say no, to pass COPY on. */
export class Exchange {
  skipping: Skipping = notSkipping
  /** false while a Query or a Sync is under way: what fails then makes nothing be passed over */
  errorsSkip = true
  readonly parts: ExchangeParts
  #over = false
  #abort = new AbortController()
  #drain: PromiseWithResolvers<void> | null = null

  constructor(parts: ExchangeParts) {
    this.parts = parts
    const { server, channel, session } = parts
    server.onError = () => {
      if (this.errorsSkip && this.skipping.kind === 'no') this.skipping = { kind: 'server' }
    }
    channel.onDrain(() => this.#drained())
    channel.onClose(() => this.#end())
    session.onClose(() => this.#end())
  }

  get over(): boolean {
    return this.#over
  }

  /** The client asks to give up what is under way. */
  cancel(): void {
    const asked = this.#abort
    this.#abort = new AbortController()
    asked.abort()
    this.parts.channel.cancel()
  }

  async ask(asked: Asked): Promise<SqlRunning | Refusal> {
    const { gate, session, presented, upstream, database, server } = this.parts
    const { unreadable } = server
    const rest = { kind: 'sql', upstream, database, settings: [], unreadable } as const
    const arrival = {
      door: 'postgres',
      session,
      presented,
      payload: { ...rest, ...asked },
    } as const
    const reply = await gate.pass(arrival, this.#abort.signal)
    this.#check()
    if (reply.kind === 'refusal' || reply.kind === 'sql-running') return reply
    throw new Fault('bug', `a statement was answered with \`${reply.kind}\``)
  }

  /** What is asked of Holdpoint itself is answered here, in order, and in no transaction. */
  async tell(asked: HelpAsked, help: HelpDesk): Promise<void> {
    const { presented, server, channel } = this.parts
    const answer = await answerHelp(help, asked, presented, this.#abort.signal)
    const state = await channel.settle()
    this.#check()
    for (const message of 'severity' in answer ? [errorResponse(answer)] : answer) {
      server.inject(message)
    }
    server.inject(readyForQuery(state))
  }

  /** Waits for the server; meanwhile, COPY data goes on to it. */
  async until(done: () => boolean): Promise<void> {
    const { client, server } = this.parts
    while (!done()) {
      this.#check()
      const change = server.change()
      if (!server.copyIn) await change
      else if (client.take()) await this.copy()
      else {
        const { broken } = client.scanner
        if (broken !== null) throw new Fault('postgres-protocol', broken)
        this.#checkClient()
        await Promise.race([client.more(), change])
      }
    }
    this.#check()
  }

  /** One message, or what there is of it, while the server waits for COPY data. */
  async copy(): Promise<void> {
    const { client, server } = this.parts
    const { scanner } = client
    switch (scanner.tag) {
      case frontendTags.copyData:
        return this.write(this.#copyData())
      case frontendTags.copyDone:
      case frontendTags.copyFail:
        server.copyIn = false
        await this.write(scanner.bytes())
        // Nobody waits for more than this before they send their Sync.
        return this.write(flushMessage)
      case frontendTags.flush:
      case frontendTags.sync:
        // PostgreSQL passes over these while it takes COPY data.
        return
      case frontendTags.terminate:
        throw new SessionOver()
      default:
        throw new Fault('postgres-protocol', 'unexpected message type during COPY from stdin')
    }
  }

  /** Neighbours go on together; what is too long to wait for is cut into messages of its own. */
  #copyData(): Uint8Array {
    const { scanner } = this.parts.client
    if (!scanner.first || !scanner.last) {
      const data = scanner.bytes()
      return copyDataMessage(scanner.first ? data.subarray(headerBytes) : data)
    }
    while (scanner.extend());
    return scanner.bytes()
  }

  /** To the server, as fast as it takes it. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0 || this.parts.channel.write(bytes)) return
    this.#drain ??= Promise.withResolvers()
    await this.#drain.promise
    this.#check()
  }

  /**
   * Says no in the extended protocol: the server stands where an error of its own would have
   * brought it, and everything up to Sync is passed over. Where something failed before, only that
   * is told.
   */
  async refuse(fields: ErrorFields): Promise<void> {
    const { channel, server, names } = this.parts
    server.swallowBind = false
    const state = await channel.fail()
    this.#check()
    names.fail()
    if (this.skipping.kind === 'no') server.inject(errorResponse(fields))
    this.skipping = { kind: 'door', state }
  }

  /** Says no to a Query or a function call, which skip nothing: the next message is heard. */
  async refuseSimple(fields: ErrorFields): Promise<void> {
    const { channel, server, names } = this.parts
    const state = await channel.fail()
    this.#check()
    names.fail()
    server.inject(errorResponse(fields))
    server.inject(readyForQuery(state))
  }

  #check(): void {
    if (this.#over) throw new SessionOver()
  }

  #checkClient(): void {
    if (this.parts.client.over) throw new SessionOver()
  }

  #drained(): void {
    this.#drain?.resolve()
    this.#drain = null
  }

  #end(): void {
    this.#over = true
    this.#abort.abort()
    this.#drained()
    this.parts.server.wake()
  }
}
