// Joins the listeners in the sandbox's network with the gate's doors. Nothing is read or changed
// here: what comes is judged at the door, where a lease says whose it is.
import { connect } from 'node:net'
import type { Server, Socket } from 'node:net'

export interface Address {
  readonly host: string
  readonly port: number
}

export interface Passage {
  /** where a program of the sandbox connects to */
  readonly place: Readonly<{ address: string; port: number }>
  /** the door */
  readonly to: Address
  /** what is said to the door first, for a program that thinks it speaks to the host itself */
  readonly ask: Readonly<{ host: string; port: number }> | null
}

const connectionsMax = 512
const headBytesMax = 16_384
const answerSeconds = 310

/** Takes connections until it is closed; `lease` is what it shows where it asks for a program. */
export function openPassages(
  passages: readonly Passage[],
  listeners: readonly Server[],
  lease: string,
): { close(): void } {
  const open = new Set<Socket>()
  const keep = (socket: Socket): void => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  }
  passages.forEach(({ to, ask }, at) => {
    const listener = listeners[at]
    if (listener === undefined) return
    listener.on('connection', (inside) => {
      if (open.size >= connectionsMax * 2) {
        inside.destroy()
        return
      }
      keep(inside)
      const outside = connect({ ...to, allowHalfOpen: true })
      keep(outside)
      tie(inside, outside)
      if (ask === null) join(inside, outside)
      else askFor(ask, lease, inside, outside)
    })
  })
  return {
    close() {
      for (const listener of listeners) listener.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** What ends badly on one side ends on both. */
function tie(inside: Socket, outside: Socket): void {
  inside.setNoDelay(true)
  outside.setNoDelay(true)
  inside.on('error', () => outside.destroy())
  outside.on('error', () => inside.destroy())
  inside.once('close', (broken) => broken && outside.destroy())
  outside.once('close', () => inside.destroySoon())
}

function join(inside: Socket, outside: Socket): void {
  inside.pipe(outside)
  outside.pipe(inside)
}

/** CONNECT in the program's name; a refusal ends its connection, and is in the ledger. */
function askFor(
  { host, port }: Readonly<{ host: string; port: number }>,
  lease: string,
  inside: Socket,
  outside: Socket,
): void {
  const credential = Buffer.from(`lease:${lease}`).toString('base64')
  const authority = `${host}:${port}`
  outside.setTimeout(answerSeconds * 1000, () => outside.destroy())
  outside.write(
    `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n` +
      `Proxy-Authorization: Basic ${credential}\r\n\r\n`,
  )
  let head = Buffer.alloc(0)
  const read = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1 && head.length <= headBytesMax) return
    outside.off('data', read)
    outside.pause()
    outside.setTimeout(0)
    if (end === -1 || !/^HTTP\/1\.1 2\d\d /.test(head.toString('latin1'))) {
      outside.destroy()
      inside.destroy()
      return
    }
    if (head.length > end + 4) inside.write(head.subarray(end + 4))
    join(inside, outside)
  }
  outside.on('data', read)
}
