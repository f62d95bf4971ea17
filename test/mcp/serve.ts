// Serves an SDK server over HTTP, in both eras, as a Node listener; or over stdio, when run.
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import {
  WebStandardStreamableHTTPServerTransport,
  createMcpHandler,
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
} from '@modelcontextprotocol/server'
import type { McpServer } from '@modelcontextprotocol/server'

export interface Served {
  readonly url: string
  /** every request that came, by method and path, with its headers */
  readonly seen: readonly IncomingMessage['headers'][]
  close(): Promise<void>
}

export async function serveHttp(create: () => McpServer): Promise<Served> {
  const modern = createMcpHandler(create, { legacy: 'reject' })
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  const seen: IncomingMessage['headers'][] = []

  async function legacy(request: Request): Promise<Response> {
    const id = request.headers.get('mcp-session-id')
    const known = id === null ? undefined : sessions.get(id)
    if (known !== undefined) return known.handleRequest(request)
    if (id !== null) return Response.json({ error: 'no such session' }, { status: 404 })
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (made) => void sessions.set(made, transport),
      onsessionclosed: (made) => void sessions.delete(made),
    })
    await create().connect(transport)
    return transport.handleRequest(request)
  }

  async function answer(request: Request): Promise<Response> {
    const refused = hostHeaderValidationResponse(request, localhostAllowedHostnames())
    if (refused !== undefined) return refused
    return (await isLegacyRequest(request)) ? legacy(request) : modern.fetch(request)
  }

  const server = createServer((request, response) => {
    seen.push(request.headers)
    void respond(request, response, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/mcp`, seen, close: () => closed(server) }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const { method = 'GET', headers, url = '/' } = request
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const asked = new Request(`http://${headers.host ?? 'localhost'}${url}`, {
    ...{ method, headers: headers as Record<string, string>, signal: gone.signal },
    ...(pieces.length === 0 ? {} : { body: Buffer.concat(pieces) }),
  })
  const given = await answer(asked)
  response.writeHead(given.status, Object.fromEntries(given.headers))
  response.flushHeaders()
  if (given.body !== null) {
    const reader = given.body.getReader()
    response.on('close', () => void reader.cancel().catch(() => undefined))
    for (;;) {
      const next = await reader.read().catch(() => null)
      if (next === null || next.done) break
      response.write(next.value as Uint8Array)
    }
  }
  response.end()
}
