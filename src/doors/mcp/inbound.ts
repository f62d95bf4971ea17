// What comes in at the MCP door, whatever listener took it, and what goes out.
import type { McpExchange, McpHeaders, Presented } from '../../domain/request.ts'

export interface Inbound {
  /** upper case */
  readonly method: string
  /** of the entry: empty for all servers behind one, else the server's name */
  readonly entry: string
  readonly header: (name: string) => string | null
  /** of the protocol's own, lower case, as they will be passed on */
  readonly headers: McpHeaders
  readonly presented: readonly Presented[]
  /** stands for what was presented; equal for equal credentials */
  readonly owner: string
  readonly body: Uint8Array
  readonly peer: string
  /** the client is gone */
  readonly signal: AbortSignal
}

export interface Outbound {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly exchange: McpExchange
}

/** What the door itself has to say, as one message. */
export function said(status: number, message: string): McpExchange {
  return { status, form: 'message', events: once(message) }
}

export function saidNothing(status: number): McpExchange {
  return { status, form: 'nothing', events: none() }
}

async function* once(message: string) {
  yield await Promise.resolve({ id: null, retry: null, message })
}

async function* none(): AsyncGenerator<never> {
  // Nothing is said.
}
