// MCP at the agents' help host of the HTTP door: the same desk, behind another listener.
import type { McpAnswer, McpRequest } from '../http/help-desk.ts'
import type { McpEvent } from '../../domain/request.ts'
import { writeEvent } from '../../wire/mcp/event-stream.ts'
import type { McpDesk } from './desk.ts'
import { headersOf } from './door.ts'

export function mcpAtHelp(
  desk: () => McpDesk | null,
): (request: McpRequest, signal: AbortSignal) => Promise<McpAnswer> {
  return async ({ method, entry, headers, presented, owner, body, peer }, signal) => {
    const found = desk()
    if (found === null) return { status: 503, headers: [], body: new Uint8Array(0) }
    const byName = new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
    const header = (name: string): string | null => byName.get(name) ?? null
    const passedOn = headersOf(header, [...byName.keys()])
    const inbound = {
      method,
      entry,
      header,
      headers: passedOn,
      presented,
      owner,
      body,
      peer,
      signal,
    }
    const { status, headers: given, exchange } = await found.handle(inbound)
    if (exchange.form === 'events') {
      const type = [
        ['content-type', 'text/event-stream'],
        ['cache-control', 'no-cache, no-transform'],
      ] as const
      return { status, headers: [...given, ...type], body: written(exchange.events) }
    }
    let whole = ''
    if (exchange.form === 'message') {
      for await (const { message } of exchange.events) {
        whole = message
        break
      }
    }
    const bytes = Buffer.from(whole)
    const type = whole === '' ? [] : [['content-type', 'application/json'] as const]
    return { status, headers: [...given, ...type], body: bytes }
  }
}

async function* written(events: AsyncIterable<McpEvent>): AsyncGenerator<Uint8Array> {
  for await (const event of events) yield Buffer.from(writeEvent(event))
}
