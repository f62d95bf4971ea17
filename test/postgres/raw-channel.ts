// A session at a real server, for tests of the door alone: nothing is judged, nothing is tried.
import { connect } from 'node:net'
import type { Socket } from 'node:net'

import type { SqlChannel, SqlRunning, TransactionState } from '../../src/domain/request.ts'
import { createScramClient } from '../../src/system/scram.ts'
import * as backend from '../../src/wire/postgres/backend.ts'
import { FrameScanner } from '../../src/wire/postgres/frames.ts'
import * as frontend from '../../src/wire/postgres/frontend.ts'
import { cancelRequest, startupMessage } from '../../src/wire/postgres/startup.ts'
import type { Parameter } from '../../src/wire/postgres/startup.ts'
import type { PostgresServer } from './server.ts'

const tags = backend.backendTags
const kinds: Readonly<Record<string, Kind>> = {
  ...{ P: 'parse', B: 'bind', D: 'describe', E: 'execute', C: 'close', S: 'sync', Q: 'query' },
}
const ends: Readonly<Record<Kind, string>> = {
  ...{ parse: '1', bind: '2', describe: 'Tn', execute: 'CIs', close: '3', sync: 'Z', query: 'Z' },
}

type Kind = 'parse' | 'bind' | 'describe' | 'execute' | 'close' | 'sync' | 'query'

interface Owed {
  readonly kind: Kind
  readonly own: boolean
  readonly ended?: (how: 'done' | 'error' | 'copy-in') => void
}

export interface RawSession {
  readonly parameters: readonly Parameter[]
  readonly channel: SqlChannel
  run(messages: Uint8Array): SqlRunning
}

export async function openRaw(
  server: Pick<PostgresServer, 'port' | 'password'>,
  parameters: readonly Parameter[],
): Promise<RawSession> {
  const socket = connect({ host: '127.0.0.1', port: server.port, noDelay: true })
  const raw = new Raw(socket, server.port)
  socket.write(startupMessage(0, parameters))
  await raw.logIn(server.password)
  return raw
}

class Raw implements RawSession {
  readonly parameters: Parameter[] = []
  readonly channel: SqlChannel
  readonly #socket: Socket
  readonly #port: number
  readonly #scanner = new FrameScanner((tag) => (tag === tags.dataRow ? 'parts' : 'whole'))
  readonly #early: Uint8Array[] = []
  #receive: ((bytes: Uint8Array) => boolean) | null = null
  #owed: Owed[] = []
  #skipping = false
  #failed = false
  #state: TransactionState = 'I'
  #key: backend.CancelKey | null = null
  #settling: (() => void)[] = []
  readonly #drainListeners: (() => void)[] = []
  readonly #closeListeners: ((why: string) => void)[] = []
  #closed = false

