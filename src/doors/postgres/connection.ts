import type { Socket } from 'node:net'

import { Fault } from '../../domain/fault.ts'
import type { SessionId, UpstreamName } from '../../domain/names.ts'
import type { Gate, Presented, Session, SqlOpened, SqlPayload } from '../../domain/request.ts'
import type { Random } from '../../system/random.ts'
import type { HelpDesk } from '../http/help-desk.ts'
import * as backend from '../../wire/postgres/backend.ts'
import type { ErrorFields } from '../../wire/postgres/backend.ts'
import { newestMinor } from '../../wire/postgres/startup.ts'
import type { Parameter, Startup } from '../../wire/postgres/startup.ts'
import type { CancelKeys } from './cancel.ts'
import { ClientStream } from './client.ts'
import { greet } from './greet.ts'
import type { DoorTls, Greeted } from './greet.ts'
import type { PostgresLimits } from './limits.ts'
import { logIn, nobody } from './log-in.ts'
import type { LeaseProver, ProvedLease } from './log-in.ts'
import { Names } from './names.ts'
import type { Patience } from './patience.ts'
import { fatalFields, refusalFields } from './refuse.ts'
import { ServerStream } from './server.ts'
import { SqlSession } from './session.ts'
import { isError, readWanted } from './settings.ts'
import type { Wanted } from './settings.ts'

/** A PostgreSQL server behind the door, by the name that clients give as user. */
export interface PostgresPlace {
  readonly name: UpstreamName
  /** where clients name none; null: the name of the user, as PostgreSQL does */
  readonly database: string | null
}

export interface ConnectionParts {
  readonly gate: Gate
  readonly places: ReadonlyMap<string, PostgresPlace>
  readonly tls: DoorTls | null
  readonly prover: LeaseProver
  readonly help: HelpDesk | null
  readonly random: Random
  readonly limits: PostgresLimits
  readonly keys: CancelKeys
  readonly patience: Patience
  newId(): SessionId
}

/** A connection of a client, from its first byte to its last. */
export interface Connection {
  /** Ends it when it waits for its client, otherwise when it next does. */
  stop(): void
  destroy(): void
}

const severed = 'terminating connection because its lease, or its agent, was stopped'

export function openConnection(parts: ConnectionParts, socket: Socket): Connection {
  const listeners: (() => void)[] = []
  const presented: Presented[] = []
  let running: SqlSession | null = null
  let over = false
  const session: Session = {
    id: parts.newId(),
    peer: `${socket.remoteAddress ?? 'gone'}:${socket.remotePort ?? 0}`,
    sever: () => {
      if (running === null) socket.destroy()
      else running.sever(severed)
    },
    onClose: (listener) => {
      if (over) listener()
      else listeners.push(listener)
    },
  }
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.once('close', () => {
    over = true
    for (const listener of listeners.splice(0)) listener()
  })
  const timer = setTimeout(() => socket.destroy(), parts.limits.startupSeconds * 1000)
  session.onClose(() => clearTimeout(timer))

  const begin = async (): Promise<void> => {
    const greeting = await greet(socket, parts.tls)
    if (greeting.kind === 'cancel') parts.keys.use(greeting)
    if (greeting.kind !== 'startup') return
    const entry = { parts, socket, session, presented, greeting, timer }
    const opened = await enter(entry, (one) => (running = one))
    await opened?.run()
  }
  begin().catch(() => socket.destroy())
  return {
    stop: () => {
      if (running === null) socket.destroy()
      else running.stop()
    },
    destroy: () => socket.destroy(),
  }
}

interface Entry {
  readonly parts: ConnectionParts
  readonly socket: Socket
  readonly session: Session
  readonly greeting: Greeted
  readonly timer: NodeJS.Timeout
}

