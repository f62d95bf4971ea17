// A door with a gate that remembers what reached it and answers as it is told.
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { connect as tlsConnect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'

import { openAuthority } from '../../src/doors/http/authority.ts'
import type { Authority } from '../../src/doors/http/authority.ts'
import { createHttpDoor } from '../../src/doors/http/door.ts'
import type { HttpDoorOptions } from '../../src/doors/http/door.ts'
import type { HelpRequest } from '../../src/doors/http/help-desk.ts'
import type { SessionId, UpstreamName } from '../../src/domain/names.ts'
import type { Arrival, HttpPayload, Refusal, Reply } from '../../src/domain/request.ts'
import { createClock } from '../../src/system/clock.ts'
import { newId, systemRandom } from '../../src/system/random.ts'

export const lease = 'hpl_dGhpcy1pcy1vbmx5LWZvci10ZXN0cy1vZi10aGUtZG9vcg'

export type GateAnswer = (
  arrival: Arrival,
  signal: AbortSignal,
) => Reply | Refusal | Promise<Reply | Refusal>

export interface StagedDoor {
  readonly port: number
  readonly url: string
  readonly arrivals: Arrival[]
  readonly helped: HelpRequest[]
  readonly authority: Authority
  /** what the gate says from now on */
  answerWith(answer: GateAnswer): void
  /** the HTTP payload of the only arrival so far */
  onlyPayload(): HttpPayload
  /** ends the door; called after the tests in any case */
  stop(): Promise<void>
}

/** One for all tests of a file: making keys takes its time. */
const folder = await mkdtemp(join(tmpdir(), 'holdpoint-ca-'))
const authority = await openAuthority(join(folder, 'ca'), { clock: createClock(null) })
after(() => rm(folder, { recursive: true, force: true }))

export function replied(body: string, headers: [string, string][] = []): Reply {
  return { kind: 'http', status: 200, headers, body: Buffer.from(body) }
}

export function refused(status = 403): Refusal {
  return {
    kind: 'refusal',
    code: 'denied',
    says: 'denied',
    instead: 'ask',
    hold: null,
    decision: null,
    answer: { status, headers: [['content-type', 'text/plain']], body: 'the gate says no\n' },
  }
}

/** As the gateway does: what cannot be read is refused. */
function usually({ payload }: Arrival): Reply | Refusal {
  if (payload.kind !== 'http' || payload.unreadable !== null) return refused()
  return replied(`${payload.method} ${payload.host} ${payload.target} ${payload.body.length}`)
}

/** What ends the door: a test's own context, or `node:test` itself for a whole file. */
export interface Ending {
  after(end: () => Promise<void>): void
}

export async function stageDoor(
  ending: Ending,
  options: Partial<HttpDoorOptions> = {},
): Promise<StagedDoor> {
  const arrivals: Arrival[] = []
  const helped: HelpRequest[] = []
  let answer: GateAnswer = usually
  const stopping = new AbortController()
  const door = createHttpDoor({
    listen: { host: '127.0.0.1', port: 0 },
    authority,
    upstreams: [
      {
        name: 'railway' as UpstreamName,
        hosts: ['backboard.railway.com', 'backboard.railway.app'],
        prefix: 'railway',
        credentialHeaders: ['project-access-token'],
      },
    ],
    help: {
      answer: (request) => {
        helped.push(request)
        return Promise.resolve({ status: 200, headers: [], body: `help ${request.path}` })
      },
    },
    newId: () => newId<SessionId>(systemRandom, 'session'),
    ...options,
    limits: { stopSeconds: 0.1, ...options.limits },
  })
  const serving = door.serve(
    {
      pass: async (arrival, signal) => {
        arrivals.push(arrival)
        return answer(arrival, signal)
      },
    },
    stopping.signal,
  )
  serving.catch(() => undefined)
  const { port } = await door.ready()
  const stop = async (): Promise<void> => {
    stopping.abort()
    await serving
  }
  ending.after(stop)
  return {
    ...{ port, arrivals, helped, authority, stop },
    url: `http://127.0.0.1:${port}`,
    answerWith: (said) => (answer = said),
    onlyPayload: () => {
      const [{ payload } = { payload: null }, ...more] = arrivals
      if (payload?.kind !== 'http' || more.length > 0) throw new Error('not one HTTP arrival')
      return payload
    },
  }
}

export interface Exchanged {
  readonly text: string
  /** as the door's sessions call this client */
  readonly peer: string
}

/**
 * All that comes back after these bytes, until the other side closes, is silent for long, or for a
 * little once it is `enough`.
 */
export function exchangeBytes(
  port: number,
  bytes: string | Uint8Array,
  silenceMilliseconds = 2_000,
  enough: (text: string) => boolean = () => false,
): Promise<Exchanged> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const chunks: Buffer[] = []
    let peer = ''
    socket.once('connect', () => (peer = `127.0.0.1:${socket.localPort ?? 0}`))
    const end = (): void => {
      socket.destroy()
      resolve({ text: Buffer.concat(chunks).toString('latin1'), peer })
    }
    socket.setTimeout(silenceMilliseconds, end)
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      // A little longer, for what must not come.
      if (enough(Buffer.concat(chunks).toString('latin1'))) socket.setTimeout(40)
    })
    socket.on('error', () => undefined)
    socket.on('close', end)
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  })
}

export function opened(port: number): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket))
    socket.on('error', () => undefined)
  })
}

/** The next bytes, as text; empty once the other side has closed. */
export function nextText(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const done = (text: string): void => {
      socket.off('data', take).off('close', none)
      socket.pause()
      resolve(text)
    }
    const take = (chunk: Buffer): void => done(chunk.toString('latin1'))
    const none = (): void => done('')
    socket.on('data', take).on('close', none)
    socket.resume()
    if (socket.destroyed) none()
  })
}

export async function textUntilClosed(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}

/** Something to wait for, and what ends the wait. */
export function latch(): readonly [wait: Promise<void>, open: () => void] {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return [promise, () => resolve(undefined)]
}

/** A connection on which a CONNECT to `target` was granted. */
export async function connected(
  port: number,
  target: string,
  fields: readonly string[] = [],
): Promise<Socket> {
  const socket = await opened(port)
  socket.write([`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, ...fields, '', ''].join('\r\n'))
  const text = await nextText(socket)
  if (!text.startsWith('HTTP/1.1 200 ')) throw new Error(`not connected: ${text}`)
  return socket
}

/** TLS inside a CONNECT to port 443 of `host`, trusting this authority. */
export async function secured(
  door: StagedDoor,
  host: string,
  options: ConnectionOptions = {},
  fields: readonly string[] = [],
): Promise<TLSSocket> {
  const socket = await connected(door.port, `${host}:443`, fields)
  return new Promise((resolve, reject) => {
    const secure = tlsConnect(
      { socket, servername: host, ca: door.authority.certificatePem, ...options },
      () => resolve(secure),
    )
    secure.on('error', reject)
  })
}

export const proxyLease = `Proxy-Authorization: Basic ${btoa(`${lease}:`)}`
