// One connection to a PostgreSQL server: who is owed which answer, and where it goes. The agent's
// answers are passed on as they come, in pieces of whatever length; Holdpoint's own never reach it.
import type { Socket } from 'node:net'

import type { TransactionState } from '../../domain/request.ts'
import { backendTags, readParameterStatus } from '../../wire/postgres/backend.ts'
import { readCommandTag, readReadyForQuery } from '../../wire/postgres/backend.ts'
import { FrameScanner } from '../../wire/postgres/frames.ts'
import type { Parse } from '../../wire/postgres/frontend.ts'
import { flushMessage, terminateMessage } from '../../wire/postgres/frontend.ts'
import { Queue } from './expected.ts'
import type { End, Expected, Part } from './expected.ts'
import { planOf } from './message-plan.ts'
import { Outgoing } from './outgoing.ts'
import { Relay } from './relay.ts'
import type { Receive } from './relay.ts'
import { codeOfError } from './server-error.ts'
import { Statements, definesNames, mayChangeNames } from './statements.ts'

const lingerMilliseconds = 2_000

const tags = backendTags
const asynchronous: ReadonlySet<number> = new Set([tags.parameterStatus, tags.notificationResponse])

export interface SessionParts {
  readonly socket: Socket
  /** what came with the last message of the start, and after it */
  readonly rest: Uint8Array
  readonly encoding: string
  /** Asks the server, on another connection, to give up what it is doing. */
  readonly cancel: () => Promise<void>
}

export class ServerSession {
  readonly statements = new Statements()
  /** as the last ReadyForQuery said */
  state: TransactionState = 'I'
  /** in skipping, the server passes over everything until Sync */
  skipping = false
  /** the server waits for COPY data of the agent */
  copying = false
  /** Something was sent since the last Sync or Query: an implicit transaction may be open. */
  unsynced = false
  /** of that, how many Executes of the agent */
  executed = 0
  /** SQLSTATE of what failed since the last ReadyForQuery */
  failure: string | null = null
  /** tag of the agent's last CommandComplete, and what to do with each */
  onCommand: (tag: string, text: string) => void = () => undefined
  /** something may have been defined anew, for every session of the database */
  onDefinition: () => void = () => undefined
  epoch = 0
  encoding: string
  closed: string | null = null

  readonly #socket: Socket
  readonly #scanner = new FrameScanner(planOf)
  readonly #queue = new Queue()
  readonly #relay: Relay
  readonly #outgoing: Outgoing
  readonly #cancel: () => Promise<void>
  #unflushed = false
  #changedInTransaction = false
  #definedInTransaction = false
  #waiting: { until: number; resolve: () => void }[] = []
  #closeListeners: ((why: string) => void)[] = []
  #tag = ''

