// All servers behind one entry: names are prefixed with their server's (`github__create_issue`,
// `hp-github+file:///x`), always, so that no name means another server because one was added.
// Each message that means one server goes to its seat, with the name it has there.
import type { McpEvent, McpExchange } from '../../domain/request.ts'
import { isList, isObject, member } from '../../languages/json/value.ts'
import type { JsonObject, JsonValue } from '../../languages/json/value.ts'
import { exchangeMember } from '../../wire/mcp/members.ts'
import { errorCodes, errorText, readMessage, resultText } from '../../wire/mcp/message.ts'
import type { Id, Message, MessageLimits } from '../../wire/mcp/message.ts'
import { mcpMethods, modernVersion } from '../../wire/mcp/methods.ts'
import { saysModern, versionOf } from './check-headers.ts'
import { said, saidNothing } from './inbound.ts'
import type { Inbound } from './inbound.ts'
import { cacheFor, discovered, initialized, unsupported } from './own-seat.ts'
import { plainId, prefixedId, prefixedUri, splitName, splitUri } from './prefixes.ts'
import type { Seat } from './seat.ts'

type Asked = Extract<Message, { kind: 'request' }>

export interface MergedParts {
  /** by the server's name; that of the gate itself among them */
  readonly seats: ReadonlyMap<string, Seat>
  readonly limits: MessageLimits
}

const pagesMax = 20

interface ListRow {
  readonly member: string
  readonly name: 'name' | 'uri' | 'uriTemplate'
}

const lists: ReadonlyMap<string, ListRow> = new Map<string, ListRow>([
  ['tools/list', { member: 'tools', name: 'name' }],
  ['prompts/list', { member: 'prompts', name: 'name' }],
  ['resources/list', { member: 'resources', name: 'uri' }],
  ['resources/templates/list', { member: 'resourceTemplates', name: 'uriTemplate' }],
])

export function createMergedSeat(parts: MergedParts): Seat {
  return new MergedSeat(parts)
}

class MergedSeat implements Seat {
  readonly #parts: MergedParts
  /** those that have begun; a server that cannot be reached is left out */
  #begun: ReadonlyMap<string, Seat>
  #own = 0

  constructor(parts: MergedParts) {
    this.#parts = parts
    this.#begun = parts.seats
  }

  async handle(message: Message, inbound: Inbound): Promise<McpExchange> {
    if (message.kind === 'response') return this.#answer(message, inbound)
    if (message.kind === 'notification') {
      // A cancelled request is known to the one server that it went to; the others know no such id.
      const all = [...this.#begun.values()].map((seat) => seat.handle(message, inbound))
      await Promise.allSettled(all)
      return saidNothing(202)
    }
    const version = versionOf(message, inbound)
    const modern = saysModern(message, inbound)
    if (modern && version !== modernVersion) {
      return unsupported(message.id, version ?? '')
    }
    return this.#request(message, inbound, modern)
  }

  async listen(_after: string | null, signal: AbortSignal): Promise<McpExchange> {
    const streams = await Promise.all(
      [...this.#begun].map(async ([name, seat]) => {
        const { form, events } = await seat.listen(null, signal)
        return form === 'events' ? [named(events, name)] : []
      }),
    )
    return { status: 200, form: 'events', events: merge(streams.flat()) }
  }

