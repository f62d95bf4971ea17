// The file of an export: docs/formats/export.md. What is written is compressed, then sealed in
// pieces of which none can be changed, left out, moved or cut off without being noticed: the
// STREAM construction, as age uses it, over AES-256-GCM.
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { createZstdCompress, createZstdDecompress } from 'node:zlib'

import { Fault } from '../../domain/fault.ts'
import type { Digest } from '../../domain/names.ts'
import { syncFolder } from '../../system/durable-file.ts'
import { sha256 } from '../../system/hash.ts'
import type { Random } from '../../system/random.ts'
import { Bytes } from './bytes.ts'

const magic = 'holdpoint-export/1'
const chunkBytes = 65_536
const tagBytes = 16
const saltBytes = 32
export const keyBytes = 32
const headerBytesMax = 1024

export interface Weighed {
  readonly bytes: number
  readonly sha256: Digest
}

/** Which key a file was sealed with, without saying anything of it. */
export function keyIdOf(key: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from('holdpoint/backup-key\n'), key])).slice(0, 16)
}

/**
 * Seals the source into a file that was not there before, whole and durable when this resolves;
 * when it rejects, nothing is left under either name.
 */
export async function writeContainer(
  file: string,
  source: AsyncIterable<Uint8Array>,
  { key, random }: Readonly<{ key: Uint8Array; random: Random }>,
): Promise<Weighed> {
  const part = `${file}.part`
  const handle = await create(part)
  try {
    const weighed = await writeAll(handle, sealed(source, key, random)).finally(() =>
      handle.close(),
    )
    const taken = await open(file, 'r').catch(() => null)
    if (taken !== null) {
      await taken.close()
      throw new Fault('export-exists', `\`${file}\` is there already; an export replaces nothing`)
    }
    await rename(part, file)
    syncFolder(dirname(file))
    return weighed
  } catch (fault) {
    await rm(part, { force: true })
    throw fault
  }
}

async function create(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'wx', 0o600)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new Fault('export-file', `\`${part}\` cannot be made (${code}); see to its folder`)
  }
}

async function writeAll(handle: FileHandle, source: AsyncIterable<Uint8Array>): Promise<Weighed> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of source) {
    hash.update(piece)
    for (let at = 0; at < piece.length;) {
      const { bytesWritten } = await handle.write(piece, at)
      at += bytesWritten
    }
    bytes += piece.length
  }
  await handle.sync()
  return { bytes, sha256: hash.digest('hex') as Digest }
}

async function* sealed(
  source: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  random: Random,
): AsyncGenerator<Uint8Array> {
  const salt = random.bytes(saltBytes)
  const header = writeHeader({ key: keyIdOf(key), salt: salt.toString('base64url') })
  yield header
  const fileKey = deriveKey(key, salt)
  let index = 0
  let held: Buffer | null = null
  for await (const chunk of cut(through(source, createZstdCompress()), chunkBytes)) {
    if (held !== null) yield seal(fileKey, index++, false, held, header)
    held = chunk
  }
  yield seal(fileKey, index, true, held ?? Buffer.alloc(0), header)
}

/** Reads what was sealed. Rejects, having given nothing false, where the file is not whole. */
export async function* readContainer(
  file: string,
  keyFor: () => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* through(unsealed(file, keyFor), createZstdDecompress())
}

async function* unsealed(
  file: string,
  keyFor: () => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file, { highWaterMark: 4 * chunkBytes })
  const bytes = new Bytes(stream)
  const header = await readHeader(bytes, file).catch((fault: unknown) => {
    throw unreadable(file, fault)
  })
  const key = await keyFor()
  if (keyIdOf(key) !== header.key) {
    const says = `it was sealed with the key ${header.key}, and this is another`
    throw new Fault('export-key', `\`${file}\` cannot be opened: ${says}`)
  }
  const fileKey = deriveKey(key, Buffer.from(header.salt, 'base64url'))
  for (let index = 0; ; index++) {
    const chunk = await bytes.take(chunkBytes + tagBytes)
    const last = await bytes.ended()
    yield unseal(fileKey, index, last, chunk, header.text, file)
    if (last) return
  }
}

function unreadable(file: string, fault: unknown): unknown {
  if (fault instanceof Fault || !(fault instanceof Error) || !('code' in fault)) return fault
  if (fault.code === 'ENOENT') return new Fault('not-found', `there is no file \`${file}\``)
  return new Fault('export-file', `\`${file}\` cannot be read (${String(fault.code)})`)
}

interface Header {
  readonly key: string
  readonly salt: string
}

function writeHeader(header: Header): Buffer {
  return Buffer.from(`${magic}\n${JSON.stringify({ ...header, compression: 'zstd' })}\n`)
}

async function readHeader(bytes: Bytes, file: string): Promise<Header & { text: Buffer }> {
  const text = await bytes.line(2, headerBytesMax)
  const [first, second = ''] = text.toString('utf8').split('\n')
  const found = /^\{"key":"([0-9a-f]{16})","salt":"([\w-]{43})","compression":"zstd"\}$/.exec(
    second,
  )
  const [, key, salt] = found ?? []
  if (first !== magic || key === undefined || salt === undefined) {
    throw new Fault('export-malformed', `\`${file}\` is no export of this Holdpoint`)
  }
  return { key, salt, text }
}

function deriveKey(key: Uint8Array, salt: Uint8Array): Buffer {
  if (key.length !== keyBytes) {
    throw new Fault('export-key', `a backup key has ${keyBytes} bytes; this one has ${key.length}`)
  }
  return Buffer.from(hkdfSync('sha256', key, salt, magic, keyBytes))
}

/** Eleven bytes of counter, and one that says whether it is the last. */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(index, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

function seal(key: Buffer, index: number, last: boolean, chunk: Buffer, header: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(index, last))
  cipher.setAAD(header)
  const body = cipher.update(chunk)
  cipher.final()
  return Buffer.concat([body, cipher.getAuthTag()])
}

function unseal(
  key: Buffer,
  index: number,
  last: boolean,
  chunk: Buffer,
  header: Buffer,
  file: string,
): Buffer {
  const split = chunk.length - tagBytes
  try {
    const options = { authTagLength: tagBytes }
    const cipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last), options)
    cipher.setAAD(header)
    cipher.setAuthTag(chunk.subarray(split))
    const body = cipher.update(chunk.subarray(0, split))
    cipher.final()
    return body
  } catch {
    const says = `its piece ${index} is damaged, cut off or not in its place`
    throw new Fault('export-damaged', `\`${file}\` is not as it was written: ${says}`)
  }
}

/** Pieces of one size, but for the last. */
async function* cut(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    held.push(piece)
    bytes += piece.length
    if (bytes < size) continue
    const all = Buffer.concat(held)
    let at = 0
    for (; all.length - at >= size; at += size) yield all.subarray(at, at + size)
    held = at < all.length ? [all.subarray(at)] : []
    bytes = all.length - at
  }
  if (bytes > 0) yield Buffer.concat(held)
}

type Transform = ReturnType<typeof createZstdCompress> | ReturnType<typeof createZstdDecompress>

/** A source through a stream; what fails on either side fails the reader. */
async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
): AsyncGenerator<Uint8Array> {
  const input = Readable.from(source, { objectMode: true, highWaterMark: 1 })
  input.once('error', (fault) => transform.destroy(fault))
  input.pipe(transform)
  try {
    for await (const piece of transform) yield piece as Uint8Array
  } finally {
    input.destroy()
    transform.destroy()
  }
}
