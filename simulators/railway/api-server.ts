// Railway's wire conventions: POST JSON whatever the content type says; GET with `?query=`; errors
// are HTTP 200 with `errors[]`; an array is a batch; 429 with Retry-After; X-RateLimit-* always.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

import type { ExecutionResult } from 'graphql'

import type { Caller } from './access.ts'
import { identify } from './access.ts'
import type { Databases } from './databases.ts'
import type { LoggedMutation, Operation } from './execute.ts'
import { run } from './execute.ts'
import type { Fault, Faults } from './faults.ts'
import type { World } from './world.ts'

export interface ApiState {
  world(): World
  readonly databases: Databases
  readonly faults: Faults
  log(mutation: LoggedMutation): void
  count(): void
  /** One after another: what one request changes, the next one sees whole. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** requests in an hour; null for no limit */
  readonly rateLimit: number | null
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const apiPath = '/graphql/v2'
const bodyBytesMax = 8 * 1_048_576
const batchMax = 100
const statedLimit = 10_000

export function createApiServer(state: ApiState): Server {
  const rate = createRate(state.rateLimit)
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    state.count()
    serve(request, response, state, rate).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ errors: [{ message: String(error) }] }))
    })
  })
  return server
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  state: ApiState,
  rate: Rate,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const body = await readBody(request)
  const fault = state.faults.next()
  const limit = rate()
  const answer =
    url.pathname !== apiPath
      ? plain(404, 'Not Found')
      : body === null
        ? plain(413, 'Payload Too Large')
        : limit.exceeded
          ? { ...problem(429, 'Rate limit exceeded'), headers: { 'retry-after': '30' } }
          : await answerTo(request, url, body, state, fault)
  const headers = { ...answer.headers, ...limit.headers, 'x-request-id': randomUUID() }
  const credential = request.headers.authorization ?? header(request, 'project-access-token') ?? ''
  await write(response, echo({ ...answer, headers }, fault, credential), fault)
}

async function answerTo(
  request: IncomingMessage,
  url: URL,
  body: string,
  state: ApiState,
  fault: Fault,
): Promise<Answer> {
  const performs = fault.performs ?? fault.status === undefined
  const operations = readOperations(request.method ?? '', url, body)
  if (operations === null) return problem(400, 'POST body missing, invalid or not JSON')
  const caller = identify(
    state.world(),
    request.headers.authorization,
    header(request, 'project-access-token'),
  )
  const results = performs ? await execute(operations, caller, state) : []
  const status = fault.status ?? 200
  if (!performs) return plain(status, fault.body ?? 'upstream failure', fault.headers)
  const text = Array.isArray(operations) ? JSON.stringify(results) : JSON.stringify(results[0])
  const type = { 'content-type': 'application/json; charset=utf-8' }
  return { status, headers: { ...type, ...fault.headers }, body: fault.body ?? text }
}

function execute(
  operations: Operation | readonly Operation[],
  caller: Caller,
  state: ApiState,
): Promise<readonly ExecutionResult[]> {
  return state.inTurn(async () => {
    const results: ExecutionResult[] = []
    for (const operation of [operations].flat()) {
      const context = { world: state.world(), databases: state.databases, caller }
      results.push(await run(operation, context, (mutation) => state.log(mutation)))
    }
    return results
  })
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > bodyBytesMax) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** GET carries mutations too: whoever stands in front must not rely on the method. */
function readOperations(
  method: string,
  url: URL,
  body: string,
): Operation | readonly Operation[] | null {
  const fromUrl = url.searchParams.get('query')
  if (method === 'GET' || (method === 'POST' && body === '' && fromUrl !== null)) {
    if (fromUrl === null) return null
    const variables = parseJson(url.searchParams.get('variables') ?? '{}')
    const operationName = url.searchParams.get('operationName')
    return { query: fromUrl, variables, operationName }
  }
  if (method !== 'POST') return null
  const parsed = parseJson(body)
  if (!Array.isArray(parsed)) return isOperation(parsed) ? parsed : null
  return parsed.length <= batchMax && parsed.every(isOperation) ? parsed : null
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function plain(status: number, body: string, headers: Fault['headers'] = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body }
}

function problem(status: number, message: string): Answer {
  const body = JSON.stringify({ errors: [{ message }] })
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body }
}

function echo(answer: Answer, { echoToken }: Fault, credential: string): Answer {
  if (echoToken !== true) return answer
  const value = credential.replace(/^Bearer /i, '')
  const forms = {
    plain: value,
    header: credential,
    base64: Buffer.from(value).toString('base64'),
    url: encodeURIComponent(credential),
  }
  const headers = { ...answer.headers, 'x-echo': credential, 'x-echo-base64': forms.base64 }
  return { ...answer, headers, body: JSON.stringify({ echo: forms, answer: answer.body }) }
}

async function write(response: ServerResponse, answer: Answer, fault: Fault): Promise<void> {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs)
  if (fault.cut === 'before-answer') {
    response.destroy()
    return
  }
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length })
  if (fault.cut === undefined) {
    response.end(body)
    return
  }
  const kept = fault.cut === 'after-headers' ? 0 : Math.ceil(body.length / 2)
  response.flushHeaders()
  // The part that is sent must have left before the connection is reset.
  if (kept > 0) await new Promise((resolve) => response.write(body.subarray(0, kept), resolve))
  await sleep(20)
  response.destroy()
}

interface Limited {
  readonly exceeded: boolean
  readonly headers: Readonly<Record<string, string>>
}

type Rate = () => Limited

function createRate(limit: number | null): Rate {
  let windowEnds = 0
  let used = 0
  return () => {
    const time = Date.now()
    if (time >= windowEnds) {
      windowEnds = time + 3_600_000
      used = 0
    }
    used++
    const most = limit ?? statedLimit
    const remaining = limit === null ? statedLimit - 1 : Math.max(0, most - used)
    const headers = {
      'x-ratelimit-limit': String(most),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-reset': new Date(windowEnds).toISOString(),
    }
    return { exceeded: limit !== null && used > limit, headers }
  }
}
