// What the measurements use of packages that ship no types.
declare module 'autocannon' {
  interface Result {
    readonly requests: { readonly average: number }
    readonly latency: { readonly p50: number; readonly p99: number }
    readonly errors: number
    readonly non2xx: number
  }
  export default function autocannon(
    options: Readonly<Record<string, unknown>>,
  ): PromiseLike<Result>
}

declare module 'fast-proxy' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export default function createFastProxy(options: Readonly<Record<string, unknown>>): {
    proxy(
      incoming: IncomingMessage,
      outgoing: ServerResponse,
      source: string,
      options: Readonly<Record<string, unknown>>,
    ): void
  }
}
