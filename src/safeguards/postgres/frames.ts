// What an export says, one after the other: a kind of one byte, a length of four, and so much.
//   H head of a database   S statements before the data   T a table begins   D its rows as COPY
//   writes them   E the table's count and hash   Q sequences   L large objects begin (D and E
//   follow)   A statements after the data   Z the database is whole   F so is the file
import { Fault } from '../../domain/fault.ts'
import type { Bytes } from './bytes.ts'

export type FrameKind = 'H' | 'S' | 'T' | 'D' | 'E' | 'Q' | 'L' | 'A' | 'Z' | 'F'

export interface Frame {
  readonly kind: FrameKind
  readonly body: Buffer
}

const kinds = 'HSTDEQLAZF'
const headBytes = 5
const bodyBytesMax = 1_073_741_824
/** rows are gathered to about so many bytes */
const dataBytes = 65_536

export function frame(kind: FrameKind, body: Uint8Array): Buffer {
  const head = Buffer.alloc(headBytes)
  head.write(kind, 'latin1')
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

export function jsonFrame(kind: FrameKind, value: unknown): Buffer {
  return frame(kind, Buffer.from(JSON.stringify(value)))
}

export async function* dataFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    held.push(piece)
    bytes += piece.length
    if (bytes < dataBytes) continue
    yield* slices(Buffer.concat(held))
    held = []
    bytes = 0
  }
  if (bytes > 0) yield* slices(Buffer.concat(held))
}

/** No frame is larger than what a reader need hold. */
function* slices(bytes: Buffer): Generator<Buffer> {
  const size = 16 * dataBytes
  for (let at = 0; at < bytes.length; at += size) yield frame('D', bytes.subarray(at, at + size))
}

export class Frames {
  readonly #bytes: Bytes
  #next: Frame | null = null

  constructor(bytes: Bytes) {
    this.#bytes = bytes
  }

  async peek(): Promise<FrameKind> {
    this.#next ??= await this.#read()
    return this.#next.kind
  }

  async take(): Promise<Frame> {
    const taken = this.#next ?? (await this.#read())
    this.#next = null
    return taken
  }

  async expect(kind: FrameKind): Promise<Buffer> {
    const taken = await this.take()
    if (taken.kind !== kind) throw malformed(`\`${kind}\` was expected, not \`${taken.kind}\``)
    return taken.body
  }

  async json<T>(kind: FrameKind): Promise<T> {
    return JSON.parse((await this.expect(kind)).toString('utf8')) as T
  }

  /** The rows that come now. */
  async *data(): AsyncGenerator<Uint8Array> {
    while ((await this.peek()) === 'D') yield (await this.take()).body
  }

  async end(): Promise<void> {
    await this.expect('F')
    if (!(await this.#bytes.ended())) throw malformed('something follows its end')
  }

  async #read(): Promise<Frame> {
    const head = await this.#bytes.take(headBytes)
    if (head.length < headBytes) throw malformed('it ends too early')
    const kind = head.toString('latin1', 0, 1)
    const length = head.readUInt32BE(1)
    if (!isKind(kind) || length > bodyBytesMax) throw malformed('a part of it is of no known kind')
    const body = await this.#bytes.take(length)
    if (body.length < length) throw malformed('it ends too early')
    return { kind, body }
  }
}

function isKind(text: string): text is FrameKind {
  return text.length === 1 && kinds.includes(text)
}

function malformed(why: string): Fault {
  return new Fault('export-malformed', `this export cannot be read: ${why}`)
}
