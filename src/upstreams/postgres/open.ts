// Connects to a PostgreSQL server: the address is judged, TLS begun (SSLRequest, then a handshake),
// and the password shown only in ways that do not give it away.
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
import { once } from 'node:events'
import { isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

import type { Concealed } from '../../domain/concealed.ts'
import type { Random } from '../../system/random.ts'
import type { CancelKey } from '../../wire/postgres/backend.ts'
import { cancelRequest, tlsRequest } from '../../wire/postgres/startup.ts'
import type { Parameter } from '../../wire/postgres/startup.ts'
import { dial } from '../dial.ts'
import type { DialParts } from '../dial.ts'
import { logIn } from './log-in.ts'
import { ServerSession } from './session.ts'

export interface ServerPlace {
  readonly host: string
  readonly port: number
  /** verify-full: its certificate is for this host; require: whoever it is; off: in the clear */
  readonly tls: 'verify-full' | 'require' | 'off'
  /** PEM of the authorities that count; null: those that Node knows */
  readonly certificate: string | null
  readonly allowPrivate: boolean
}

export interface OpenParts extends DialParts {
  readonly random: Random
}

export interface Login {
  readonly role: string
  readonly database: string
  readonly password: Concealed
  /** run-time parameters */
  readonly settings: readonly Parameter[]
}

export type Opened =
  | Readonly<{ kind: 'opened'; session: ServerSession; parameters: readonly Parameter[] }>
  | Readonly<{ kind: 'failed'; code: string; why: string }>

export type Failed = Extract<Opened, { kind: 'failed' }>

export function failed(code: string, why: string): Failed {
  return { kind: 'failed', code, why }
}

const cancelMilliseconds = 5_000

export async function openSession(
  parts: OpenParts,
  place: ServerPlace,
  login: Login,
): Promise<Opened> {
  const connected = await connect(parts, place)
  if (connected.kind === 'failed') return connected
  const { socket } = connected
  const timer = setTimeout(() => socket.destroy(), parts.connectMilliseconds)
  try {
    const verified = place.tls === 'verify-full'
    const entered = await logIn(socket, login, { random: parts.random, verified })
    if (entered.kind === 'failed') {
      socket.destroy()
      return entered
    }
    const { parameters, key, rest } = entered
    const encoding = parameters.find(([name]) => name === 'client_encoding')?.[1] ?? 'UTF8'
    const cancel = (): Promise<void> => cancelAt(parts, place, key)
    return {
      kind: 'opened',
      session: new ServerSession({ socket, rest, encoding, cancel }),
      parameters,
    }
  } finally {
    clearTimeout(timer)
  }
}

type Connected = Readonly<{ kind: 'connected'; socket: Socket }> | Failed

async function connect(parts: OpenParts, place: ServerPlace): Promise<Connected> {
  const { host, port, allowPrivate } = place
  const dialled = await dial(parts, { host, port, tls: false, allowPrivate }, null)
  if (dialled.kind !== 'connected') {
    const code = dialled.kind === 'refused' ? 'address-refused' : 'upstream-unreachable'
    return failed(code, dialled.why)
  }
  const { socket } = dialled
  socket.setKeepAlive(true, 30_000)
  if (place.tls === 'off') return { kind: 'connected', socket }
  const timer = setTimeout(() => socket.destroy(), parts.connectMilliseconds)
  try {
    return await encrypt(socket, place)
  } finally {
    clearTimeout(timer)
  }
}

async function encrypt(socket: Socket, place: ServerPlace): Promise<Connected> {
  socket.write(tlsRequest())
  const answer = await firstBytes(socket)
  // More than one byte would be taken for what came after the handshake, by whoever put it there.
  if (answer?.toString('latin1') !== 'S') {
    socket.destroy()
    return failed('tls-refused', `\`${place.host}\` takes no TLS`)
  }
  const name = place.host.replace(/^\[(.*)\]$/, '$1')
  const encrypted = connectTls({
    socket,
    host: name,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: place.tls === 'verify-full',
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(place.certificate === null ? {} : { ca: place.certificate }),
  })
  try {
    await once(encrypted, 'secureConnect')
  } catch (fault) {
    socket.destroy()
    const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'failed'
    return failed('tls-failed', `\`${place.host}\` cannot be trusted (${code})`)
  }
  if (place.tls === 'verify-full' && !encrypted.authorized) {
    encrypted.destroy()
    return failed('tls-failed', `\`${place.host}\` cannot be trusted`)
  }
  encrypted.on('error', () => undefined)
  return { kind: 'connected', socket: encrypted }
}

/** null when the connection ends instead. */
function firstBytes(socket: Socket): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const over = (bytes: Buffer | null): void => {
      socket.off('data', over)
      socket.off('close', ended)
      socket.pause()
      resolve(bytes)
    }
    const ended = (): void => over(null)
    socket.on('error', () => undefined)
    socket.on('data', over)
    socket.once('close', ended)
  })
}

/** Over the same way as the session: a cancel key is a secret too. */
async function cancelAt(parts: OpenParts, place: ServerPlace, key: CancelKey): Promise<void> {
  const connected = await connect(parts, place)
  if (connected.kind === 'failed') return
  const { socket } = connected
  const closed = once(socket, 'close')
  socket.on('error', () => undefined)
  socket.resume()
  socket.end(cancelRequest(key.process, key.secret))
  const timer = setTimeout(() => socket.destroy(), cancelMilliseconds)
  await closed.catch(() => undefined)
  clearTimeout(timer)
}
