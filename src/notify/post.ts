// One POST to where people are. No redirect is followed, no answer is kept, and nothing that is
// said of it names the address: the address of an incoming webhook is a secret.
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

import type { Clock } from '../system/clock.ts'
import type { Attempted } from './channel.ts'
import { isForGood, readRetryAfter } from './retry.ts'

export interface Posted {
  readonly url: URL
  readonly headers: Readonly<Record<string, string | number>>
  readonly body: string | Uint8Array
  /** authorities to trust; null for the system's */
  readonly certificate: string | null
}

export type Answered =
  | Readonly<{ kind: 'answered'; status: number; retryAfter: string | undefined }>
  | Readonly<{ kind: 'silent'; why: string }>

export const answerMilliseconds = 10_000

/** `https:` to anywhere, `http:` to this machine; null for what is not an address, or another. */
export function readAddress(text: string): URL | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return null
  if (url.protocol === 'https:') return url
  return url.protocol === 'http:' && isThisMachine(url.hostname) ? url : null
}

export function isThisMachine(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

export function post(
  { url, headers, body, certificate }: Posted,
  stopping: AbortSignal,
): Promise<Answered> {
  const timeout = AbortSignal.timeout(answerMilliseconds)
  const signal = AbortSignal.any([timeout, stopping])
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const options = {
      ...{ method: 'POST', agent: false, signal, maxHeaderSize: 16_384 },
      headers: { ...headers, 'content-length': Buffer.byteLength(body), 'user-agent': 'Holdpoint' },
      ...(certificate === null ? {} : { ca: certificate }),
    }
    const sent = send(url, options, (response: IncomingMessage) => {
      const { statusCode = 0, headers: said } = response
      response.on('error', () => undefined)
      // What it says beside the status is not read.
      response.destroy()
      resolve({ kind: 'answered', status: statusCode, retryAfter: said['retry-after'] })
    })
    sent.on('error', (error: Error & Readonly<{ code?: string }>) => {
      const seconds = answerMilliseconds / 1000
      const why = timeout.aborted
        ? `it did not answer within ${seconds} seconds`
        : `it could not be reached (${codeOf(error)})`
      resolve({ kind: 'silent', why })
    })
    sent.end(body)
  })
}

/** A code alone: messages of Node name hosts and addresses. */
export function codeOf({ code }: Readonly<{ code?: unknown }>): string {
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : 'no code'
}

export function attemptedOf(answered: Answered, clock: Clock): Attempted {
  if (answered.kind === 'silent') return { kind: 'again', why: answered.why, retryAfter: null }
  const { status, retryAfter } = answered
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status >= 300 && status < 400) {
    return { kind: 'refused', why: `it answered ${status}, and no redirect is followed` }
  }
  const why = `it answered ${status}`
  if (isForGood(status)) return { kind: 'refused', why }
  return { kind: 'again', why, retryAfter: readRetryAfter(retryAfter, clock.milliseconds()) }
}
