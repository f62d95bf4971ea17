// What every message is made of: integers of the network's order, strings that end in NUL. Strict:
// every byte is accounted for, text is UTF-8 (both sides run with client_encoding UTF8).
// https://www.postgresql.org/docs/current/protocol-message-types.html
import { Fault } from '../../domain/fault.ts'

/** What the other side sent is no message of this protocol: its session ends. */
export function broken(why: string): Fault {
  return new Fault('postgres-protocol', `${why}; the connection cannot go on, open another`)
}

export function check(condition: boolean, why: string): asserts condition {
  if (!condition) throw broken(why)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

export const headerBytes = 5

/** Reads one message's body to its last byte, and never past it. */
export class MessageReader {
  readonly #bytes: Uint8Array
  #at: number

  constructor(message: Uint8Array, from: number = headerBytes) {
    this.#bytes = message
    this.#at = from
  }

  left(): number {
    return this.#bytes.length - this.#at
  }

  byte(): number {
    this.#need(1)
    const value = this.#bytes[this.#at] ?? 0
    this.#at += 1
    return value
  }

  unsigned16(): number {
    return this.byte() * 256 + this.byte()
  }

  signed32(): number {
    this.#need(4)
    const value = readInt32(this.#bytes, this.#at)
    this.#at += 4
    return value
  }

  unsigned32(): number {
    return this.signed32() >>> 0
  }

  bytes(count: number): Uint8Array {
    check(count >= 0, 'a length is negative')
    this.#need(count)
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  /** A string without the NUL that ends it. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.#at)
    check(end !== -1, 'a string has no end')
    const text = decodeText(this.#bytes.subarray(this.#at, end))
    this.#at = end + 1
    return text
  }

  rest(): Uint8Array {
    return this.bytes(this.left())
  }

  /** Nothing may follow. */
  end(): void {
    check(this.left() === 0, 'bytes follow the end of a message')
  }

  #need(count: number): void {
    check(count <= this.left(), 'a length goes past the end of a message')
  }
}

export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Fault('postgres-text', 'a text is not UTF-8; send it as UTF-8')
  }
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  )
}

export function int16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value)
}

export function int32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

/** A string with the NUL that ends it. */
export function cString(text: string): Uint8Array {
  check(!text.includes('\0'), 'a string holds a NUL')
  return encoder.encode(`${text}\0`)
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text)
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

/** A whole message: its tag, its length, its body. */
export function message(tag: string, ...body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, 4)
  return concatenate([Uint8Array.of(tag.charCodeAt(0)), int32(length), ...body])
}
