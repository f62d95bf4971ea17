// Content codings of a request body (RFC 9110 8.4.1): gzip (RFC 1952: one member, optional file
// name), deflate (RFC 1950, zlib) and br (RFC 7932), one of them, once. Refused: stacked or other
// codings, a second member or bytes after the end, raw deflate under the name of deflate: servers
// differ in what they make of them. The result is bounded while it grows.
// https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1
// https://www.rfc-editor.org/rfc/rfc1952
import { brotliDecompressSync, crc32, inflateRawSync, inflateSync } from 'node:zlib'
import type { InputType } from 'node:zlib'

export type Decoded =
  Readonly<{ kind: 'decoded'; bytes: Uint8Array }> | Readonly<{ kind: 'refused'; why: string }>

export function decodeBody(encoding: string, bytes: Uint8Array, bytesMax: number): Decoded {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return ungzip(bytes, bytesMax)
    case 'deflate':
      return whole(expand(inflateSync, bytes, bytesMax), bytes.length)
    case 'br':
      return whole(expand(brotliDecompressSync, bytes, bytesMax), bytes.length)
    default:
      return refused(`content-encoding \`${encoding.slice(0, 60)}\` is not decoded`)
  }
}

type Expanded =
  | Readonly<{ kind: 'expanded'; bytes: Uint8Array; consumed: number }>
  | Extract<Decoded, { kind: 'refused' }>

type Expander = (
  bytes: InputType,
  options: { info: true; maxOutputLength: number; finishFlush?: number },
) => unknown

function expand(expander: Expander, bytes: Uint8Array, bytesMax: number): Expanded {
  try {
    const { buffer, engine } = expander(bytes, { info: true, maxOutputLength: bytesMax }) as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    return { kind: 'expanded', bytes: buffer, consumed: engine.bytesWritten }
  } catch (error) {
    const tooLarge = error instanceof RangeError
    return refused(tooLarge ? `it decodes to more than ${bytesMax} bytes` : 'it does not decode')
  }
}

function whole(expanded: Expanded, length: number): Decoded {
  if (expanded.kind === 'refused') return expanded
  if (expanded.consumed !== length) return refused('bytes follow the end of what is encoded')
  return { kind: 'decoded', bytes: expanded.bytes }
}

function ungzip(bytes: Uint8Array, bytesMax: number): Decoded {
  const start = gzipHeaderLength(bytes)
  if (start === null) return refused('its gzip header is not a plain one')
  const expanded = expand(inflateRawSync, bytes.subarray(start), bytesMax)
  if (expanded.kind === 'refused') return expanded
  const trailer = Buffer.from(bytes.subarray(start + expanded.consumed))
  if (trailer.length !== 8) return refused('its gzip has no end, or more than one member')
  const intact =
    trailer.readUInt32LE(0) === crc32(expanded.bytes) &&
    trailer.readUInt32LE(4) === expanded.bytes.length
  return intact ? { kind: 'decoded', bytes: expanded.bytes } : refused('its checksum is wrong')
}

/** The flags taken are none, or a file name alone. */
function gzipHeaderLength(bytes: Uint8Array): number | null {
  const fixed = 10
  const [magic, magicToo, method, flags] = bytes
  if (magic !== 0x1f || magicToo !== 0x8b || method !== 8) return null
  if (bytes.length < fixed || (flags !== 0 && flags !== 8)) return null
  if (flags === 0) return fixed
  const end = bytes.indexOf(0, fixed)
  return end === -1 ? null : end + 1
}

function refused(why: string): Extract<Decoded, { kind: 'refused' }> {
  return { kind: 'refused', why }
}
