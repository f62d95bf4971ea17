import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createPlainServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import { clearToDiscover, clearToSend } from '../../src/clearance.ts'
import type { Clearance } from '../../src/clearance.ts'
import { createVaultKeyFile } from '../../src/credentials/vault-key.ts'
import { createVault } from '../../src/credentials/vault.ts'
import { Concealed } from '../../src/domain/concealed.ts'
import type { RequestId, SecretName, SessionId, UpstreamName } from '../../src/domain/names.ts'
import type { HttpPayload, Payload, Request } from '../../src/domain/request.ts'
import type { AskRequest } from '../../src/providers/provider.ts'
import { railway as provider } from '../../src/providers/railway/index.ts'
import { systemRandom as random } from '../../src/system/random.ts'
import { digestOf, digestOfAsk } from '../../src/system/request-digest.ts'
import { createUpstreams } from '../../src/upstreams/upstreams.ts'
import type { UpstreamConfig, Upstreams, UpstreamsOptions } from '../../src/upstreams/upstreams.ts'
import * as facts from '../contracts/facts.ts'
import { openLedger } from '../receipts.ts'

export const railway = 'railway' as UpstreamName
export const token = 'f1d2c3b4-0000-4000-8000-1234567890ab'
export const readToken = 'a0b1c2d3-1111-4111-8111-ba0987654321'
export const never = new AbortController().signal

export interface World {
  readonly upstreams: Upstreams
  /** The decision and the intent are written down first, as the gateway does. */
  readonly clear: (payload: Payload, upstream?: string) => Promise<Cleared>
  readonly clearAsk: (ask: AskRequest) => Promise<Clearance>
  readonly sendOff: (change?: Partial<HttpPayload>) => ReturnType<Upstreams['send']>
}

export interface Cleared {
  readonly request: Request
  readonly clearance: Clearance
}

export type Changes = Partial<UpstreamsOptions> & { readonly config?: Partial<UpstreamConfig> }

/** Real ledger, store, vault, provider; `url` is where the upstream is. */
export async function openWorld(
  t: TestContext,
  url: string,
  changes: Changes = {},
): Promise<World> {
  const { ledger, folder } = await openLedger(t)
  await Promise.all(facts.staged.map((fact) => ledger.append(fact)))
  const key = createVaultKeyFile(join(folder, 'vault.key'), random)
  const vault = createVault({ file: join(folder, 'vault.json'), key, random })
  vault.put('account' as SecretName, new Concealed('account', token))
  vault.put('reader' as SecretName, new Concealed('reader', readToken))
  const config: UpstreamConfig = {
    name: railway,
    provider: 'railway',
    url,
    hosts: provider.hosts,
    credential: 'account' as SecretName,
    credentialHeader: provider.credentialHeaders[0],
    discoverCredential: 'reader' as SecretName,
    allowPrivate: true,
    ...changes.config,
  }
  const upstreams = createUpstreams({ configs: [config], providers: [provider], vault, ...changes })
  t.after(() => upstreams.close())
  let count = 0

  async function clear(payload: Payload, upstream = intendedFor(payload)): Promise<Cleared> {
    const digest = digestOf(payload)
    const id = `decision_${count++}`
    const summary = { ...facts.decision(id, facts.allow).request, digest }
    const [decided, sent] = await Promise.all([
      ledger.append(facts.decided(id, facts.allow, { request: summary })),
      ledger.append({ ...facts.sent(id, digest), upstream }),
    ])
    const clearance = clearToSend({ decided, claimed: null, guarded: [], sent, request: digest })
    return { request: requestOf(payload), clearance }
  }

  async function clearAsk(ask: AskRequest): Promise<Clearance> {
    const request = digestOfAsk(railway, ask)
    return clearToDiscover(await ledger.append({ kind: 'discovering', upstream: railway, request }))
  }

  async function sendOff(change: Partial<HttpPayload> = {}): ReturnType<Upstreams['send']> {
    const { request, clearance } = await clear({ ...payload, ...change })
    return upstreams.send(request, clearance, never)
  }

  return { upstreams, clear, clearAsk, sendOff }
}

function intendedFor(judged: Payload): string {
  return judged.kind === 'tunnel' ? `${judged.host}:${judged.port}` : judged.upstream
}

export const payload: HttpPayload = {
  kind: 'http',
  upstream: railway,
  method: 'POST',
  host: 'backboard.railway.app',
  target: '/graphql/v2?x=1',
  headers: [
    ['content-type', 'application/json'],
    ['user-agent', 'curl/8'],
  ],
  body: Buffer.from('{"query":"{ me { id } }"}'),
  unreadable: null,
}

export function requestOf(judged: Payload): Request {
  return {
    door: 'http',
    session: {
      id: 'ses_one' as SessionId,
      peer: '127.0.0.1:1',
      sever: () => undefined,
      onClose: () => undefined,
    },
    presented: [],
    payload: judged,
    id: 'req_one' as RequestId,
    receivedAt: facts.start,
    digest: digestOf(judged),
  }
}

export interface Seen {
  readonly url: string
  readonly requests: { readonly message: IncomingMessage; readonly body: string }[]
}

/** An upstream that answers as `listener` does, and remembers what it was sent. */
export async function openHttp(t: TestContext, listener: RequestListener): Promise<Seen> {
  const requests: Seen['requests'] = []
  const server = createServer((message, response) => {
    const pieces: Buffer[] = []
    message.on('data', (piece: Buffer) => pieces.push(piece))
    message.on('end', () => {
      requests.push({ message, body: Buffer.concat(pieces).toString() })
      listener(message, response)
    })
  })
  t.after(() => server.closeAllConnections())
  return { url: await listen(t, server), requests }
}

/** An upstream of raw bytes: `speak` is called with each connection, and what came on it so far. */
export async function openRaw(
  t: TestContext,
  speak: (socket: Socket, came: string) => void,
): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createPlainServer((socket) => {
    sockets.add(socket)
    let came = ''
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (piece) => {
      came += piece.toString('latin1')
      speak(socket, came)
    })
  })
  t.after(() => sockets.forEach((socket) => socket.destroy()))
  return listen(t, server)
}

export async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return `http://127.0.0.1:${address.port}`
}

export async function readAll(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
