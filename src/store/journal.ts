// What is durable before SQLite is: each group of facts is appended to one file and made durable
// off the main loop, while SQLite commits without waiting for the disk. After a power loss SQLite
// may lack its newest transactions, and they are put again from here. A frame is
//   length (uint32 big-endian, of what follows the checksum) ‖ SHA-256 of that, first 8 bytes ‖
//   leaf length (uint32) ‖ leaf ‖ salt length (uint8, 0 or 16) ‖ salt ‖ beside
// A frame that does not check ends the journal: nothing after it was ever confirmed. The file is
// kept longer than what is in it, because overwriting is durable sooner than growing; what stands
// after the newest frame is zeros, or older frames of entries that the store has.
import { hash } from 'node:crypto'
import { closeSync, constants, fsyncSync, openSync, readFileSync, write } from 'node:fs'
import { dirname } from 'node:path'

import { syncFolder } from '../system/durable-file.ts'
import type { Beside, FactRow } from './store.ts'

export interface Journal {
  /** Takes a row that SQLite has committed along with the next `sync`. */
  add(row: Pick<FactRow, 'leaf' | 'beside'>): void
  /** Resolves when everything added before survives a power loss; in the order of the calls. */
  sync(): Promise<void>
  /** Begins the file anew, if it is long: SQLite is durable up to here by itself. */
  trim(): void
  close(): void
}

export interface JournalFrame {
  readonly leaf: Uint8Array
  readonly beside: Beside | null
}

const checksumBytes = 8
const headBytes = 4 + checksumBytes
const frameBytesMax = 32 * 1_048_576
const longBytes = 8 * 1_048_576
const growthBytes = 1_048_576

/** Every whole frame, in order. */
export function readJournal(file: string): readonly JournalFrame[] {
  const bytes = readFileSync(file)
  const frames: JournalFrame[] = []
  let at = 0
  while (at + headBytes <= bytes.length) {
    const length = bytes.readUInt32BE(at)
    const body = bytes.subarray(at + headBytes, at + headBytes + length)
    const checksum = bytes.subarray(at + 4, at + headBytes)
    if (length > frameBytesMax || body.length < length || !checksumOf(body).equals(checksum)) break
    frames.push(readFrame(body))
    at += headBytes + length
  }
  return frames
}

function readFrame(body: Buffer): JournalFrame {
  const leafEnd = 4 + body.readUInt32BE(0)
  const saltEnd = leafEnd + 1 + body.readUInt8(leafEnd)
  const salt = body.subarray(leafEnd + 1, saltEnd)
  const beside = salt.length === 0 ? null : { salt, bytes: body.subarray(saltEnd) }
  return { leaf: body.subarray(4, leafEnd), beside }
}

function encodeFrame({ leaf, beside }: Pick<FactRow, 'leaf' | 'beside'>): Buffer {
  const saltLength = beside?.salt.length ?? 0
  const length = 4 + leaf.length + 1 + saltLength + (beside?.bytes.length ?? 0)
  const frame = Buffer.allocUnsafe(headBytes + length)
  const body = frame.subarray(headBytes)
  frame.writeUInt32BE(length)
  body.writeUInt32BE(leaf.length)
  body.set(leaf, 4)
  body.writeUInt8(saltLength, 4 + leaf.length)
  if (beside !== null) {
    body.set(beside.salt, 5 + leaf.length)
    body.set(beside.bytes, 5 + leaf.length + saltLength)
  }
  frame.set(checksumOf(body), 4)
  return frame
}

function checksumOf(body: Uint8Array): Buffer {
  return hash('sha256', body, 'buffer').subarray(0, checksumBytes)
}

/** Opens the file for appending, empty: what was in it has been put into SQLite, durably. */
export function openJournal(file: string): Journal {
  // Each write is durable when it returns (O_DSYNC): one trip off the main loop, not two.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_DSYNC } = constants
  const handle = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_DSYNC, 0o600)
  fsyncSync(handle)
  syncFolder(dirname(file))
  let added: Buffer[] = []
  let size = 0
  let allocated = 0
  let failure: Error | null = null
  let running: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | null = null
  let flying = false

  /** One flight at a time; all that is added while one is under way goes with the next. */
  function sync(): Promise<void> {
    waiting ??= running.then(() => {
      waiting = null
      return flight()
    })
    running = waiting
    return waiting
  }

  async function flight(): Promise<void> {
    if (failure !== null) throw failure
    const [first, ...rest] = added
    added = []
    if (first === undefined) return
    const bytes = rest.length === 0 ? first : Buffer.concat([first, ...rest])
    flying = true
    try {
      if (size + bytes.length > allocated) {
        const growth = Math.ceil((size + bytes.length - allocated) / growthBytes) * growthBytes
        await place(handle, Buffer.alloc(growth), allocated)
        allocated += growth
      }
      await place(handle, bytes, size)
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
      throw failure
    } finally {
      flying = false
    }
    size += bytes.length
  }

  function trim(): void {
    if (size < longBytes || flying || added.length > 0 || failure !== null) return
    size = 0
  }

  return {
    add: (row) => void added.push(encodeFrame(row)),
    sync,
    trim,
    close: () => closeSync(handle),
  }
}

function place(handle: number, bytes: Buffer, position: number): Promise<void> {
  return new Promise((resolve, reject) => {
    write(handle, bytes, 0, bytes.length, position, (error, written) => {
      if (error !== null) reject(error)
      else if (written !== bytes.length) reject(new Error('the disk took only a part of it'))
      else resolve()
    })
  })
}
