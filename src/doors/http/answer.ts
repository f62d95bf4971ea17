// The way back. Headers that speak of one connection are this door's own to write (RFC 9110 7.6.1).
// https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
import { assert } from '../../domain/fault.ts'
import type { Answer } from './exchange.ts'
import type { Header } from './head.ts'

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

/** End-to-end headers with the true length; an answer to HEAD keeps the length it speaks of. */
export function answerHeaders(answer: Answer, method: string): Header[] {
  const { status, headers, body } = answer
  assert(status >= 200 && status <= 599, 'an answer has a final status')
  const bodiless = status === 204 || status === 304
  const kept: Header[] = []
  for (const header of headers) {
    const name = header[0].toLowerCase()
    if (hopByHop.has(name)) continue
    if (name === 'content-length' && method !== 'HEAD') continue
    kept.push(header)
  }
  if (body instanceof Uint8Array && !bodiless && method !== 'HEAD') {
    kept.push(['content-length', String(body.length)])
  }
  return kept
}

/** What bytes are poured into: a response of HTTP/1.1 or a stream of HTTP/2. */
export interface Sink {
  readonly destroyed: boolean
  write(chunk: Uint8Array): boolean
  once(event: 'drain' | 'close', listener: () => void): unknown
  off(event: 'drain' | 'close', listener: () => void): unknown
}

/**
 * Writes as fast as the client reads. Rejects when what is poured breaks off, the client goes, or
 * it reads nothing for too long; what is poured is told, so that the upstream ends too.
 */
export async function pour(
  body: AsyncIterable<Uint8Array>,
  sink: Sink,
  idleSeconds: number,
): Promise<void> {
  for await (const chunk of body) {
    if (sink.destroyed) throw new Error('the client is gone')
    if (!sink.write(chunk)) await drained(sink, idleSeconds)
  }
}

function drained(sink: Sink, idleSeconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (how: () => void) => (): void => {
      clearTimeout(timer)
      sink.off('drain', drain)
      sink.off('close', close)
      how()
    }
    const drain = settle(resolve)
    const close = settle(() => reject(new Error('the client is gone')))
    const late = settle(() => reject(new Error(`the client read nothing for ${idleSeconds} s`)))
    const timer = setTimeout(late, idleSeconds * 1000)
    sink.once('drain', drain)
    sink.once('close', close)
  })
}

/** Lets the upstream go when its answer is not wanted any more. */
export function discard(body: Answer['body']): void {
  if (body instanceof Uint8Array) return
  body[Symbol.asyncIterator]()
    .return?.()
    .then(undefined, () => undefined)
}
