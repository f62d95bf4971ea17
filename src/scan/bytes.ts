// Bytes of files that anybody may have written, read with limits and as the text that they are.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

export type Read =
  | Readonly<{ kind: 'text'; text: string; bytes: number }>
  | Readonly<{ kind: 'passed'; why: Passed }>

export type Passed =
  | 'larger than the limit'
  | 'compressed or media file'
  | 'no regular file'
  | 'not readable'
  | 'empty'

/** Never follows a link at the end of the path, never waits for a pipe. */
const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

export function readFileText(path: string, bytesMax: number): Read {
  let descriptor: number
  try {
    descriptor = openSync(path, flags)
  } catch {
    return { kind: 'passed', why: 'not readable' }
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return { kind: 'passed', why: 'no regular file' }
    if (isPacked(readAt(descriptor, 16, 0)))
      return { kind: 'passed', why: 'compressed or media file' }
    if (stat.size > bytesMax) return { kind: 'passed', why: 'larger than the limit' }
    // One byte more than it says: a file of /proc says 0, and one may grow.
    const bytes = readUpTo(descriptor, stat.size === 0 ? bytesMax : stat.size)
    if (bytes.length === 0) return { kind: 'passed', why: 'empty' }
    return { kind: 'text', text: textOf(bytes), bytes: bytes.length }
  } catch {
    return { kind: 'passed', why: 'not readable' }
  } finally {
    closeSync(descriptor)
  }
}

function readAt(descriptor: number, size: number, from: number): Buffer {
  const bytes = Buffer.alloc(size)
  return bytes.subarray(0, readSync(descriptor, bytes, 0, size, from))
}

function readUpTo(descriptor: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  let filled = 0
  while (filled < size) {
    const count = readSync(descriptor, bytes, filled, size - filled, filled)
    if (count === 0) break
    filled += count
  }
  return bytes.subarray(0, filled)
}

/** UTF-16 by its mark, or by its zeros; UTF-8; anything else byte by byte. */
export function textOf(bytes: Buffer): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return bytes.subarray(2).toString('utf16le')
  if (first === 0xfe && second === 0xff) return swapped(bytes.subarray(2)).toString('utf16le')
  const zeros = zerosIn(bytes.subarray(0, 4096))
  if (zeros.odd > zeros.half * 0.8 && zeros.even === 0) return bytes.toString('utf16le')
  if (zeros.even > zeros.half * 0.8 && zeros.odd === 0) return swapped(bytes).toString('utf16le')
  if (zeros.odd + zeros.even > 0) return bytes.toString('latin1')
  return bytes.toString('utf8')
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16()
}

function zerosIn(bytes: Buffer): Readonly<{ even: number; odd: number; half: number }> {
  let even = 0
  let odd = 0
  for (let at = bytes.indexOf(0); at !== -1; at = bytes.indexOf(0, at + 1)) {
    if (at % 2 === 0) even += 1
    else odd += 1
  }
  return { even, odd, half: bytes.length / 2 }
}

/** gzip, zip, PNG, JPEG, GIF, PDF, zstd, xz, bzip2, 7z, WOFF2, MP4, Ogg, WebAssembly, ELF */
const marks: readonly (readonly number[])[] = [
  [0x1f, 0x8b],
  [0x50, 0x4b, 0x03, 0x04],
  [0x89, 0x50, 0x4e, 0x47],
  [0xff, 0xd8, 0xff],
  [0x47, 0x49, 0x46, 0x38],
  [0x25, 0x50, 0x44, 0x46],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a, 0x58],
  [0x42, 0x5a, 0x68],
  [0x37, 0x7a, 0xbc, 0xaf],
  [0x77, 0x4f, 0x46, 0x32],
  [0x4f, 0x67, 0x67, 0x53],
  [0x00, 0x61, 0x73, 0x6d],
  [0x7f, 0x45, 0x4c, 0x46],
]

function isPacked(bytes: Buffer): boolean {
  return marks.some((mark) => mark.every((byte, at) => bytes[at] === byte))
}
