// A client that sends what it is told to, byte by byte if need be, and shows what came back.
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { createScramClient } from '../../src/system/scram.ts'
import * as backend from '../../src/wire/postgres/backend.ts'
import { FrameScanner } from '../../src/wire/postgres/frames.ts'
import * as frontend from '../../src/wire/postgres/frontend.ts'
import { startupMessage } from '../../src/wire/postgres/startup.ts'
import type { Parameter } from '../../src/wire/postgres/startup.ts'
import { lease, upstream } from './open-door.ts'

export interface RawClient {
  readonly stream: Duplex
  readonly key: backend.CancelKey
  readonly parameters: readonly Parameter[]
  send(...messages: readonly Uint8Array[]): void
  /** what came up to and with the next ReadyForQuery, or the end: `1 2 T D C:SELECT 1 Z:I` */
  heard(): Promise<string>
  /** the same, up to and with a message of this tag */
  heardTo(tag: string): Promise<string>
  /** the error fields of what came last */
  readonly fields: () => backend.Fields
}

export interface RawOptions {
  readonly minor?: number
  readonly parameters?: readonly Parameter[]
  readonly password?: string
  /** after TLS; a fresh connection when not given */
  readonly stream?: Duplex
  readonly endpoint?: Uint8Array | null
  /** what the server seems to offer, for a client that is lied to */
  readonly offered?: readonly string[]
}

const shown: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  C: (bytes) => `C:${backend.readCommandTag(bytes)}`,
  E: (bytes) => `E:${backend.readFields(bytes).get('C') ?? ''}`,
  Z: (bytes) => `Z:${backend.readReadyForQuery(bytes)}`,
  v: (bytes) => `v:${Buffer.from(bytes.subarray(5)).toString('hex')}`,
}

export function dial(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  socket.on('error', () => undefined)
  return new Promise((resolve) => socket.once('connect', () => resolve(socket)))
}

/** All that came until the end, and nothing is sent. */
export async function untilEnd(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

interface Heard {
  readonly tag: string
  readonly bytes: Uint8Array
}

class Ear {
  readonly #scanner = new FrameScanner(() => 'whole')
  readonly #heard: Heard[] = []
  #over = false
  #wake: () => void = () => undefined
  fields: backend.Fields = new Map()

  constructor(stream: Duplex) {
    stream.on('data', (chunk: Uint8Array) => {
      this.#scanner.push(chunk)
      while (this.#scanner.next()) {
        const tag = String.fromCharCode(this.#scanner.tag)
        const bytes = this.#scanner.bytes()
        if (tag === 'E') this.fields = backend.readFields(bytes)
        this.#heard.push({ tag, bytes })
      }
      this.#wake()
    })
    stream.on('close', () => {
      this.#over = true
      this.#wake()
    })
  }

  async next(): Promise<Heard | null> {
    for (;;) {
      const next = this.#heard.shift()
      if (next !== undefined) return next
      if (this.#over) return null
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** Logs in; what went wrong is the text of the error. */
export async function openRawClient(port: number, options: RawOptions = {}): Promise<RawClient> {
  const stream = options.stream ?? (await dial(port))
  const ear = new Ear(stream)
  const { minor = 0, parameters = [['user', upstream]], password = lease } = options
  stream.write(startupMessage(minor, parameters))
  const learnt: Parameter[] = []
  let key: backend.CancelKey = { process: 0, secret: new Uint8Array() }
  let scram: ReturnType<typeof createScramClient> | null = null
  for (;;) {
    const message = await ear.next()
    if (message === null) throw new Error('closed')
    const { tag, bytes } = message
    if (tag === 'E') throw Object.assign(new Error(shown['E']?.(bytes)), { fields: ear.fields })
    if (tag === 'Z') break
    if (tag === 'K') key = backend.readBackendKeyData(bytes)
    if (tag === 'S' || tag === 'v') learnt.push(learnOf(tag, bytes))
    if (tag !== 'R') continue
    const asked = backend.readAuthentication(bytes)
    if (asked.kind === 'sasl') {
      const { mechanisms } = asked
      const endpoint = options.endpoint ?? null
      const own = { password, nonce: 'nonce', endpoint }
      scram = createScramClient({ ...own, mechanisms: options.offered ?? mechanisms })
      stream.write(frontend.saslInitialMessage(scram.mechanism, Buffer.from(scram.first)))
      learnt.push(['mechanism', scram.mechanism])
    } else if (asked.kind === 'sasl-continue' && scram !== null) {
      const answer = await scram.answer(asked.data)
      stream.write(frontend.saslResponseMessage(Buffer.from(answer)))
    } else if (asked.kind === 'sasl-final') scram?.finish(asked.data)
  }
  return clientOf(stream, ear, key, learnt)
}

function learnOf(tag: string, bytes: Uint8Array): Parameter {
  return tag === 'S' ? backend.readParameterStatus(bytes) : ['v', shown['v']?.(bytes) ?? '']
}

function clientOf(
  stream: Duplex,
  ear: Ear,
  key: backend.CancelKey,
  parameters: readonly Parameter[],
): RawClient {
  async function heardTo(tag: string): Promise<string> {
    const words: string[] = []
    for (;;) {
      const message = await ear.next()
      if (message === null) return [...words, 'end'].join(' ')
      if ('SN'.includes(message.tag)) continue
      const said = shown[message.tag]?.(message.bytes) ?? message.tag
      if (words.at(-1) !== 'D' || said !== 'D') words.push(said)
      if (message.tag === tag) return words.join(' ')
    }
  }
  return {
    ...{ stream, key, parameters, heardTo },
    send: (...messages) => void stream.write(Buffer.concat(messages)),
    heard: () => heardTo('Z'),
    fields: () => ear.fields,
  }
}

export const say = {
  query: frontend.queryMessage,
  parse: (name: string, text: string) => frontend.parseMessage({ name, text, types: [] }),
  bind: (statement: string, portal = '', values: readonly string[] = []) =>
    frontend.bindMessage({
      ...{ portal, statement, resultFormats: [] },
      parameters: values.map((value) => ({ format: 'text', value: Buffer.from(value) })),
    }),
  describe: (portal = '') => frontend.describeMessage({ what: 'portal', name: portal }),
  describeStatement: (name = '') => frontend.describeMessage({ what: 'statement', name }),
  execute: (portal = '', rowsMax = 0) => frontend.executeMessage({ portal, rowsMax }),
  close: (what: 'statement' | 'portal', name = '') => frontend.closeMessage({ what, name }),
  sync: frontend.syncMessage,
  flush: frontend.flushMessage,
}