  constructor({ socket, rest, encoding, cancel }: SessionParts) {
    this.#socket = socket
    this.#relay = new Relay(socket)
    this.#outgoing = new Outgoing(socket)
    this.#cancel = cancel
    this.encoding = encoding
    socket.on('data', (chunk: Uint8Array) => this.#read(chunk))
    socket.on('error', () => undefined)
    socket.once('close', () => this.break('the server closed the connection'))
    if (rest.length > 0) this.#read(rest)
    socket.resume()
  }

  /** The statement that will have this name when the server comes to a Bind that is written now. */
  parseOf(name: string): Readonly<{ parse: Parse; sure: boolean }> | null {
    const coming = this.#queue.parseOf(name)
    if (coming !== null) return { parse: coming, sure: !this.#queue.doubtful }
    const made = this.statements.find(name)
    if (made === null) return null
    // SQL cannot make the unnamed one.
    const sure = name === '' || (made.epoch === this.epoch && !this.#queue.doubtful)
    return { parse: made.parse, sure }
  }

  get quiet(): boolean {
    return this.#queue.empty && !this.copying
  }

  attach(receive: Receive): void {
    this.#relay.attach(receive)
  }

  resume(): void {
    if (this.closed === null) this.#relay.resume()
  }

  onDrain(listener: () => void): void {
    this.#socket.on('drain', listener)
  }

  onClose(listener: (why: string) => void): void {
    if (this.closed === null) this.#closeListeners.push(listener)
    else listener(this.closed)
  }

  /** To the agent. What is at hand of its own goes before. */
  relay(bytes: Uint8Array): void {
    this.#relay.give(bytes)
  }

  /** Writes, and takes note of what will be answered. False: wait for `drain` before more. */
  submit(parts: readonly Part[]): boolean {
    for (const { expected } of parts) for (const each of expected) this.#owe(each)
    let ready = true
    if (this.closed === null) {
      for (const { bytes } of parts) ready = this.#outgoing.write(bytes)
    }
    return ready
  }

  /** An exchange of Holdpoint's own: read to its end even where the agent does not read. */
  own<T>(work: () => Promise<T>): Promise<T> {
    return this.#relay.own(work)
  }

  /** All that was asked so far is answered, or waits for COPY data. */
  drained(): Promise<void> {
    if (this.quiet || this.copying || this.closed !== null) return Promise.resolve()
    if (this.#unflushed && !this.skipping) this.flush()
    return new Promise((resolve) => {
      this.#waiting.push({ until: this.#queue.pushed, resolve })
    })
  }

  flush(): void {
    this.#unflushed = false
    if (this.closed === null) this.#outgoing.write(flushMessage)
  }

  cancel(): void {
    this.#cancel().catch(() => undefined)
  }

  /** What is under way is given up; what was not committed is rolled back by the server. */
  close(): void {
    if (this.closed !== null) return
    if (!this.#queue.empty || this.copying) this.cancel()
    this.#socket.end(terminateMessage)
    setTimeout(() => this.#socket.destroy(), lingerMilliseconds).unref()
    this.break('the gate closed the connection')
  }

  /** Ends it because it cannot go on. */
  break(why: string): void {
    if (this.closed !== null) return
    this.closed = why
    this.#relay.flush()
    if (why !== 'the gate closed the connection') this.#socket.destroy()
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      next.ended?.({ kind: 'lost', code: null, tag: '' })
    }
    this.#wake()
    const listeners = this.#closeListeners
    this.#closeListeners = []
    for (const listener of listeners) listener(why)
  }

  #owe(expected: Expected): void {
    const { kind, ended } = expected
    if (this.closed !== null) {
      ended?.({ kind: 'lost', code: null, tag: '' })
      return
    }
    if (this.copying && (kind === 'sync' || kind === 'copy-end')) {
      // A server that takes COPY data ignores Sync until the data has ended.
      if (kind === 'copy-end') this.copying = false
      ended?.({ kind: 'done', code: null, tag: '' })
      return
    }
    if (this.skipping) {
      if (kind !== 'sync') {
        ended?.({ kind: 'skipped', code: null, tag: '' })
        return
      }
      this.skipping = false
    }
    this.#queue.push(expected)
    this.#unflushed = kind !== 'sync' && kind !== 'query'
    this.unsynced = this.#unflushed
    if (kind === 'execute' && expected.sink === null) this.executed += 1
    if (!this.#unflushed) this.executed = 0
  }

  #read(chunk: Uint8Array): void {
    if (this.closed !== null) return
    const scanner = this.#scanner
    scanner.push(chunk)
    try {
      while (this.#goesOn() && scanner.next()) this.#piece(scanner)
    } catch {
      this.break('the server sent what cannot be read')
    }
    this.#relay.flush()
    if (scanner.broken === null) return
    this.break(`the server sent what cannot be read: ${scanner.broken}`)
  }

  /** Asked again and again: what is read may end it. */
  #goesOn(): boolean {
    return this.closed === null
  }

  #piece(scanner: FrameScanner): void {
    const { tag, first, last } = scanner
    const head = this.#queue.first
    const apart = asynchronous.has(tag) || (tag === tags.noticeResponse && head === undefined)
    const sink = apart ? null : (head?.sink ?? null)
    if (head === undefined && !apart && !isUnasked(tag)) {
      this.break('the server answered what nobody asked')
      return
    }
    if (tag === tags.readyForQuery) {
      if (!head?.sink) this.#relay.pass(scanner)
    } else if (sink !== null) sink.take(tag, scanner.bytes(), first)
    else this.#relay.pass(scanner)
    if (last) this.#handle(tag, scanner)
  }

  /** The message is over. `scanner` still holds it where it was taken whole. */
  #handle(tag: number, scanner: FrameScanner): void {
    const head = this.#queue.first
    switch (tag) {
      case tags.readyForQuery:
        this.#ready(readReadyForQuery(scanner.bytes()), head)
        break
      case tags.errorResponse:
        this.#failed(codeOfError(scanner.bytes()), head)
        break
      case tags.commandComplete:
        this.#completed(readCommandTag(scanner.bytes()), head)
        break
      case tags.parameterStatus:
        this.#setting(readParameterStatus(scanner.bytes()))
        break
      case tags.parseComplete:
        if (head?.parse) this.statements.made(head.parse, this.epoch)
        this.#over(head, 'parse')
        break
      case tags.bindComplete:
        this.#over(head, 'bind')
        break
      case tags.closeComplete:
        if (typeof head?.closes === 'string') this.statements.dropped(head.closes)
        this.#over(head, 'close')
        break
      case tags.rowDescription:
      case tags.noData:
        if (head?.kind === 'describe') this.#over(head, 'describe')
        break
      case tags.emptyQueryResponse:
      case tags.portalSuspended:
        if (head?.kind === 'execute') this.#over(head, 'execute')
        break
      case tags.copyInResponse:
        this.#copyIn(head)
        break
      default:
    }
  }

  #over(head: Expected | undefined, kind: Expected['kind'], tag = ''): void {
    if (head?.kind !== kind) {
      this.break('the server answered something else than what was asked')
      return
    }
    this.#queue.shift()
    head.ended?.({ kind: 'done', code: null, tag })
    this.#skipCopyEnds()
  }

  #skipCopyEnds(): void {
    while (this.#queue.first?.kind === 'copy-end') this.#queue.shift()
    this.#wake()
  }

  #completed(tag: string, head: Expected | undefined): void {
    this.#tag = tag
    const text = head?.text ?? null
    if (text !== null) {
      if (mayChangeNames(tag, text)) this.#changed(definesNames(tag))
      if (head?.sink === null) this.onCommand(tag, text)
    }
    if (head?.kind === 'execute') this.#over(head, 'execute', tag)
    else if (head?.kind !== 'query') this.break('the server completed what nobody asked')
  }

