// The listener for MCP clients. It reads HTTP, hands messages to the desk, and writes what comes
// back. It holds no credential, decides nothing and opens no upstream.
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Concealed } from '../../domain/concealed.ts'
import { assert } from '../../domain/fault.ts'
import type { Door, Gate, McpEvent, McpHeaders } from '../../domain/request.ts'
import { sha256 } from '../../system/hash.ts'
import { writeEvent } from '../../wire/mcp/event-stream.ts'
import { aborted, listen } from '../listening.ts'
import { createMcpDesk } from './desk.ts'
import type { DeskOptions, McpDesk } from './desk.ts'
import type { Inbound, Outbound } from './inbound.ts'
import { mcpDoorLimits } from './limits.ts'
import type { McpDoorLimits } from './limits.ts'

export interface McpDoorOptions extends Omit<DeskOptions, 'gate' | 'limits'> {
  readonly listen: Readonly<{ host: string; port: number }>
  readonly limits?: Partial<McpDoorLimits>
}

export interface McpDoor extends Door {
  /** Resolves once it listens; rejects with what `serve` rejects with. */
  ready(): Promise<Readonly<{ host: string; port: number }>>
  /** Where it listens. Only once it does. */
  address(): Readonly<{ host: string; port: number }>
  /** The same for another listener; null before `serve`. */
  desk(): McpDesk | null
}

const sweepMilliseconds = 30_000

export function createMcpDoor(options: McpDoorOptions): McpDoor {
  const limits = { ...mcpDoorLimits, ...options.limits }
  const server = createServer({
    requestTimeout: limits.bodySeconds * 1000,
    keepAliveTimeout: 65_000,
  })
  const listening = Promise.withResolvers<Readonly<{ host: string; port: number }>>()
  listening.promise.catch(() => undefined)
  let desk: McpDesk | null = null

  function address(): Readonly<{ host: string; port: number }> {
    const bound = server.address()
    assert(bound !== null && typeof bound === 'object', 'the door listens')
    return { host: (bound satisfies AddressInfo).address, port: bound.port }
  }

  async function serve(gate: Gate, signal: AbortSignal): Promise<void> {
    const opened = createMcpDesk({ ...options, gate, limits })
    desk = opened
    server.maxConnections = limits.connectionsMax
    server.on('request', (request, response) => void take(request, response, opened, limits))
    try {
      await listen(server, options.listen)
    } catch (error) {
      listening.reject(error)
      throw error
    }
    const sweep = setInterval(() => opened.sweep(), sweepMilliseconds)
    sweep.unref()
    listening.resolve(address())
    await aborted(signal)
    clearInterval(sweep)
    opened.close()
    server.close()
    server.closeAllConnections()
  }

  return { serve, address, ready: () => listening.promise, desk: () => desk }
}

async function take(
  request: IncomingMessage,
  response: ServerResponse,
  desk: McpDesk,
  limits: McpDoorLimits,
): Promise<void> {
  response.on('error', () => undefined)
  const fault = faultOf(request)
  if (fault !== null) {
    response.writeHead(fault, { 'content-length': '0', connection: 'close' }).end()
    return
  }
  const body = await bodyOf(request, limits.bodyBytesMax)
  if (typeof body === 'number') {
    response.writeHead(body, { 'content-length': '0', connection: 'close' }).end()
    return
  }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const outbound = await desk.handle(inboundOf(request, body, gone.signal))
  await write(outbound, response)
}

const ownHosts = /^(localhost|127\.0\.0\.1|\[::1\]|holdpoint\.internal)(:\d{1,5})?$/i

/** What a browser's page that was rebound to this address would send. */
function faultOf({ headers, url = '', method = '' }: IncomingMessage): number | null {
  if (!ownHosts.test(headers.host ?? '')) return 403
  const { origin } = headers
  if (origin !== undefined && !ownHosts.test(origin.replace(/^https?:\/\//i, ''))) return 403
  if (!/^\/[a-z0-9-]{0,63}\/?$/.test(url)) return 404
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (method === 'POST' && type !== 'application/json') return 415
  const encoding = headers['content-encoding'] ?? 'identity'
  return encoding === 'identity' ? null : 415
}

/** A status where it cannot be had whole. */
async function bodyOf(request: IncomingMessage, bytesMax: number): Promise<Uint8Array | number> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of request) {
      if (!Buffer.isBuffer(piece)) return 400
      bytes += piece.length
      if (bytes > bytesMax) return 413
      pieces.push(piece)
    }
  } catch {
    return 400
  }
  return Buffer.concat(pieces)
}

/** of the protocol's headers, those that go on to the server */
const passedOn = /^mcp-(protocol-version|method|name|param-[a-z0-9!#$%&'*+.^_`|~-]{1,100})$/

function inboundOf(request: IncomingMessage, body: Uint8Array, signal: AbortSignal): Inbound {
  const { headers, socket, method = '', url = '' } = request
  const header = (name: string): string | null => {
    const value = headers[name]
    return typeof value === 'string' ? value : null
  }
  const authorization = header('authorization') ?? ''
  const token = /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? authorization
  return {
    method,
    entry: url.replaceAll('/', ''),
    header,
    headers: headersOf(header, Object.keys(headers)),
    presented:
      token === ''
        ? []
        : [{ place: 'authorization', value: new Concealed('authorization', token) }],
    owner: sha256(token),
    body,
    peer: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`,
    signal,
  }
}

export function headersOf(
  header: (name: string) => string | null,
  names: readonly string[],
): McpHeaders {
  return names
    .filter((name) => passedOn.test(name))
    .sort()
    .flatMap((name) => {
      const value = header(name)
      return value === null ? [] : [[name, value] as const]
    })
}

async function write(outbound: Outbound, response: ServerResponse): Promise<void> {
  const { status, exchange } = outbound
  const headers = Object.fromEntries(outbound.headers)
  try {
    const events = exchange.events[Symbol.asyncIterator]()
    if (exchange.form === 'events') {
      await writeEvents(response, { status, headers }, events)
      return
    }
    const first = exchange.form === 'message' ? await events.next() : null
    await events.return?.()
    const message = first?.done === false ? first.value.message : ''
    if (message === '') {
      response.writeHead(status, { ...headers, 'content-length': '0' }).end()
      return
    }
    const bytes = Buffer.from(message)
    response
      .writeHead(status, {
        ...headers,
        'content-type': 'application/json',
        'content-length': String(bytes.length),
      })
      .end(bytes)
  } catch {
    response.destroy()
  }
}

async function writeEvents(
  response: ServerResponse,
  { status, headers }: { status: number; headers: Readonly<Record<string, string>> },
  events: AsyncIterator<McpEvent>,
): Promise<void> {
  response.writeHead(status, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })
  response.flushHeaders()
  for (;;) {
    // What it waits for ends when the client is gone.
    const next = await events.next()
    if (next.done === true || response.destroyed) break
    if (!response.write(writeEvent(next.value))) await drained(response)
  }
  await events.return?.()
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('drain', resolve)
    response.once('close', resolve)
  })
}
