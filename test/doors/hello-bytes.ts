// ClientHellos, well and badly made: the real ones of Node's own TLS, and others put together by
// hand.
import { Duplex } from 'node:stream'
import { connect } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'

/** The first bytes that Node sends when it connects with these options. */
export function realHello(options: ConnectionOptions): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer) => resolve(chunk),
    })
    connect({ ...options, socket: wire }).on('error', () => undefined)
  })
}

export interface HelloParts {
  readonly extensions?: readonly Buffer[]
  readonly version?: number
  readonly suites?: Buffer
  readonly compression?: Buffer
  readonly sessionId?: Buffer
  /** after the extensions, inside the message */
  readonly tail?: Buffer
}

export function sized(lengthBytes: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(body.length, 0, lengthBytes)
  return Buffer.concat([length, body])
}

export function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type >> 8, type & 255]), sized(2, body)])
}

export function serverName(...names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    Buffer.concat([Buffer.from([0]), sized(2, Buffer.from(name))]),
  )
  return extension(0, sized(2, ...entries))
}

export function helloMessage(parts: HelloParts = {}): Buffer {
  const body = [
    Buffer.from([3, parts.version ?? 3]),
    Buffer.alloc(32, 7),
    sized(1, parts.sessionId ?? Buffer.alloc(32, 1)),
    sized(2, parts.suites ?? Buffer.from([0x13, 0x01])),
    sized(1, parts.compression ?? Buffer.from([0])),
    ...(parts.extensions === undefined ? [] : [sized(2, ...parts.extensions)]),
    parts.tail ?? Buffer.alloc(0),
  ]
  return Buffer.concat([Buffer.from([1]), sized(3, ...body)])
}

/** The message in records of so many bytes. */
export function inRecords(message: Buffer, bytesEach = 16_384): Buffer {
  const records: Buffer[] = []
  for (let at = 0; at < message.length; at += bytesEach) {
    const part = message.subarray(at, at + bytesEach)
    records.push(Buffer.concat([Buffer.from([22, 3, 1]), sized(2, part)]))
  }
  return Buffer.concat(records)
}
