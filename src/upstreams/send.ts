import type { Clearance } from '../clearance.ts'
import type { Vault } from '../credentials/vault.ts'
import type { Concealed } from '../domain/concealed.ts'
import { Fault, assert } from '../domain/fault.ts'
import type { SecretName } from '../domain/names.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { HttpPayload } from '../domain/request.ts'
import type { CredentialHeader } from '../providers/provider.ts'
import { Answer } from './answer.ts'
import type { Sent } from './answer.ts'
import { writeHeaders } from './headers.ts'
import type { Header } from './headers.ts'
import type { Borrowed, Pool } from './pool.ts'
import { createRedactor } from './redact.ts'
import type { Redactor } from './redact.ts'

/** One upstream, as it is configured. */
export interface Upstream {
  /** what the Host header says; with the port, where it is not the usual one */
  readonly host: string
  readonly pool: Pool
  readonly vault: Pick<Vault, 'open'>
  readonly credential: SecretName
  readonly credentialHeader: CredentialHeader
  readonly discoverCredential: SecretName | null
  /** every header in which tokens of this provider travel: none is sent but our own */
  readonly credentialHeaders: ReadonlySet<string>
  readonly outcome: (status: number, body: Uint8Array | null) => Outcome
}

export interface Written {
  readonly method: string
  readonly target: string
  readonly headers: readonly Header[]
  readonly body: Uint8Array
}

const methodPattern = /^[A-Z]{1,16}$/
/** Visible ASCII: nothing that could end the line. */
const targetPattern = /^\/[\x21-\x7e]*$/

/** Sends what was cleared, with the real credential, at most once: nothing is tried again. */
export async function send(
  upstream: Upstream,
  payload: HttpPayload,
  clearance: Clearance,
  signal: AbortSignal,
): Promise<Sent> {
  const opened = openSecrets(upstream, clearance)
  clearance.spend()
  if (opened.kind === 'closed') return notSent(opened.code)
  const { secret, redactor } = opened
  const request = writeRequest(upstream, payload, secret)
  let connection = upstream.pool.take()
  if (connection === null) {
    const borrowed = await upstream.pool.open()
    if (borrowed.kind !== 'connection') return notSent(codeOf(borrowed))
    connection = borrowed.connection
  }
  // Nothing has left yet: what nobody waits for any more is not begun.
  if (signal.aborted) {
    connection.giveBack()
    return notSent('withdrawn')
  }
  const { method } = payload
  const { outcome } = upstream
  const { promise, resolve: answered } = Promise.withResolvers<Sent>()
  const parts = { method, connection, redactor, signal, outcome, answered }
  connection.send(method, request, new Answer(parts))
  return promise
}

type OpenedSecrets =
  | Readonly<{ kind: 'open'; secret: Concealed; redactor: Redactor }>
  | Readonly<{ kind: 'closed'; code: string }>

/**
 * A secret that was not put, or does not open, is the operator's to mend: the request did not
 * leave.
 */
function openSecrets(upstream: Upstream, clearance: Clearance): OpenedSecrets {
  try {
    const secret = upstream.vault.open(upstream.credential, clearance)
    return { kind: 'open', secret, redactor: redactorOf(upstream, clearance) }
  } catch (fault) {
    if (fault instanceof Fault && fault.code !== 'bug') return { kind: 'closed', code: fault.code }
    throw fault
  }
}

/** The bytes of a request: judged headers and body, our own framing, the one credential. */
export function writeRequest(upstream: Upstream, written: Written, secret: Concealed): Buffer {
  const { method, target, headers, body } = written
  assert(methodPattern.test(method), 'the method can be written')
  assert(targetPattern.test(target), 'the target can be written')
  const lines = writeHeaders(headers, upstream.credentialHeaders)
  assert(lines !== null, 'the headers can be written')
  const { name, scheme } = upstream.credentialHeader
  const credential = scheme === null ? secret.reveal() : `${scheme} ${secret.reveal()}`
  const length = body.length > 0 || mayHaveBody(method) ? `content-length: ${body.length}\r\n` : ''
  const head =
    `${method} ${target} HTTP/1.1\r\nhost: ${upstream.host}\r\n${lines}` +
    `accept-encoding: identity\r\n${name}: ${credential}\r\n${length}\r\n`
  const bytes = Buffer.allocUnsafe(head.length + body.length)
  bytes.write(head, 0, 'latin1')
  bytes.set(body, head.length)
  return bytes
}

function mayHaveBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

interface KnownRedactor {
  readonly one: Concealed
  readonly other: Concealed | null
  readonly redactor: Redactor
}

const redactors = new WeakMap<Upstream, KnownRedactor>()

/** The vault gives the same value again until it changes, and so does this. */
export function redactorOf(upstream: Upstream, clearance: Clearance): Redactor {
  const { vault, credential, discoverCredential } = upstream
  const one = vault.open(credential, clearance)
  const other = discoverCredential === null ? null : vault.open(discoverCredential, clearance)
  const known = redactors.get(upstream)
  if (known?.one === one && known.other === other) return known.redactor
  const secrets = other === null ? [one] : [one, other]
  const redactor = createRedactor(secrets.map((secret) => secret.reveal()))
  redactors.set(upstream, { one, other, redactor })
  return redactor
}

export function codeOf({ kind }: Exclude<Borrowed, { kind: 'connection' }>): string {
  switch (kind) {
    case 'refused':
      return 'address-refused'
    case 'busy':
      return 'upstream-busy'
    default:
      return 'upstream-unreachable'
  }
}

function notSent(code: string): Sent {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}