  close(): void {
    for (const seat of this.#parts.seats.values()) seat.close()
  }

  async #request(message: Asked, inbound: Inbound, modern: boolean): Promise<McpExchange> {
    const { id, method, params } = message
    const kind = modern ? { resultType: 'complete' } : {}
    const list = lists.get(method)
    if (list !== undefined) {
      const all = await this.#list(message, list, inbound)
      const cache = modern ? cacheFor(5_000) : {}
      return said(200, resultText(id, { [list.member]: all, ...kind, ...cache }))
    }
    switch (method) {
      case 'initialize': {
        const capabilities = await this.#begin(message, inbound)
        return said(200, resultText(id, initialized(params['protocolVersion'], capabilities)))
      }
      case 'server/discover':
        return said(200, resultText(id, discovered(await this.#begin(message, inbound))))
      case 'ping':
        return said(200, resultText(id, kind))
      case 'logging/setLevel':
        await this.#everywhere(method, message.paramsText, inbound)
        return said(200, resultText(id, kind))
      default:
        return this.#direct(message, inbound, modern)
    }
  }

  /** To the one server that is meant, under the name that it has there. */
  async #direct(message: Asked, inbound: Inbound, modern: boolean): Promise<McpExchange> {
    const { id, method, params } = message
    const names = mcpMethods.get(method)?.names
    const path = names === 'ref' ? refPath(params) : names === undefined ? null : ['params', names]
    if (path === null || names === 'taskId') {
      const why = `\`${method.slice(0, 80)}\` is not taken at this entry; use one server's own`
      return said(modern ? 404 : 200, errorText(id, errorCodes.method, why))
    }
    const given = path.slice(1).reduce<JsonValue | undefined>(stepInto, params)
    const split = typeof given === 'string' ? splitAny(given, path.at(-1) === 'uri') : null
    const seat = split === null ? undefined : this.#begun.get(split.server)
    if (split === null || seat === undefined) {
      const why = `nothing here is called \`${typeof given === 'string' ? given.slice(0, 200) : ''}\``
      return said(modern ? 400 : 200, errorText(id, errorCodes.params, why))
    }
    const text = exchangeMember(message.text, path, JSON.stringify(split.name))
    const renamed = readMessage(text, this.#parts.limits)
    if (renamed.kind === 'refused') throw new TypeError('a message stays one')
    const exchange = await seat.handle(renamed, renaming(inbound, split.name))
    return { ...exchange, events: named(exchange.events, split.server) }
  }

  #answer(message: Extract<Message, { kind: 'response' }>, inbound: Inbound): Promise<McpExchange> {
    const given = typeof message.id === 'string' ? plainId(message.id) : null
    const seat = given === null ? undefined : this.#begun.get(given.server)
    if (given === null || seat === undefined) {
      const why = 'no server asked this'
      return Promise.resolve(said(400, errorText(null, errorCodes.request, why)))
    }
    const text = exchangeMember(message.text, ['id'], JSON.stringify(given.id))
    return seat.handle({ ...message, id: given.id, text }, inbound)
  }

  /** What they can, together; who does not answer is left out of the session. */
  async #begin({ method, paramsText }: Asked, inbound: Inbound): Promise<object> {
    const answers = await this.#everywhere(method, paramsText, inbound)
    this.#begun = new Map([...this.#parts.seats].filter(([name]) => answers.has(name)))
    const found = [...answers.values()].map((answer) => member(answer, 'capabilities'))
    const can = (one: string): boolean =>
      found.some((given) => isObject(given) && isObject(member(given, one)))
    return {
      tools: { listChanged: true },
      ...(can('prompts') ? { prompts: { listChanged: true } } : {}),
      ...(can('resources') ? { resources: { listChanged: true, subscribe: true } } : {}),
      ...(can('logging') ? { logging: {} } : {}),
      ...(can('completions') ? { completions: {} } : {}),
    }
  }

  async #list(message: Asked, row: ListRow, inbound: Inbound): Promise<readonly JsonValue[]> {
    const all: JsonValue[] = []
    for (const [server, seat] of this.#begun) {
      let cursor: JsonValue | undefined
      for (let page = 0; page < pagesMax; page++) {
        const params = { ...message.params, ...(cursor === undefined ? {} : { cursor }) }
        const answer = await this.#ask(seat, message.method, JSON.stringify(params), inbound)
        const found = answer === null ? undefined : member(answer, row.member)
        if (isList(found)) all.push(...found.map((one) => renamedOne(one, row.name, server)))
        cursor = answer === null ? undefined : member(answer, 'nextCursor')
        if (typeof cursor !== 'string') break
      }
    }
    return all
  }

