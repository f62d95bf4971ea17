// What every door does with its listener.
import type { Server } from 'node:net'

import { Fault } from '../domain/fault.ts'

/** Resolves once it listens; rejects with a Fault that says why it cannot. */
export function listen(
  server: Server,
  { host, port }: Readonly<{ host: string; port: number }>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message
      const message = `cannot listen on \`${host}:${port}\`: ${why}; choose another port`
      reject(new Fault('cannot-listen', message, { cause: error }))
    })
    server.listen({ host, port, backlog: 511 }, resolve)
  })
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
