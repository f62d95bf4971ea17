import type { Duplex } from 'node:stream'

import { readClientHello } from '../../wire/client-hello.ts'
import type { ClientHello, ClientHelloReading } from '../../wire/client-hello.ts'

export type Peeked =
  Exclude<ClientHelloReading, { kind: 'incomplete' }> | Readonly<{ kind: 'gone' }>

/** more than any ClientHello that is taken, with its record headers */
const peekBytesMax = 20_480

/**
 * Reads until it is known what the client speaks, and puts back what was read. Calls `done` once.
 */
export function peek(stream: Duplex, seconds: number, done: (peeked: Peeked) => void): void {
  const chunks: Buffer[] = []
  let over = false
  const timer = setTimeout(() => refuse('no whole ClientHello came in time'), seconds * 1000)

  function refuse(why: string): void {
    end({ kind: 'refused', why })
  }

  function end(peeked: Peeked): void {
    if (over) return
    over = true
    clearTimeout(timer)
    stream.off('readable', look).off('end', leave).off('close', leave)
    if (chunks.length > 0 && !stream.destroyed) stream.unshift(Buffer.concat(chunks))
    done(peeked)
  }

  function leave(): void {
    end({ kind: 'gone' })
  }

  function look(): void {
    while (!over) {
      const chunk = stream.read() as Buffer | null
      if (chunk === null) return
      chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const reading = readClientHello(bytes)
      if (reading.kind !== 'incomplete') {
        end(reading)
        return
      }
      if (bytes.length > peekBytesMax) refuse('the ClientHello is too long')
    }
  }

  stream.on('readable', look).on('end', leave).on('close', leave)
  look()
}

/** Why a connection may not go on to `host`; null when it says that it goes just there. */
export function helloDefect({ serverName, encrypted }: ClientHello, host: string): string | null {
  if (serverName === null) return 'the ClientHello names no server'
  if (serverName !== host) return `the ClientHello names \`${serverName}\``
  return encrypted ? 'the ClientHello is encrypted, so where it goes cannot be seen' : null
}

/**
 * A fatal TLS alert, unrecognized_name (RFC 8446 6.2): the client shows it as an error of its own.
 */
export const unrecognizedName = Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x70])
