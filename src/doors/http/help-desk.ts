import type { Presented } from '../../domain/request.ts'

/** Answers agents at `http://holdpoint.internal/`: who am I, what would this do, is it released. */
export interface HelpDesk {
  answer(request: HelpRequest, signal: AbortSignal): Promise<HelpAnswer>
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
