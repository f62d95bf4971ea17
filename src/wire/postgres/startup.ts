// What a client sends before there are messages with tags: StartupMessage of 3.0 to 3.2 and newer
// minors, SSLRequest, GSSENCRequest, CancelRequest with the 4-byte key of 3.0 or the longer one of
// 3.2. Protocol 2 and everything else is refused.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
import { MessageReader, broken, cString, check, concatenate, int32, readInt32 } from './bytes.ts'

export type StartupPacket =
  | Readonly<{ kind: 'tls' | 'gss' }>
  | Readonly<{ kind: 'cancel'; process: number; secret: Uint8Array }>
  | Startup

export interface Startup {
  readonly kind: 'startup'
  /** 0 for 3.0, 2 for 3.2; anything above is to be negotiated down */
  readonly minor: number
  /** in order, as given; no name comes twice */
  readonly parameters: readonly Parameter[]
  /** names that begin with `_pq_.`: options of the protocol itself */
  readonly options: readonly string[]
}

export type Parameter = readonly [name: string, value: string]

/** newest minor of protocol 3 that is spoken */
export const newestMinor = 2

const packetBytesMax = 10_000
const parametersMax = 100
const secretBytesMax = 256
const major3 = 3
const requestMajor = 1234
const cancelCode = 5678
const tlsCode = 5679
const gssCode = 5680

/** The packet at the beginning of `bytes` and its length; null until it is whole. */
export function readStartup(
  bytes: Uint8Array,
): Readonly<{ packet: StartupPacket; length: number }> | null {
  if (bytes.length < 4) return null
  const length = readInt32(bytes, 0)
  check(length >= 8 && length <= packetBytesMax, 'the first packet is of no length that is taken')
  if (bytes.length < length) return null
  return { packet: readPacket(bytes.subarray(0, length)), length }
}

function readPacket(packet: Uint8Array): StartupPacket {
  const reader = new MessageReader(packet, 4)
  const major = reader.unsigned16()
  const minor = reader.unsigned16()
  if (major === requestMajor) return readRequest(reader, minor)
  check(major === major3, `protocol ${major}.${minor} is not spoken here, only 3.0 and 3.2`)
  return readParameters(reader, minor)
}

function readRequest(reader: MessageReader, code: number): StartupPacket {
  switch (code) {
    case cancelCode: {
      const process = reader.signed32()
      const secret = reader.rest()
      check(
        secret.length >= 4 && secret.length <= secretBytesMax,
        'a cancel key has no such length',
      )
      return { kind: 'cancel', process, secret }
    }
    case tlsCode:
      reader.end()
      return { kind: 'tls' }
    case gssCode:
      reader.end()
      return { kind: 'gss' }
    default:
      throw broken(`the first packet asks for ${requestMajor}.${code}, which nobody knows`)
  }
}

function readParameters(reader: MessageReader, minor: number): Startup {
  const parameters: Parameter[] = []
  const options: string[] = []
  const seen = new Set<string>()
  for (;;) {
    const name = reader.text()
    if (name === '') break
    check(!seen.has(name), 'a parameter is given twice')
    check(seen.size < parametersMax, 'too many parameters are given')
    seen.add(name)
    const value = reader.text()
    if (name.startsWith('_pq_.')) options.push(name)
    else parameters.push([name, value])
  }
  reader.end()
  return { kind: 'startup', minor, parameters, options }
}

export function startupMessage(minor: number, parameters: readonly Parameter[]): Uint8Array {
  const body = parameters.flatMap(([name, value]) => [cString(name), cString(value)])
  return packet(major3, minor, ...body, Uint8Array.of(0))
}

export function tlsRequest(): Uint8Array {
  return packet(requestMajor, tlsCode)
}

export function gssRequest(): Uint8Array {
  return packet(requestMajor, gssCode)
}

export function cancelRequest(process: number, secret: Uint8Array): Uint8Array {
  return packet(requestMajor, cancelCode, int32(process), secret)
}

function packet(major: number, minor: number, ...body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 8)
  return concatenate([int32(length), int32((major << 16) | minor), ...body])
}
