/** Takes lines and counted bytes from a stream, whatever its pieces are. */
export interface ByteReader {
  /** Without its line end; null at the end of the stream, or past `bytesMax`. */
  line(bytesMax: number): Promise<Buffer | null>
  /** Null when the stream ends before. */
  exactly(count: number): Promise<Buffer | null>
}

export function createByteReader(pieces: AsyncIterable<Buffer>): ByteReader {
  const source = pieces[Symbol.asyncIterator]()
  let held: Buffer[] = []
  let length = 0

  async function more(): Promise<boolean> {
    const next: IteratorResult<Buffer, unknown> = await source.next()
    if (next.done === true) return false
    held.push(next.value)
    length += next.value.length
    return true
  }

  function take(count: number): Buffer {
    const all = Buffer.concat(held)
    held = [all.subarray(count)]
    length = all.length - count
    return all.subarray(0, count)
  }

  async function exactly(count: number): Promise<Buffer | null> {
    while (length < count) if (!(await more())) return null
    return take(count)
  }

  return {
    exactly,
    async line(bytesMax) {
      for (;;) {
        const all = Buffer.concat(held)
        held = [all]
        const end = all.indexOf(10)
        if (end !== -1) return take(end + 1).subarray(0, end)
        if (length > bytesMax || !(await more())) return null
      }
    },
  }
}
