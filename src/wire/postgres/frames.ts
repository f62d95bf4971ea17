// Finds messages in a stream, however it is cut into chunks: a tag, a length that counts itself,
// a body. Copies nothing that lies whole within a chunk, and keeps nothing of a message that is
// passed on in parts, as long as it may be.
// https://www.postgresql.org/docs/current/protocol-overview.html#PROTOCOL-MESSAGE-CONCEPTS
import { assert } from '../../domain/fault.ts'
import { concatenate, headerBytes, readInt32 } from './bytes.ts'

/**
 * whole: handed over in one piece; parts: as it comes; broken: no such message, or not so long. The
 * length is that of the whole message, tag and length included.
 */
export type FramePlan = (tag: number, length: number) => 'whole' | 'parts' | 'broken'

/** longest message of the protocol, by the server's own limits */
export const messageBytesMax = 0x3fff_ffff + 1

const nothing = new Uint8Array()

/**
 * A cursor: `push` a chunk, then `next` until it says no. What `next` found is in the fields, and
 * stays valid until the next call. No object is made per message.
 */
export class FrameScanner {
  tag = 0
  /** the whole message in bytes, however much of it is here */
  length = 0
  /** where the piece at hand lies: `source`, from `start` to before `end` */
  source: Uint8Array = nothing
  start = 0
  end = 0
  /** the piece begins a message, header included */
  first = false
  /** the piece ends it */
  last = false
  /** why nothing more can be read; the session must end */
  broken: string | null = null

  readonly #plan: FramePlan
  #chunk: Uint8Array = nothing
  #at = 0
  /** of the message handed over in parts, what has still to come */
  #left = 0
  /** of the next message, what came in chunks before; in `#gathered` bytes */
  #pieces: Uint8Array[] = []
  #gathered = 0

  constructor(plan: FramePlan) {
    this.#plan = plan
  }

  /** Between two messages, with nothing begun. */
  get atBoundary(): boolean {
    return this.#left === 0 && this.#gathered === 0 && this.#at === this.#chunk.length
  }

  /** A message that is handed over in parts has begun, and its end is still to come. */
  get inParts(): boolean {
    return this.#left > 0
  }

  /** The tag of the message that comes next, when it is at hand; null when it is not. */
  get nextTag(): number | null {
    if (this.#left > 0 || this.#gathered > 0) return null
    return this.#chunk[this.#at] ?? null
  }

  /**
   * Takes the next message into the piece at hand, if it is another of the same tag, all here and
   * right behind it.
   */
  extend(): boolean {
    const at = this.#at
    if (!this.last || this.source !== this.#chunk || this.end !== at) return false
    if (this.nextTag !== this.tag || this.#chunk.length - at < headerBytes) return false
    const length = readInt32(this.#chunk, at + 1) + 1
    if (length < headerBytes || length > this.#chunk.length - at) return false
    if (this.#plan(this.tag, length) === 'broken') return false
    this.#at += length
    this.end = this.#at
    return true
  }

  /** bytes that wait for the rest of their message, or to be asked for */
  get waiting(): number {
    return this.#gathered + this.#chunk.length - this.#at
  }

  push(chunk: Uint8Array): void {
    assert(this.#at === this.#chunk.length, 'the chunk before was read to its end')
    this.#chunk = chunk
    this.#at = 0
  }

  bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end)
  }

  next(): boolean {
    if (this.broken !== null) return false
    if (this.#left > 0) return this.#nextPart()
    if (this.#gathered > 0) return this.#nextGathered()
    const available = this.#chunk.length - this.#at
    if (available === 0) return false
    if (available < headerBytes) return this.#keep()
    const plan = this.#readHeader(this.#chunk, this.#at)
    if (plan === 'broken') return false
    if (available >= this.length) return this.#found(this.#chunk, this.length)
    if (plan === 'whole') return this.#keep()
    this.#left = this.length
    return this.#nextPart(true)
  }

  #readHeader(bytes: Uint8Array, at: number): ReturnType<FramePlan> {
    this.tag = bytes[at] ?? 0
    const length = readInt32(bytes, at + 1)
    this.length = length + 1
    const fits = length >= 4 && this.length <= messageBytesMax
    const plan = fits ? this.#plan(this.tag, this.length) : 'broken'
    if (plan === 'broken') {
      const tag = `0x${this.tag.toString(16).padStart(2, '0')}`
      this.broken = `a message of tag ${tag} and ${length} bytes is not taken`
    }
    return plan
  }

  /** A whole message at hand: `length` bytes of the source. */
  #found(source: Uint8Array, length: number): true {
    this.source = source
    this.start = source === this.#chunk ? this.#at : 0
    this.end = this.start + length
    this.first = true
    this.last = true
    if (source === this.#chunk) this.#at += length
    return true
  }

  #nextPart(first = false): boolean {
    const count = Math.min(this.#left, this.#chunk.length - this.#at)
    if (count === 0) return false
    this.source = this.#chunk
    this.start = this.#at
    this.#at += count
    this.end = this.#at
    this.#left -= count
    this.first = first
    this.last = this.#left === 0
    return true
  }

  /** All that is left of the chunk belongs to a message that is not whole. */
  #keep(): false {
    this.#take(this.#chunk.length - this.#at)
    return false
  }

  #take(count: number): void {
    if (count === 0) return
    this.#pieces.push(this.#chunk.subarray(this.#at, this.#at + count))
    this.#gathered += count
    this.#at += count
  }

  #nextGathered(): boolean {
    if (this.#gathered < headerBytes) {
      this.#take(Math.min(headerBytes - this.#gathered, this.#chunk.length - this.#at))
      if (this.#gathered < headerBytes) return false
      const header = this.#join()
      const plan = this.#readHeader(header, 0)
      if (plan === 'broken') return false
      if (plan === 'parts') {
        this.#release()
        this.#left = this.length - headerBytes
        this.#found(header, headerBytes)
        this.last = this.#left === 0
        return true
      }
    }
    this.#take(Math.min(this.length - this.#gathered, this.#chunk.length - this.#at))
    if (this.#gathered < this.length) return false
    const whole = this.#join()
    this.#release()
    return this.#found(whole, this.length)
  }

  /** Joined only when there is use for it: a slow sender must not cost a copy per byte. */
  #join(): Uint8Array {
    const [only] = this.#pieces
    if (this.#pieces.length === 1 && only !== undefined) return only
    const joined = concatenate(this.#pieces)
    this.#pieces = [joined]
    return joined
  }

  #release(): void {
    this.#pieces = []
    this.#gathered = 0
  }
}
