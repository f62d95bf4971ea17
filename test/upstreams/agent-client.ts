// Stands for the door and its client, and says everything that it hears.
import type { Clearance } from '../../src/clearance.ts'
import type { Action, Trial } from '../../src/domain/action.ts'
import { Fault } from '../../src/domain/fault.ts'
import type { RequestId, SessionId, UpstreamName } from '../../src/domain/names.ts'
import type { NonEmpty } from '../../src/domain/nonempty.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { SqlChannel, SqlPayload, SqlRunning } from '../../src/domain/request.ts'
import type { Measured } from '../../src/domain/trial.ts'
import { digestOf } from '../../src/system/request-digest.ts'
import type { Databases, SqlRequest } from '../../src/upstreams/postgres/databases.ts'
import { readCommandTag, readDataRow, readFields } from '../../src/wire/postgres/backend.ts'
import { FrameScanner } from '../../src/wire/postgres/frames.ts'
import * as frontend from '../../src/wire/postgres/frontend.ts'
import * as facts from '../contracts/facts.ts'

export const shop = 'shop-db' as UpstreamName
export const never = new AbortController().signal

export interface Clearances {
  readonly clear: (request: SqlRequest) => Promise<Clearance>
  readonly clearGuard: (request: SqlRequest) => Promise<Clearance>
  readonly clearMeasure: (request: SqlRequest) => Promise<Clearance>
  readonly clearReads: () => Promise<(request: SqlRequest) => Clearance>
}

export interface Sending {
  readonly running: SqlRunning
  readonly ended: Promise<Outcome>
}

export class AgentClient {
  readonly databases: Databases
  readonly id: SessionId
  /** what came, in short: `T`, `D 1,a`, `C DELETE 1`, `E 23503`, `Z I` */
  readonly heard: string[] = []
  database = 'shop'
  /** false: no more is taken */
  takes = true
  bytes = 0
  closed: string | null = null
  #channel: SqlChannel | null = null
  readonly #clearances: Clearances
  readonly #scanner = new FrameScanner((_, length) => (length > 1_000_000 ? 'parts' : 'whole'))
  #waiting: { mark: string; resolve: () => void }[] = []
  #leave: (() => void)[] = []
  #requests = 0

  constructor(databases: Databases, clearances: Clearances, number: number) {
    this.databases = databases
    this.#clearances = clearances
    this.id = `ses_${number}` as SessionId
  }

