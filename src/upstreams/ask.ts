import type { Clearance } from '../clearance.ts'
import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { AskRequest } from '../providers/provider.ts'
import type { Connection, ExchangeSink } from './connection.ts'
import { codingOf } from './headers.ts'
import type { ResponseHead } from './http1-response.ts'
import { codeOf, redactorOf, writeRequest } from './send.ts'
import type { Upstream } from './send.ts'

const bodyBytesMax = 16 * 1_048_576

/**
 * Asks with the read credential where there is one, or with one that was found somewhere. No
 * redirect is followed; any answer but 2xx is a fault.
 */
export async function ask(
  upstream: Upstream,
  request: AskRequest,
  clearance: Clearance,
  found: Concealed | null = null,
): Promise<Uint8Array> {
  const name = upstream.discoverCredential ?? upstream.credential
  const secret = found ?? upstream.vault.open(name, clearance)
  const redactor = redactorOf(upstream, clearance)
  const body = Buffer.from(request.body)
  const bytes = writeRequest(upstream, { ...request, body }, secret)
  clearance.spend()
  const connection = upstream.pool.take() ?? (await open(upstream))
  const answer = new AskedAnswer(connection)
  connection.send(request.method, bytes, answer)
  return redactor.bytes(await answer.promise)
}

async function open({ pool }: Upstream): Promise<Connection> {
  const borrowed = await pool.open()
  if (borrowed.kind === 'connection') return borrowed.connection
  throw fault(codeOf(borrowed), borrowed.why)
}

class AskedAnswer implements ExchangeSink {
  readonly abandoned = false
  readonly #settled = Promise.withResolvers<Uint8Array>()
  readonly #pieces: Buffer[] = []
  #bytes = 0
  readonly #connection: Connection
  #refusal: Fault | null = null

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get promise(): Promise<Uint8Array> {
    return this.#settled.promise
  }

  head({ status, headers }: ResponseHead): void {
    const coding = codingOf(headers)
    if (status < 200 || status > 299) {
      this.#refusal = fault('discovery-refused', `it answered ${status}; check its read credential`)
    } else if (coding !== '' && coding !== 'identity') {
      this.#refusal = fault('discovery-refused', `it answered in \`${coding}\`, unasked`)
    }
  }

  body(bytes: Buffer): void {
    this.#bytes += bytes.length
    if (this.#bytes > bodyBytesMax) {
      const why = `its answer is longer than ${bodyBytesMax} bytes`
      this.#refusal ??= fault('discovery-too-large', why)
      this.#connection.refuse('its answer is too long')
    } else if (this.#refusal === null) this.#pieces.push(Buffer.from(bytes))
  }

  settle(): void {
    // It is waited for to its end.
  }

  end(): void {
    if (this.#refusal === null) this.#settled.resolve(Buffer.concat(this.#pieces))
    else this.#settled.reject(this.#refusal)
  }

  fail(why: string): void {
    this.#settled.reject(this.#refusal ?? fault('discovery-unanswered', why))
  }
}

function fault(code: string, why: string): Fault {
  return new Fault(code, `the upstream could not be asked what exists: ${why}`)
}
