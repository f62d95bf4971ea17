// One proxy that judges nothing, as a process: `node bench/peer.ts NAME UPSTREAM-ORIGIN`.
import { Agent, createServer, request } from 'node:http'

const [name = '', upstream = ''] = process.argv.slice(2)
const { hostname, port } = new URL(upstream)

const peers: Readonly<Record<string, () => Promise<number>>> = {
  'node:http': startPassThrough,
  'http-proxy-3': startHttpProxy3,
  'fast-proxy': startFastProxy,
  mockttp: startMockttp,
}

const start = peers[name]
if (start === undefined) throw new Error(`no peer is called \`${name}\``)
process.stdout.write(`${JSON.stringify({ port: await start() })}\n`)
process.on('SIGTERM', () => process.exit(0))

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** The leanest that node:http gives: piped both ways, connections kept. */
function startPassThrough(): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  return listen(
    createServer((incoming, outgoing) => {
      const { method, url, headers } = incoming
      const onward = request({ agent, hostname, port, method, path: url, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(onward)
    }),
  )
}

async function startHttpProxy3(): Promise<number> {
  const { createProxyServer } = await import('http-proxy-3')
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  const proxy = createProxyServer({ target: upstream, agent })
  return listen(
    createServer((incoming, outgoing) => {
      proxy.web(incoming, outgoing)
    }),
  )
}

async function startFastProxy(): Promise<number> {
  const { default: createFastProxy } = await import('fast-proxy')
  const { proxy } = createFastProxy({ base: upstream, undici: { connections: 128, pipelining: 1 } })
  return listen(
    createServer((incoming, outgoing) => proxy(incoming, outgoing, incoming.url ?? '/', {})),
  )
}

async function startMockttp(): Promise<number> {
  const { getLocal } = await import('mockttp')
  const server = getLocal()
  await server.start()
  await server.forAnyRequest().thenForwardTo(upstream)
  return server.port
}
