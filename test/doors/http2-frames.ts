// HTTP/2 by hand (RFC 9113 4.1, RFC 7541 without Huffman or tables), to say what no library lets
// one say.

const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const endStream = 1
const endHeaders = 4

export type Field = readonly [name: string, value: string]

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A literal that is not indexed; lengths up to 126 and, with one more byte, 253. */
function literal(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1')
  const length = bytes.length < 127 ? [bytes.length] : [127, bytes.length - 127]
  return Buffer.concat([Buffer.from(length), bytes])
}

function headerBlock(fields: readonly Field[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  )
}

/** A connection's beginning, and one request on it. */
export function http2Request(
  fields: readonly Field[],
  body: string | null = null,
  trailers: readonly Field[] | null = null,
): Buffer {
  const last = body === null ? endStream : 0
  const parts = [
    Buffer.from(preface),
    frame(4, 0, 0, Buffer.alloc(0)),
    frame(1, endHeaders | last, 1, headerBlock(fields)),
  ]
  if (body !== null) parts.push(frame(0, trailers === null ? endStream : 0, 1, Buffer.from(body)))
  if (trailers !== null) parts.push(frame(1, endHeaders | endStream, 1, headerBlock(trailers)))
  return Buffer.concat(parts)
}

/**
 * The types of the frames that came back on stream 1, and on the connection GOAWAY: `headers data`.
 */
export function framesOn(bytes: Buffer): readonly string[] {
  const names: Readonly<Record<number, string>> = {
    0: 'data',
    1: 'headers',
    3: 'reset',
    7: 'goaway',
  }
  const found: string[] = []
  for (let at = 0; at + 9 <= bytes.length;) {
    const length = bytes.readUIntBE(at, 3)
    const name = names[bytes[at + 3] ?? -1]
    if (name !== undefined && !(name === 'data' && length === 0)) found.push(name)
    at += 9 + length
  }
  return found
}
