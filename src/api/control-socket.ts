import { chmodSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { once } from 'node:events'

import { Fault } from '../domain/fault.ts'
import { controlInputs } from './control-inputs.ts'
import type { ControlInput, ControlOperation } from './control-inputs.ts'
import type { Control } from './control.ts'
import { controlHost, controlPrefix, faultBody, requestBytesMax } from './control-wire.ts'

export interface ControlSocket {
  close(): Promise<void>
}

const connectionsMax = 64
const requestSeconds = 10

/**
 * Serves the control plane to whoever may open the socket: the owner of the state folder, no one
 * else. Called with the state's lock held, so a socket that is there already is a dead one's.
 */
export async function serveControl(control: Control, path: string): Promise<ControlSocket> {
  const server = createServer(
    { requestTimeout: requestSeconds * 1000, headersTimeout: requestSeconds * 1000 },
    (request, response) => void respond(control, request, response),
  )
  server.maxConnections = connectionsMax
  rmSync(path, { force: true })
  await listen(server, path)
  chmodSync(path, 0o600)
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, path: string): Promise<void> {
  // Bound within the call, so that no one else can open it even for a moment.
  const before = process.umask(0o177)
  server.listen(path)
  process.umask(before)
  await once(server, 'listening')
}

async function respond(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.on('error', () => undefined)
  try {
    const body = await readBody(request)
    refuseLeases(request, body)
    const url = new URL(request.url ?? '/', `http://${controlHost}`)
    if (request.headers.host !== controlHost || !url.pathname.startsWith(controlPrefix)) {
      throw new Fault(
        'control-protocol',
        'this is the control socket of Holdpoint, for its own command',
      )
    }
    const operation = url.pathname.slice(controlPrefix.length)
    if (operation === 'follow' && request.method === 'GET') {
      await follow(control, url, response)
      return
    }
    const value = await perform(control, operation, body)
    send(response, 200, JSON.stringify({ value: value ?? null }))
  } catch (fault) {
    send(response, fault instanceof Fault ? 422 : 500, faultBody(fault))
  }
}

/** A lease stands for an agent, and agents have no business here. */
function refuseLeases(request: IncomingMessage, body: string): void {
  const said = [request.url ?? '', ...request.rawHeaders, body]
  if (!said.some((text) => text.includes('hpl_'))) return
  throw new Fault('lease-on-control-plane', 'a lease opens nothing here; leases are for the doors')
}

type Handlers = Readonly<Record<ControlOperation, (input: unknown) => Promise<unknown>>>

function perform(control: Control, operation: string, body: string): Promise<unknown> {
  const handlers = handlersOf(control)
  if (!Object.hasOwn(handlers, operation)) {
    throw new Fault(
      'control-protocol',
      'the gate does not know this operation; is it an older version?',
    )
  }
  return handlers[operation as ControlOperation](parseJson(body))
}

function handlersOf(control: Control): Handlers {
  const row =
    <K extends ControlOperation>(name: K, run: (input: ControlInput<K>) => Promise<unknown>) =>
    (input: unknown): Promise<unknown> =>
      run(checked(name, input))
  return {
    status: row('status', control.status),
    agentAdd: row('agentAdd', control.agentAdd),
    agentList: row('agentList', control.agentList),
    mandateGrant: row('mandateGrant', control.mandateGrant),
    mandateRevoke: row('mandateRevoke', control.mandateRevoke),
    mandateList: row('mandateList', control.mandateList),
    leaseIssue: row('leaseIssue', async (input) => {
      const { lease, token } = await control.leaseIssue(input)
      return { lease, token: token.reveal() }
    }),
    leaseRevoke: row('leaseRevoke', control.leaseRevoke),
    leaseList: row('leaseList', control.leaseList),
    advised: row('advised', control.advised),
    secretPut: row('secretPut', control.secretPut),
    secretRemove: row('secretRemove', control.secretRemove),
    secretList: row('secretList', control.secretList),
    credentialCheck: row('credentialCheck', control.credentialCheck),
    holdList: row('holdList', control.holdList),
    holdShow: row('holdShow', control.holdShow),
    askList: row('askList', control.askList),
    askAnswer: row('askAnswer', control.askAnswer),
    explain: row('explain', control.explain),
    entries: row('entries', control.entries),
    kill: row('kill', control.kill),
    killLift: row('killLift', control.killLift),
    resume: row('resume', control.resume),
    enrolFirst: row('enrolFirst', control.enrolFirst),
    policiesReload: row('policiesReload', control.policiesReload),
    postgresEnrol: row('postgresEnrol', control.postgresEnrol),
    postgresUnenrol: row('postgresUnenrol', control.postgresUnenrol),
    postgresStatus: row('postgresStatus', control.postgresStatus),
    undo: row('undo', control.undo),
    mcpTools: row('mcpTools', control.mcpTools),
    mcpAccept: row('mcpAccept', control.mcpAccept),
    trashList: row('trashList', control.trashList),
    trashPurge: row('trashPurge', control.trashPurge),
    backupVerify: row('backupVerify', control.backupVerify),
    backupRestore: row('backupRestore', control.backupRestore),
  }
}

function checked<K extends ControlOperation>(name: K, input: unknown): ControlInput<K> {
  const parsed = controlInputs[name].safeParse(input)
  if (parsed.success) return parsed.data as ControlInput<K>
  const [issue] = parsed.error.issues
  const at = issue?.path.join('.') ?? ''
  throw new Fault(
    'control-input',
    `\`${at}\`: ${issue?.message.replace('{value}', 'this') ?? 'wrong'}`,
  )
}

async function follow(control: Control, url: URL, response: ServerResponse): Promise<void> {
  const from = Number(url.searchParams.get('from') ?? '0')
  if (!Number.isSafeInteger(from) || from < 0)
    throw new Fault('control-input', '`from` is an index')
  const stop = new AbortController()
  response.on('close', () => stop.abort())
  response.writeHead(200, { 'content-type': 'application/jsonl' })
  response.flushHeaders()
  for await (const entry of control.follow(from, stop.signal)) {
    if (response.write(JSON.stringify(entry) + '\n')) continue
    await Promise.race([once(response, 'drain'), once(response, 'close')])
    if (response.closed) return
  }
  response.end()
}

function send(response: ServerResponse, status: number, body: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  response.end(body)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request) {
    const part = chunk as Uint8Array
    bytes += part.byteLength
    if (bytes > requestBytesMax) {
      throw new Fault('control-input', `more than ${requestBytesMax} bytes`)
    }
    parts.push(part)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Fault('control-input', 'not JSON')
  }
}
