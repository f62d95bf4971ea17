// The ClientHello that opens a TLS connection, as much of it as says where it is going:
// server_name, ALPN and whether an encrypted ClientHello rides along. TLS 1.0 to 1.3 records (RFC
// 8446 4.1.2, 5.1; server_name RFC 6066 3; ALPN RFC 7301 3.1; ECH 0xfe0d). Taken: one handshake
// message of type client_hello, over any number of records that hold nothing else, every length
// exact, every extension once. Anything else is refused, SSLv2 hellos among it.
// https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2
// https://www.rfc-editor.org/rfc/rfc6066#section-3

export interface ClientHello {
  /** lower case; null when it names no server */
  readonly serverName: string | null
  readonly protocols: readonly string[]
  /** an encrypted ClientHello, real or for show: where it truly goes cannot be seen */
  readonly encrypted: boolean
}

export type ClientHelloReading =
  | Readonly<{ kind: 'hello'; hello: ClientHello }>
  /** so far it could be one */
  | Readonly<{ kind: 'incomplete' }>
  /** the first byte says that this is not TLS */
  | Readonly<{ kind: 'not-tls' }>
  | Readonly<{ kind: 'refused'; why: string }>

/**
 * longest message that is taken; the longest seen, with post-quantum keys, are below 2,000 bytes
 */
const messageBytesMax = 16_384
/** most records over which the message may be spread */
const recordsMax = 32
const recordHeaderBytes = 5
const handshakeRecord = 22
const clientHelloType = 1
const serverNameExtension = 0
const alpnExtension = 16
const encryptedHelloExtension = 0xfe0d

class Unreadable extends Error {}

export function readClientHello(bytes: Uint8Array): ClientHelloReading {
  if (bytes.length > 0 && bytes[0] !== handshakeRecord) return { kind: 'not-tls' }
  try {
    const message = handshakeMessage(bytes)
    if (message === null) return { kind: 'incomplete' }
    return { kind: 'hello', hello: readHello(new Reader(message)) }
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'refused', why: error.message }
    throw error
  }
}

/**
 * The body of the first handshake message, put together from its records; null until it is whole.
 */
function handshakeMessage(bytes: Uint8Array): Uint8Array | null {
  const parts: Uint8Array[] = []
  let gathered = 0
  let at = 0
  for (let records = 0; records < recordsMax; records += 1) {
    if (at < bytes.length) check(bytes[at] === handshakeRecord, 'a record is not of a handshake')
    if (at + 1 < bytes.length) check(bytes[at + 1] === 3, 'a record is of no known version')
    if (at + recordHeaderBytes > bytes.length) return null
    const length = (bytes[at + 3] ?? 0) * 256 + (bytes[at + 4] ?? 0)
    check(length > 0 && length <= 16_384, 'a record has a length out of bounds')
    const part = bytes.subarray(at + recordHeaderBytes, at + recordHeaderBytes + length)
    parts.push(part)
    gathered += part.length
    const message = wholeMessage(parts, gathered)
    if (message !== null) {
      check(part.length === length, 'a record goes on after the ClientHello')
      return message
    }
    if (part.length < length) return null
    at += recordHeaderBytes + length
  }
  throw new Unreadable(`the ClientHello is spread over more than ${recordsMax} records`)
}

function wholeMessage(parts: readonly Uint8Array[], gathered: number): Uint8Array | null {
  const joined = new Uint8Array(gathered)
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  if (gathered > 0) check(joined[0] === clientHelloType, 'the first message is not a ClientHello')
  if (gathered < 4) return null
  const length = (joined[1] ?? 0) * 65_536 + (joined[2] ?? 0) * 256 + (joined[3] ?? 0)
  check(length <= messageBytesMax, `the ClientHello is longer than ${messageBytesMax} bytes`)
  check(gathered <= 4 + length, 'a record goes on after the ClientHello')
  return gathered === 4 + length ? joined.subarray(4) : null
}

function readHello(reader: Reader): ClientHello {
  check(reader.number(1) === 3, 'the ClientHello is of no known version')
  reader.number(1)
  reader.bytes(32)
  check(reader.vector(1).left() <= 32, 'the session id is longer than 32 bytes')
  const suites = reader.vector(2).left()
  check(suites >= 2 && suites % 2 === 0, 'the cipher suites have an odd length')
  check(reader.vector(1).left() >= 1, 'there are no compression methods')
  let serverName: string | null = null
  let protocols: readonly string[] = []
  const seen = new Set<number>()
  const extensions = reader.left() === 0 ? new Reader(new Uint8Array()) : reader.vector(2)
  check(reader.left() === 0, 'bytes follow the extensions')
  while (extensions.left() > 0) {
    const type = extensions.number(2)
    check(!seen.has(type), 'an extension comes twice')
    seen.add(type)
    const body = extensions.vector(2)
    if (type === serverNameExtension) serverName = readServerName(body)
    else if (type === alpnExtension) protocols = readProtocols(body)
  }
  return { serverName, protocols, encrypted: seen.has(encryptedHelloExtension) }
}

function readServerName(body: Reader): string {
  const list = body.vector(2)
  check(body.left() === 0, 'bytes follow the server name')
  check(list.number(1) === 0, 'the server name is not a host name')
  const name = list.vector(2)
  check(list.left() === 0, 'there is more than one server name')
  const text = name.text(name.left())
  check(/^[A-Za-z0-9_.-]{1,253}$/.test(text), 'the server name is not a host name')
  return text.toLowerCase()
}

function readProtocols(body: Reader): readonly string[] {
  const list = body.vector(2)
  check(body.left() === 0 && list.left() > 0, 'the protocol list has the wrong length')
  const protocols: string[] = []
  while (list.left() > 0) {
    const protocol = list.vector(1)
    check(protocol.left() > 0, 'a protocol has no name')
    protocols.push(protocol.text(protocol.left()))
  }
  return protocols
}

/** Reads exactly, and never past the end. */
class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  left(): number {
    return this.#bytes.length - this.#at
  }

  bytes(count: number): Uint8Array {
    check(count <= this.left(), 'a length goes past the end')
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  number(count: number): number {
    return this.bytes(count).reduce((value, byte) => value * 256 + byte, 0)
  }

  /** What a length of `count` bytes announces. */
  vector(count: number): Reader {
    return new Reader(this.bytes(this.number(count)))
  }

  text(count: number): string {
    return String.fromCharCode(...this.bytes(count))
  }
}

function check(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Unreadable(why)
}
