// Answers written on a bare connection, which ends with them.
import type { Duplex } from 'node:stream'

import type { RefusalAnswer } from '../../domain/request.ts'
import { answerOf, reasonPhrase } from './defect.ts'
import type { Defect } from './defect.ts'

/**
 * What still comes is swallowed for a while: a reset would take the last words away from the
 * client.
 */
export function endWith(stream: Duplex, bytes: Uint8Array, lingerSeconds: number): void {
  stream.on('error', () => stream.destroy())
  stream.end(bytes)
  stream.resume()
  const timer = setTimeout(() => stream.destroy(), lingerSeconds * 1000)
  stream.once('close', () => clearTimeout(timer))
}

export function writeRefusal(stream: Duplex, found: Defect, lingerSeconds: number): void {
  writeLast(stream, answerOf(found), reasonPhrase(found.code), lingerSeconds)
}

export function writeLast(
  stream: Duplex,
  { status, headers, body }: RefusalAnswer,
  phrase: string,
  lingerSeconds: number,
): void {
  const head = [
    `HTTP/1.1 ${status} ${phrase}`,
    ...headers.map(([name, value]) => `${name}: ${value}`.replace(/[\r\n]/g, ' ')),
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  endWith(stream, Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`), lingerSeconds)
}
