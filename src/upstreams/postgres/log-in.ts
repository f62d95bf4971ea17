// From the StartupMessage to the first ReadyForQuery. The password goes out by SCRAM-SHA-256, whose
// server has to prove that it knows it too; as MD5 where a server has nothing better; in the clear
// only inside a connection whose certificate was verified.
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

import { unreachable } from '../../domain/fault.ts'
import type { Random } from '../../system/random.ts'
import { createScramClient, endpointOf } from '../../system/scram.ts'
import type { ScramClient } from '../../system/scram.ts'
import { backendTags, readAuthentication } from '../../wire/postgres/backend.ts'
import { readBackendKeyData, readParameterStatus } from '../../wire/postgres/backend.ts'
import type { Authentication, CancelKey } from '../../wire/postgres/backend.ts'
import { encodeText } from '../../wire/postgres/bytes.ts'
import { FrameScanner } from '../../wire/postgres/frames.ts'
import { saslInitialMessage, saslResponseMessage } from '../../wire/postgres/frontend.ts'
import { passwordMessage } from '../../wire/postgres/frontend.ts'
import { startupMessage } from '../../wire/postgres/startup.ts'
import type { Parameter } from '../../wire/postgres/startup.ts'
import type { Failed, Login } from './open.ts'
import { readServerError } from './server-error.ts'

export type Entered =
  | Readonly<{
      kind: 'entered'
      parameters: readonly Parameter[]
      key: CancelKey
      /** what came after the first ReadyForQuery */
      rest: Uint8Array
    }>
  | Failed

export interface LogInParts {
  readonly random: Random
  /** the certificate is that of this host */
  readonly verified: boolean
}

const messageBytesMax = 65_536
const messagesMax = 500
const tags = backendTags

function no(code: string, why: string): Failed {
  return { kind: 'failed', code, why }
}

export function logIn(socket: Socket, login: Login, parts: LogInParts): Promise<Entered> {
  const handshake = new Handshake(socket, login, parts)
  const scanner = new FrameScanner((_, length) => (length <= messageBytesMax ? 'whole' : 'broken'))
  return new Promise((resolve) => {
    let work = Promise.resolve()
    const end = (entered: Entered): void => {
      socket.off('data', take)
      socket.off('close', closed)
      if (entered.kind === 'entered') socket.pause()
      resolve(entered)
    }
    const closed = (): void => end(no('upstream-unreachable', 'it closed the connection'))
    const take = (chunk: Uint8Array): void => {
      work = work.then(async () => {
        scanner.push(chunk)
        while (scanner.next()) {
          const entered = await handshake.take(scanner.tag, scanner.bytes())
          if (entered === null) continue
          const rest = entered.kind === 'entered' ? remaining(scanner) : new Uint8Array()
          end(entered.kind === 'entered' ? { ...entered, rest } : entered)
          return
        }
        if (scanner.broken !== null) end(no('postgres-protocol', scanner.broken))
      })
      work.catch(() => end(no('upstream-login', 'it does not log in as PostgreSQL does')))
    }
    socket.on('data', take)
    socket.once('close', closed)
    socket.on('error', () => undefined)
    const who: readonly Parameter[] = [
      ['user', login.role],
      ['database', login.database],
    ]
    socket.write(startupMessage(0, [...who, ...login.settings]))
    socket.resume()
  })
}

/** What is left of the chunk: the session begins with it. */
function remaining(scanner: FrameScanner): Uint8Array {
  return scanner.source.subarray(scanner.end)
}

class Handshake {
  readonly #socket: Socket
  readonly #login: Login
  readonly #parts: LogInParts
  readonly #parameters: Parameter[] = []
  #key: CancelKey | null = null
  #scram: ScramClient | null = null
  /** ok: nothing more is asked; the server has proven itself where it can */
  #authenticated = false
  #proven = true
  #messages = 0

  constructor(socket: Socket, login: Login, parts: LogInParts) {
    this.#socket = socket
    this.#login = login
    this.#parts = parts
  }

  async take(tag: number, bytes: Uint8Array): Promise<Entered | null> {
    this.#messages += 1
    if (this.#messages > messagesMax) return no('upstream-login', 'it does not come to an end')
    switch (tag) {
      case tags.authentication:
        return this.#authenticate(readAuthentication(bytes))
      case tags.errorResponse:
        return refused(readServerError(bytes))
      case tags.parameterStatus:
        this.#parameters.push(readParameterStatus(bytes))
        return null
      case tags.backendKeyData:
        this.#key = readBackendKeyData(bytes)
        return null
      case tags.noticeResponse:
        return null
      case tags.readyForQuery:
        return this.#ready()
      default:
        return no('postgres-protocol', 'it says something else than what begins a session')
    }
  }

  #ready(): Entered {
    const key = this.#key
    if (!this.#authenticated || key === null) {
      return no('upstream-login', 'it is ready before it has logged in')
    }
    return { kind: 'entered', parameters: this.#parameters, key, rest: new Uint8Array() }
  }

  async #authenticate(asked: Authentication): Promise<Failed | null> {
    switch (asked.kind) {
      case 'ok':
        if (!this.#proven)
          return no('upstream-login', 'it did not prove that it knows the password')
        this.#authenticated = true
        return null
      case 'cleartext':
        if (!this.#parts.verified) {
          return no(
            'password-in-clear',
            'it asks for the password itself, on no verified connection',
          )
        }
        this.#socket.write(passwordMessage(this.#login.password.reveal()))
        return null
      case 'md5':
        this.#socket.write(passwordMessage(this.#md5(asked.salt)))
        return null
      case 'sasl':
        this.#begin(asked.mechanisms)
        return null
      case 'sasl-continue': {
        const answer = await this.#scram?.answer(asked.data)
        if (answer === undefined) return no('upstream-login', 'it goes on with what was not begun')
        this.#socket.write(saslResponseMessage(encodeText(answer)))
        return null
      }
      case 'sasl-final':
        this.#scram?.finish(asked.data)
        this.#proven = this.#scram !== null
        return null
      case 'other':
        return no('upstream-login', `it asks for a login of kind ${asked.code}`)
      default:
        return unreachable(asked)
    }
  }

  #begin(mechanisms: readonly string[]): void {
    this.#proven = false
    this.#scram = createScramClient({
      password: this.#login.password.reveal(),
      nonce: this.#parts.random.bytes(18).toString('base64'),
      mechanisms,
      endpoint: this.#endpoint(),
    })
    const { mechanism, first } = this.#scram
    this.#socket.write(saslInitialMessage(mechanism, encodeText(first)))
  }

  #endpoint(): Uint8Array | null {
    if (!(this.#socket instanceof TLSSocket)) return null
    const { raw } = this.#socket.getPeerCertificate() as { raw?: Uint8Array }
    return raw === undefined ? null : endpointOf(raw)
  }

  /** What a server that still keeps MD5 asks for: no proof of the server's, and easily guessed. */
  #md5(salt: Uint8Array): string {
    const { role, password } = this.#login
    const inner = md5(Buffer.from(`${password.reveal()}${role}`))
    return `md5${md5(Buffer.concat([Buffer.from(inner), salt]))}`
  }
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex')
}

function refused({ code, message }: Readonly<{ code: string; message: string }>): Failed {
  return no(`sql-${code}`, message)
}