  get channel(): SqlChannel {
    if (this.#channel === null) throw new Error('not open')
    return this.#channel
  }

  request(change: Partial<SqlPayload>): SqlRequest {
    const payload: SqlPayload = {
      ...{ kind: 'sql', upstream: shop, database: this.database, form: 'simple', text: '' },
      ...{ settings: [], parameters: [], types: [], messages: new Uint8Array(), unreadable: null },
      ...change,
    }
    const session = {
      id: this.id,
      peer: '127.0.0.1:1',
      sever: () => this.leave(),
      onClose: (listener: () => void) => this.#leave.push(listener),
    }
    return {
      ...{ door: 'postgres', session, presented: [], payload, receivedAt: facts.start },
      id: `req_${this.id}_${this.#requests++}` as RequestId,
      digest: digestOf(payload),
    }
  }

  async tryOpen(change: Partial<SqlPayload>): ReturnType<Databases['send']> {
    const request = this.request({ form: 'open', ...change })
    return this.databases.send(request, await this.#clearances.clear(request), never)
  }

  async open(settings: SqlPayload['settings'], database: string): Promise<void> {
    this.database = database
    const sent = await this.tryOpen({ settings, database })
    if (sent.kind !== 'replied' || sent.reply.kind !== 'sql-opened') {
      throw new Error(`not opened: ${JSON.stringify(sent)}`)
    }
    this.#channel = sent.reply.channel
    this.channel.onClose((why) => {
      this.closed = why
      this.#wake()
    })
    this.channel.attach((bytes) => this.#receive(bytes))
  }

  leave(): void {
    for (const listener of this.#leave.splice(0)) listener()
  }

  /** One Query, sent as it is. */
  async query(text: string): Promise<readonly string[]> {
    const from = this.heard.length
    await this.send(this.simple(text))
    await this.until('Z', from)
    return this.heard.slice(from)
  }

  simple(text: string): SqlRequest {
    return this.request({ text, messages: frontend.queryMessage(text) })
  }

  /** Bind and Execute of a statement that was prepared. */
  extended(
    statement: string,
    text: string,
    values: readonly string[] = [],
    portal = '',
  ): SqlRequest {
    const parameters = values.map((value) => ({
      format: 'text' as const,
      value: Buffer.from(value),
    }))
    const messages = Buffer.concat([
      frontend.bindMessage({ portal, statement, parameters, resultFormats: [] }),
      frontend.executeMessage({ portal, rowsMax: 0 }),
    ])
    return this.request({ form: 'extended', text, parameters, messages })
  }

  prepare(name: string, text: string): void {
    this.channel.write(frontend.parseMessage({ name, text, types: [] }))
  }

  sync(): void {
    this.channel.write(frontend.syncMessage)
  }

  async send(request: SqlRequest, { mayDrop = false } = {}): Promise<Sending> {
    return this.#send(request, await this.#clearances.clear(request), mayDrop)
  }

  clear(request: SqlRequest): Promise<Clearance> {
    return this.#clearances.clear(request)
  }

  /** Reads, under one decision that stands. */
  async sendReads(requests: readonly SqlRequest[]): Promise<readonly Sending[]> {
    const clear = await this.#clearances.clearReads()
    const sent: Sending[] = []
    for (const request of requests) sent.push(await this.#send(request, clear(request)))
    return sent
  }

  async #send(request: SqlRequest, clearance: Clearance, mayDrop = false): Promise<Sending> {
    const sent = await this.databases.send(request, clearance, never, mayDrop)
    if (sent.kind !== 'replied' || sent.reply.kind !== 'sql-running') {
      throw new Fault('test', JSON.stringify(sent))
    }
    return { running: sent.reply, ended: sent.ended }
  }

  async measure(request: SqlRequest, ...actions: readonly (Trial | Action)[]): Promise<Measured> {
    const all = actions.map((one) => (typeof one === 'string' ? action(request, one) : one))
    const [first = action(request, 'rows'), ...more] = all
    const some: NonEmpty<Action> = [first, ...more]
    const clearance = await this.#clearances.clearMeasure(request)
    return this.databases.measure(request, some, clearance, never)
  }

  async prove(request: SqlRequest) {
    return this.databases.prove(request, await this.#clearances.clearGuard(request))
  }

  /** Tried, and then sent. */
  async both(request: SqlRequest, trial: Trial = 'rows') {
    const measured = await this.measure(request, trial)
    const from = this.heard.length
    const { ended, running } = await this.send(request)
    if (request.payload.form === 'simple') await this.until('Z', from)
    else await running.answered
    return { measured, ended, answer: this.heard.slice(from) }
  }

  /** Until a message that begins so came after the first `from`. */
  async until(mark: string, from = 0): Promise<void> {
    const came = (): boolean => this.heard.slice(from).some((one) => one.startsWith(mark))
    while (!came() && this.closed === null) {
      await new Promise<void>((resolve) => this.#waiting.push({ mark, resolve }))
    }
  }

  #receive(bytes: Uint8Array): boolean {
    this.bytes += bytes.length
    this.#scanner.push(bytes)
    while (this.#scanner.next()) {
      const { tag, last } = this.#scanner
      if (last) this.heard.push(shown(tag, this.#scanner))
    }
    this.#wake()
    return this.takes
  }

  #wake(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }
}

function shown(tag: number, scanner: FrameScanner): string {
  const letter = String.fromCharCode(tag)
  if (!scanner.first) return letter
  const bytes = scanner.bytes()
  switch (letter) {
    case 'C':
      return `C ${readCommandTag(bytes)}`
    case 'E':
      return `E ${readFields(bytes).get('C') ?? ''}`
    case 'Z':
      return `Z ${String.fromCharCode(bytes[5] ?? 0)}`
    case 'D':
      return `D ${readDataRow(bytes).map(textOf).join(',')}`
    case 'S':
      return `S ${Buffer.from(bytes.subarray(5)).toString().split('\0')[0] ?? ''}`
    default:
      return letter
  }
}

function textOf(value: Uint8Array | null): string {
  return value === null ? 'null' : Buffer.from(value).toString().slice(0, 50)
}

/** As a reader would say it: of the whole text, or of a part. */
export function action({ payload }: SqlRequest, trial: Trial | null, part = payload.text): Action {
  const start = payload.text.indexOf(part)
  const table = /(?:from|table|update)\s+(\w+)/i.exec(part)?.[1] ?? 'customers'
  const within = { environment: 'shop-db/shop' }
  const resource = { provider: 'postgres', type: 'table', id: `public.${table}`, within }
  return {
    verb: part.split(' ')[0] ?? '',
    effects: [
      trial === null
        ? { kind: 'read', resource, extent: 'some' }
        : { kind: 'destroy', resource, extent: 'some', undo: 'from-safeguard' },
    ],
    evidence: {
      reader: 'postgres',
      excerpt: part.slice(0, 200),
      span: [start, start + part.length],
    },
    ...(trial === null ? {} : { trial }),
  }
}