  #changed(defines: boolean): void {
    this.epoch += 1
    this.#changedInTransaction = true
    if (!defines) return
    this.#definedInTransaction = true
    this.onDefinition()
  }

  #setting([name, value]: readonly [string, string]): void {
    if (name === 'client_encoding') this.encoding = value
    if (name === 'search_path' || name === 'client_encoding') this.epoch += 1
  }

  #failed(code: string, head: Expected | undefined): void {
    // Nobody's: the server says why it ends the connection.
    if (head === undefined) return
    this.failure ??= code
    if (head.kind === 'query' || head.kind === 'sync') return
    this.copying = false
    this.#queue.shift()
    head.ended?.({ kind: 'error', code, tag: '' })
    for (let next = this.#queue.first; next !== undefined; next = this.#queue.first) {
      if (next.kind === 'sync') {
        this.#wake()
        return
      }
      this.#queue.shift()
      next.ended?.({ kind: 'skipped', code: null, tag: '' })
    }
    this.skipping = true
    this.#wake()
  }

  #ready(state: TransactionState, head: Expected | undefined): void {
    const { failure } = this
    this.state = state
    this.failure = null
    this.copying = false
    // At its end what a transaction had set is as before, whichever way it ends.
    if (state !== 'T' && this.#changedInTransaction) {
      this.epoch += 1
      this.#changedInTransaction = state === 'E'
    }
    // Others see it from here on, or not at all.
    if (state === 'I' && this.#definedInTransaction) {
      this.#definedInTransaction = false
      this.onDefinition()
    }
    if (head === undefined) return
    if (head.kind !== 'sync' && head.kind !== 'query') {
      this.break('the server was ready before it had answered')
      return
    }
    this.#queue.shift()
    const end: End = { kind: failure === null ? 'done' : 'error', code: failure, tag: this.#tag }
    this.#tag = ''
    head.ended?.(end)
    this.#skipCopyEnds()
  }

  #copyIn(head: Expected | undefined): void {
    if (head === undefined || (head.kind !== 'execute' && head.kind !== 'query')) {
      this.break('the server asked for data that nobody has')
      return
    }
    for (const sync of this.#queue.takeEarlySyncs()) {
      sync.ended?.({ kind: 'ignored', code: null, tag: '' })
    }
    if (head.sink !== null) {
      head.sink.refuseCopy()
      return
    }
    this.copying = !this.#queue.copyEnds
    head.copyIn?.()
    this.#wake()
  }

  #wake(): void {
    if (this.#waiting.length === 0) return
    const over = this.closed !== null || this.copying
    const ready = this.#waiting.filter(({ until }) => over || this.#queue.shifted >= until)
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each))
    for (const { resolve } of ready) resolve()
  }
}

/** What a server may say unasked: why it goes, that it is ready again after a late Sync. */
function isUnasked(tag: number): boolean {
  return tag === tags.errorResponse || tag === tags.readyForQuery
}