/** From the StartupMessage to a session that stands; null when it comes to none. */
async function enter(
  entry: Entry,
  standing: (session: SqlSession) => void,
): Promise<SqlSession | null> {
  const { parts, greeting } = entry
  const { startup } = greeting
  const client = new ClientStream(greeting.stream, parts.limits, greeting.rest)
  const end = (fields: ErrorFields): null => {
    client.end(backend.errorResponse(fields))
    return null
  }
  const wanted = readWanted(startup)
  if (isError(wanted)) return end(wanted)
  negotiate(client, startup)
  const entered = await proveLease(entry, client)
  if ('severity' in entered) return end(entered)
  const { lease, presented } = entered
  clearTimeout(entry.timer)
  const place = parts.places.get(wanted.user)
  if (place === undefined && lease !== null) {
    const known = [...parts.places.keys()].map((name) => `\`${name}\``).join(', ')
    const message = `there is no database server \`${wanted.user}\` behind this door`
    return end(fatalFields('28000', message, `give one of these as user: ${known}`))
  }
  const { name, database } = place ?? { name: wanted.user as UpstreamName, database: null }
  const target = { upstream: name, database: wanted.database ?? database ?? wanted.user }
  const opened = await open(entry, presented, target, wanted)
  if ('severity' in opened) return end(opened)
  return welcome(entry, { client, lease, opened, presented, ...target }, standing)
}

function negotiate(client: ClientStream, { minor, options }: Startup): void {
  if (minor <= newestMinor && options.length === 0) return
  client.write(backend.negotiateProtocolVersion(Math.min(minor, newestMinor), options))
}

interface Entered {
  readonly lease: ProvedLease | null
  readonly presented: readonly Presented[]
}

async function proveLease(entry: Entry, client: ClientStream): Promise<Entered | ErrorFields> {
  const { parts, socket, session, greeting } = entry
  const address = socket.remoteAddress ?? ''
  try {
    const wait = parts.patience.delay(address)
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const lease = await logIn(client, parts.prover, greeting.endpoint, parts.random)
    if (lease === null) parts.patience.failed(address)
    else session.onClose(() => lease.end())
    return { lease, presented: [lease?.presented ?? nobody] }
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault
    parts.patience.failed(address)
    const code = fault.code === 'scram' ? '28P01' : '08P01'
    return fatalFields(code, fault.message, 'the password is the lease, by SCRAM-SHA-256')
  }
}

type Target = Pick<SqlPayload, 'upstream' | 'database'>

async function open(
  { parts, session }: Entry,
  presented: readonly Presented[],
  target: Target,
  { settings }: Wanted,
): Promise<SqlOpened | ErrorFields> {
  const leaving = new AbortController()
  session.onClose(() => leaving.abort())
  const payload: SqlPayload = {
    ...{ kind: 'sql', ...target, form: 'open', text: '', settings, parameters: [], types: [] },
    messages: new Uint8Array(),
    unreadable: null,
  }
  const arrival = { door: 'postgres', session, presented, payload } as const
  const reply = await parts.gate.pass(arrival, leaving.signal)
  switch (reply.kind) {
    case 'refusal':
      return refusalFields(reply, 'open')
    case 'sql-opened':
      return reply
    default:
      throw new Fault('bug', `a session was answered with \`${reply.kind}\``)
  }
}

interface Welcomed extends Target {
  readonly client: ClientStream
  readonly lease: ProvedLease | null
  readonly opened: SqlOpened
  readonly presented: readonly Presented[]
}

/** The gate has let it in; from here on the client may speak. */
function welcome(
  { parts, session, greeting }: Entry,
  { client, lease, opened, presented, upstream, database }: Welcomed,
  standing: (session: SqlSession) => void,
): SqlSession {
  const { gate, limits, keys, help } = parts
  const { parameters, channel } = opened
  const names = new Names()
  const server = new ServerStream(client, names)
  const signature = Buffer.from(lease?.serverSignature ?? []).toString('base64')
  client.write(backend.authenticationSaslFinal(`v=${signature}`))
  client.write(backend.authenticationOk)
  for (const parameter of parameters) tell(client, server, parameter)
  const key = keys.give(greeting.startup.minor, () => running.cancel())
  session.onClose(() => keys.forget(key))
  client.write(backend.backendKeyData(key))
  client.write(backend.readyForQuery('I'))
  const running = new SqlSession({
    help,
    ...{ gate, session, presented, upstream, database, client, server, channel, names, limits },
  })
  standing(running)
  return running
}

function tell(client: ClientStream, server: ServerStream, [name, value]: Parameter): void {
  client.write(backend.parameterStatus(name, value))
  server.learn(name, value)
}