  constructor(socket: Socket, port: number) {
    this.#socket = socket
    this.#port = port
    socket.on('error', () => undefined)
    socket.on('drain', () => this.#drainListeners.forEach((listener) => listener()))
    socket.on('close', () => {
      this.#closed = true
      for (const listener of this.#closeListeners) listener('the server closed it')
      for (const settle of this.#settling.splice(0)) settle()
    })
    this.channel = {
      attach: (receive) => {
        this.#receive = receive
        for (const bytes of this.#early.splice(0)) receive(bytes)
      },
      resume: () => void socket.resume(),
      write: (messages) => {
        this.#owe(messages, false)
        return socket.write(messages)
      },
      onDrain: (listener) => void this.#drainListeners.push(listener),
      settle: async () => {
        await this.#settle()
        return this.#state
      },
      fail: async () => {
        const text = 'this is the syntax error of the gate'
        const own = [
          frontend.parseMessage({ name: 'holdpoint_fail', text, types: [] }),
          frontend.syncMessage,
        ]
        for (const bytes of own) this.#owe(bytes, true)
        socket.write(Buffer.concat(own))
        await this.#settle()
        return this.#state
      },
      cancel: () => {
        if (this.#key === null) return
        const { process, secret } = this.#key
        connect({ host: '127.0.0.1', port: this.#port }).end(cancelRequest(process, secret))
      },
      close: () => void socket.end(frontend.terminateMessage),
      onClose: (listener) => {
        if (this.#closed) listener('closed')
        else this.#closeListeners.push(listener)
      },
    }
  }

  run(messages: Uint8Array): SqlRunning {
    const answered = new Promise<'done' | 'error' | 'copy-in'>((resolve) => {
      this.#owe(messages, false, resolve)
    })
    const flush = messages[0] === frontend.frontendTags.query ? [] : [frontend.flushMessage]
    this.#socket.write(Buffer.concat([messages, ...flush]))
    return { kind: 'sql-running', answered }
  }

  async logIn(password: string): Promise<void> {
    const nonce = 'a-nonce-of-the-tests'
    const mechanisms = ['SCRAM-SHA-256']
    const scram = createScramClient({ password, nonce, mechanisms, endpoint: null })
    const ready = Promise.withResolvers<undefined>()
    const logIn = (chunk: Uint8Array): void => {
      this.#scanner.push(chunk)
      while (this.#scanner.next()) {
        const bytes = this.#scanner.bytes()
        const tag = this.#scanner.tag
        if (tag === tags.errorResponse) {
          ready.reject(new Error(backend.readFields(bytes).get('M') ?? ''))
        } else if (tag === tags.authentication) {
          const asked = backend.readAuthentication(bytes)
          if (asked.kind === 'sasl') {
            this.#socket.write(
              frontend.saslInitialMessage(scram.mechanism, Buffer.from(scram.first)),
            )
          } else if (asked.kind === 'sasl-continue') {
            void scram.answer(asked.data).then((answer) => {
              this.#socket.write(frontend.saslResponseMessage(Buffer.from(answer)))
            })
          }
        } else if (tag === tags.parameterStatus) {
          this.parameters.push(backend.readParameterStatus(bytes))
        } else if (tag === tags.backendKeyData) this.#key = backend.readBackendKeyData(bytes)
        else if (tag === tags.readyForQuery) ready.resolve(undefined)
      }
    }
    this.#socket.on('data', logIn)
    await ready.promise
    this.#socket.off('data', logIn)
    this.#socket.on('data', (chunk: Uint8Array) => this.#read(chunk))
  }

  #settle(): Promise<void> {
    if (this.#owed.length === 0 || this.#closed) return Promise.resolve()
    this.#socket.write(frontend.flushMessage)
    return new Promise((resolve) => this.#settling.push(resolve))
  }

  #owe(messages: Uint8Array, own: boolean, ended?: NonNullable<Owed['ended']>): void {
    const scanner = new FrameScanner(() => 'whole')
    scanner.push(messages)
    const found: Kind[] = []
    while (scanner.next()) {
      const kind = kinds[String.fromCharCode(scanner.tag)]
      if (kind !== undefined) found.push(kind)
    }
    found.forEach((kind, i) => {
      const last = i === found.length - 1 && ended !== undefined ? { ended } : {}
      if (this.#skipping && kind !== 'sync') ended?.('error')
      else {
        this.#skipping = false
        this.#owed.push({ kind, own, ...last })
      }
    })
  }

  #read(chunk: Uint8Array): void {
    const scanner = this.#scanner
    scanner.push(chunk)
    let more = true
    while (scanner.next()) {
      const tag = String.fromCharCode(scanner.tag)
      const [head] = this.#owed
      const own = head?.own === true && !'SNA'.includes(tag)
      if (!own && !this.#relay(scanner.bytes())) more = false
      if (scanner.last) this.#handle(tag, scanner.bytes(), head)
    }
    if (!more) this.#socket.pause()
  }

  #relay(bytes: Uint8Array): boolean {
    if (this.#receive !== null) return this.#receive(bytes)
    this.#early.push(bytes)
    return true
  }

  #handle(tag: string, bytes: Uint8Array, head: Owed | undefined): void {
    if (tag === 'Z') this.#state = backend.readReadyForQuery(bytes)
    if (tag === 'E') this.#fail(head)
    else if (tag === 'G') head?.ended?.('copy-in')
    else if (head !== undefined && ends[head.kind].includes(tag)) {
      this.#owed.shift()
      head.ended?.(this.#failed ? 'error' : 'done')
      if (tag === 'Z') this.#failed = false
    }
    if (this.#owed.length === 0) for (const settle of this.#settling.splice(0)) settle()
  }

  #fail(head: Owed | undefined): void {
    this.#failed = true
    if (head === undefined || head.kind === 'query' || head.kind === 'sync') return
    while (this.#owed.length > 0 && this.#owed[0]?.kind !== 'sync') {
      this.#owed.shift()?.ended?.('error')
    }
    this.#skipping = this.#owed.length === 0
  }
}
