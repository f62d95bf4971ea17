import type { Presented } from '../../domain/request.ts'

/** Answers agents at `http://holdpoint.internal/`: who am I, what would this do, is it released. */
export interface HelpDesk {
  answer(request: HelpRequest, signal: AbortSignal): Promise<HelpAnswer>
  /** MCP, at `/mcp` and below, so that one way out suffices; absent where there is none */
  readonly mcp?: (request: McpRequest, signal: AbortSignal) => Promise<McpAnswer>
}

export interface McpRequest extends Pick<HelpRequest, 'method' | 'presented' | 'body'> {
  /** of one server; empty for all */
  readonly entry: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** stands for what was presented; equal for equal credentials */
  readonly owner: string
  readonly peer: string
}

export interface McpAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
}

export interface HelpRequest {
  /** upper case */
  readonly method: string
  /** starts with `/`; one spelling only, escapes are as they came */
  readonly path: string
  /** without `?`; empty for none */
  readonly query: string
  readonly presented: readonly Presented[]
  readonly body: Uint8Array
}

export interface HelpAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array | string
}
