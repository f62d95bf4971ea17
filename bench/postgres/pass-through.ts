// The leanest that Node gives between two sockets, as a process: bytes both ways, nothing read.
// `node bench/postgres/pass-through.ts PORT`, the server's on loopback.
import { connect, createServer } from 'node:net'

const upstream = Number(process.argv[2])

const server = createServer({ noDelay: true }, (client) => {
  const onward = connect({ port: upstream, host: '127.0.0.1', noDelay: true })
  client.pipe(onward)
  onward.pipe(client)
  client.on('error', () => onward.destroy())
  onward.on('error', () => client.destroy())
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ port })}\n`)
})
process.on('SIGTERM', () => process.exit(0))
