import { createServer } from 'node:http'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import { Fault } from '../../domain/fault.ts'

export interface ConsoleListen {
  /** `127.0.0.1` unless there is TLS */
  readonly host: string
  /** 0 for any free one */
  readonly port: number
  /** the domain that people open, which passkeys belong to: `localhost`, or a name of your own */
  readonly domain: string
  readonly tls: Readonly<{ cert: string; key: string }> | null
}

/** The console's sockets: bound first, so that its origin is known to whoever verifies passkeys. */
export interface BoundConsole {
  /** what people open, the only origin that anything is accepted from: `http://localhost:7401` */
  readonly origin: string
  readonly address: Readonly<{ host: string; port: number }>
  /** host headers that mean this console */
  readonly hosts: readonly string[]
  /** the same console by number, which is only redirected: passkeys do not work there */
  readonly aliases: readonly string[]
  /** Until this is called every request is answered 503. */
  serve(handler: RequestListener): void
  close(): Promise<void>
}

const loopback = '127.0.0.1'
const loopback6 = '::1'
const connectionsMax = 256

const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  // How often the two above are looked at; what is seldom looked at holds on for longer.
  connectionsCheckingInterval: 2000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16_384,
}

export async function bindConsole(listen: ConsoleListen): Promise<BoundConsole> {
  const isLoopback = listen.host === loopback || listen.host === loopback6
  if (!isLoopback && listen.tls === null) {
    throw new Fault(
      'console-needs-tls',
      `the console listens on \`${listen.host}\` only with TLS; give certificate, or use 127.0.0.1`,
    )
  }
  let handler: RequestListener = (_, response) => {
    response.writeHead(503, { 'content-type': 'text/plain' }).end('the console is starting\n')
  }
  const handle: RequestListener = (request, response) => handler(request, response)
  const server = makeServer(listen, handle)
  const port = await start(server, listen.host, listen.port)
  const servers = [server]
  // Browsers try ::1 first for `localhost`: whoever listened there would have this origin.
  if (listen.host === loopback && listen.domain === 'localhost' && listen.port !== 0) {
    const second = makeServer(listen, handle)
    if (await startIfThere(second, loopback6, port)) servers.push(second)
  }
  const scheme = listen.tls === null ? 'http' : 'https'
  const usual = listen.tls === null ? 80 : 443
  const suffix = port === usual ? '' : `:${port}`
  return {
    origin: `${scheme}://${listen.domain}${suffix}`,
    address: { host: listen.host, port },
    hosts: [`${listen.domain}${suffix}`],
    aliases: isLoopback ? [`127.0.0.1${suffix}`, `[::1]${suffix}`] : [],
    serve: (next) => {
      handler = next
    },
    close: async () => {
      await Promise.all(servers.map(stop))
    },
  }
}

function makeServer({ tls }: ConsoleListen, handle: RequestListener): Server {
  const server =
    tls === null ? createServer(limits, handle) : createTlsServer({ ...limits, ...tls }, handle)
  server.maxConnections = connectionsMax
  server.on('upgrade', (_, socket) => socket.destroy())
  server.on('connect', (_, socket) => socket.destroy())
  return server
}

function start(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code ?? 'unknown'
      reject(
        new Fault('console-port', `the console cannot listen on ${host}:${port} (${why})`, {
          cause,
        }),
      )
    })
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port))
  })
}

/** false where the machine has no IPv6. A port that somebody else holds is a fault. */
async function startIfThere(server: Server, host: string, port: number): Promise<boolean> {
  try {
    await start(server, host, port)
    return true
  } catch (fault) {
    const cause = fault instanceof Fault ? (fault.cause as NodeJS.ErrnoException) : null
    if (cause?.code === 'EADDRNOTAVAIL' || cause?.code === 'EAFNOSUPPORT') return false
    throw fault
  }
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
