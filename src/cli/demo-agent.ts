// The agent of the demo: exactly the requests of the incident.
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

import { Fault } from '../domain/fault.ts'
import { inert } from '../wire/inert.ts'

export interface Answered {
  readonly status: number
  readonly body: string
}

/** The token that somebody left in an unrelated file of the work tree. */
export function findToken(scene: string): string {
  const text = readFileSync(join(scene, 'scripts/domains/.env'), 'utf8')
  const token = /^RAILWAY_API_TOKEN=(\S+)$/m.exec(text)?.[1]
  if (token === undefined)
    throw new Fault('demo-scene', 'the scene has no token in scripts/domains/.env')
  return token
}

/** An HTTP proxy, and what the agent shows to it. */
export interface Proxy {
  readonly address: string
  readonly lease: string
}

/**
 * The one curl, header for header: no Content-Type of its own, an anonymous operation, a literal
 * id.
 */
export function sendDelete(
  url: string,
  token: string,
  volume: string,
  proxy: Proxy | null = null,
): Promise<Answered> {
  const body = JSON.stringify({ query: `mutation { volumeDelete(volumeId: "${volume}") }` })
  const headers = {
    'user-agent': 'curl/8.7.1',
    accept: '*/*',
    authorization: `Bearer ${token}`,
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    ...(proxy === null
      ? {}
      : { host: new URL(url).host, 'proxy-authorization': basic(proxy.lease) }),
  }
  const to = proxy === null ? url : `http://${proxy.address}`
  const options = {
    method: 'POST',
    headers,
    agent: false,
    ...(proxy === null ? {} : { path: url }),
  }
  return new Promise((resolve, reject) => {
    const sending = request(to, options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() })
      })
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

function basic(lease: string): string {
  return `Basic ${Buffer.from(`lease:${lease}`).toString('base64')}`
}

/** What the agent reads: the message of the refusal, or the answer as it came. */
export function refusalOf({ body }: Answered): string {
  return inert(errorOf(body)?.message ?? body)
}

export function codeOf({ body }: Answered): string {
  return errorOf(body)?.extensions?.code ?? 'none'
}

interface GraphqlError {
  readonly message?: string
  readonly extensions?: Readonly<{ code?: string }>
}

function errorOf(body: string): GraphqlError | undefined {
  const { errors } = JSON.parse(body) as { errors?: readonly GraphqlError[] }
  return errors?.[0]
}
