// The upstream where nginx is not installed: `node bench/upstream.ts SIMULATOR-ORIGIN
// DISCOVERY-TOKEN ANSWER`.
import { createServer, request } from 'node:http'

const [simulator = '', discoveryToken = '', answer = ''] = process.argv.slice(2)

const server = createServer((incoming, outgoing) => {
  if (incoming.headers.authorization === `Bearer ${discoveryToken}`) {
    const { method, headers } = incoming
    const onward = request(simulator + (incoming.url ?? '/'), { method, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    incoming.pipe(onward)
    return
  }
  incoming.resume().on('end', () => {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    outgoing.end(answer)
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})
process.on('SIGTERM', () => process.exit(0))
