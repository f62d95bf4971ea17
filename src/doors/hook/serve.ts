// The hook's socket: HTTP/1.1 over a Unix socket, so that any client of a shell can ask.
//   POST /ask/AGENT    the event as the agent sent it; 200, and in the body the exit code, a line
//                      feed, stdout (one line), a line feed, stderr
//   GET  /version      what serves it
//   POST /stop         ends it: a newer one takes over; not where it never ends by itself
// 503 says: too old, ask somebody newer.
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'

import { Fault } from '../../domain/fault.ts'
import { eventBytesMax } from './desk.ts'
import type { HookDesk } from './desk.ts'
import type { HookAnswer } from './event.ts'

export interface HookSocketOptions {
  readonly desk: HookDesk
  /** absolute, in a folder that nobody else may enter */
  readonly path: string
  readonly version: string
  /** the code that serves is no longer what is installed */
  readonly stale: () => boolean
  /** ends by itself after so long without a question; null: never */
  readonly idleSeconds: number | null
  /** to tell two servers' temporary names apart */
  readonly tag: string
}

export interface HookSocket {
  /** Resolves when it serves no more, for whatever reason. */
  readonly ended: Promise<void>
  close(): Promise<void>
}

const connectionsMax = 128
const requestSeconds = 10
const watchSeconds = 5

export async function serveHookSocket(options: HookSocketOptions): Promise<HookSocket> {
  const { path, tag } = options
  let lastAsked = performance.now()
  const server = createServer(
    { requestTimeout: requestSeconds * 1000, headersTimeout: requestSeconds * 1000 },
    (request, response) => {
      lastAsked = performance.now()
      void respond(options, request, response, close)
    },
  )
  server.maxConnections = connectionsMax
  const ended = once(server, 'close').then(() => undefined)
  // Bound beside and renamed: whoever asks meets the old one, or this one, and never a gap.
  const beside = `${path}.${tag}`
  rmSync(beside, { force: true })
  await listen(server, beside)
  chmodSync(beside, 0o600)
  renameSync(beside, path)
  const { ino } = lstatSync(path)

  const isOurs = (): boolean => lstatSync(path, { throwIfNoEntry: false })?.ino === ino
  const watch = setInterval(() => {
    const idle = (performance.now() - lastAsked) / 1000
    const isIdle = options.idleSeconds !== null && idle >= options.idleSeconds
    // Replaced or removed: nobody can ask this one any more.
    if (isIdle || !isOurs()) void close()
  }, watchSeconds * 1000)

  function close(): Promise<void> {
    clearInterval(watch)
    if (server.listening) {
      if (isOurs()) rmSync(path, { force: true })
      server.close()
      server.closeIdleConnections()
      setTimeout(() => server.closeAllConnections(), 500).unref()
    }
    return ended
  }

  return { ended, close }
}

async function listen(server: Server, path: string): Promise<void> {
  // Bound within the call, so that no one else can open it even for a moment.
  const before = process.umask(0o177)
  server.listen(path)
  process.umask(before)
  await once(server, 'listening')
}

async function respond(
  options: HookSocketOptions,
  request: IncomingMessage,
  response: ServerResponse,
  close: () => Promise<void>,
): Promise<void> {
  response.on('error', () => undefined)
  const { desk, version, stale } = options
  try {
    const route = `${request.method ?? ''} ${request.url ?? ''}`
    const agent = /^POST \/ask\/([a-z-]{1,40})$/.exec(route)?.[1]
    if (agent !== undefined) {
      // Read to its end first: who still sends would not see what is answered.
      const event = await readBody(request)
      if (stale()) {
        send(response, 503, 'stale')
        void close()
      } else {
        send(response, 200, bodyOf(await desk.answer(agent, event)))
      }
    } else if (route === 'GET /version') {
      send(response, 200, version)
    } else if (route === 'POST /stop' && options.idleSeconds !== null) {
      send(response, 200, 'stopping')
      void close()
    } else {
      send(response, 404, 'this is the hook socket of Holdpoint')
    }
  } catch (fault) {
    send(response, 400, fault instanceof Fault ? fault.message : 'a fault of the hook itself')
  }
}

function bodyOf({ exit, stdout, stderr }: HookAnswer): string {
  return `${exit}\n${stdout}\n${stderr}`
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = chunk as Buffer
    size += bytes.length
    if (size > eventBytesMax) {
      throw new Fault('hook-too-large', `the event is over ${eventBytesMax} bytes`)
    }
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) return
  const bytes = Buffer.from(text)
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': bytes.length,
    connection: 'close',
  })
  response.end(bytes)
}