  async #everywhere(
    method: string,
    paramsText: string,
    inbound: Inbound,
  ): Promise<ReadonlyMap<string, JsonObject>> {
    const answers = new Map<string, JsonObject>()
    await Promise.all(
      [...this.#begun].map(async ([name, seat]) => {
        const answer = await this.#ask(seat, method, paramsText, inbound)
        if (answer !== null) answers.set(name, answer)
      }),
    )
    return answers
  }

  /** The result; null for an error, or no answer. */
  async #ask(seat: Seat, method: string, paramsText: string, inbound: Inbound) {
    const id: Id = `all-${this.#own++}`
    const text = `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":${paramsText}}`
    const message = readMessage(text, this.#parts.limits)
    if (message.kind !== 'request') return null
    const { events } = await seat.handle(message, inbound)
    for await (const event of events) {
      const read = readMessage(event.message, { ...this.#parts.limits, bytesMax: 16_777_216 })
      if (read.kind !== 'response' || read.id !== id) continue
      return isObject(read.result ?? undefined) ? (read.result as JsonObject) : null
    }
    return null
  }
}

function splitAny(given: string, uri: boolean): { server: string; name: string } | null {
  return uri ? splitUri(given) : splitName(given)
}

function stepInto(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(value) ? member(value, name) : undefined
}

function refPath(params: JsonObject): readonly string[] | null {
  const ref = member(params, 'ref')
  if (!isObject(ref)) return null
  return ['params', 'ref', member(ref, 'uri') === undefined ? 'name' : 'uri']
}

/** The header that repeats the name repeats the one that is sent on. */
function renaming(inbound: Inbound, name: string): Inbound {
  const plain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(name)
  const value = plain ? name : `=?base64?${Buffer.from(name).toString('base64')}?=`
  const header = (wanted: string): string | null =>
    wanted === 'mcp-name' && inbound.header(wanted) !== null ? value : inbound.header(wanted)
  const headers = inbound.headers.map(
    ([one, given]) => [one, one === 'mcp-name' ? value : given] as const,
  )
  return { ...inbound, header, headers }
}

function renamedOne(one: JsonValue, name: ListRow['name'], server: string): JsonValue {
  if (!isObject(one)) return one
  const given = member(one, name)
  if (typeof given !== 'string') return one
  return { ...one, [name]: name === 'name' ? `${server}__${given}` : prefixedUri(server, given) }
}

/** What a server asks, and what it says has changed, by the names of this entry. */
async function* named(events: AsyncIterable<McpEvent>, server: string): AsyncGenerator<McpEvent> {
  for await (const event of events) {
    const limits = { bytesMax: 16_777_216, depthMax: 128, nodesMax: 500_000 }
    const read = event.message === '' ? null : readMessage(event.message, limits)
    if (read?.kind === 'request') {
      const id = JSON.stringify(prefixedId(server, read.id))
      yield { ...event, message: exchangeMember(event.message, ['id'], id) }
    } else if (read?.kind === 'notification' && typeof read.params['uri'] === 'string') {
      const uri = JSON.stringify(prefixedUri(server, read.params['uri']))
      yield { ...event, message: exchangeMember(event.message, ['params', 'uri'], uri) }
    } else yield event
  }
}

/** Whichever comes first, until all are over. */
async function* merge(streams: readonly AsyncIterable<McpEvent>[]): AsyncGenerator<McpEvent> {
  const readers = streams.map((stream) => stream[Symbol.asyncIterator]())
  const next = (at: number): Promise<{ at: number; result: IteratorResult<McpEvent> }> => {
    const reader = readers[at]
    const over = { done: true, value: undefined } as const
    return (reader?.next() ?? Promise.resolve(over)).then((result) => ({ at, result }))
  }
  const waiting = new Map(readers.map((_, at) => [at, next(at)]))
  try {
    while (waiting.size > 0) {
      const { at, result } = await Promise.race(waiting.values())
      if (result.done === true) waiting.delete(at)
      else {
        waiting.set(at, next(at))
        yield result.value
      }
    }
  } finally {
    for (const reader of readers) void reader.return?.()
  }
}
