// A client that cannot show a lease: a small proxy that puts it into what goes to the gate, and
// changes nothing else.
import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Front {
  readonly url: string
  close(): void
}

export async function withLease(target: string, lease: string): Promise<Front> {
  const { hostname, port, pathname } = new URL(target)
  const server = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${lease}` }
    const { method = 'GET' } = request
    const onward = ask({ hostname, port, path: pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.flushHeaders()
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address() as AddressInfo
  return {
    url: `http://localhost:${bound.port}/mcp`,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
