// Content out of the shadow repository, one blob after the other, checked against its name.
import type { ChildProcessWithoutNullStreams } from 'node:child_process'

import { blobHash } from './content.ts'
import { damaged } from './entry.ts'
import type { Git } from './git.ts'

export interface BlobReader {
  /** Hands the bytes over in pieces; rejects when they are not those of this name. */
  copy(id: string, take: (piece: Buffer) => void): Promise<void>
  close(): void
}

export function createBlobReader(git: Git): BlobReader {
  const child: ChildProcessWithoutNullStreams = git.start(['cat-file', '--batch'])
  child.stdin.on('error', () => undefined)
  child.on('error', () => undefined)
  child.stderr.resume()
  const chunks = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>
  let held: Buffer = Buffer.alloc(0)

  async function more(): Promise<void> {
    const next = await chunks.next()
    if (next.done === true) throw damaged('git stopped reading it')
    held = held.byteLength === 0 ? next.value : Buffer.concat([held, next.value])
  }

  async function line(): Promise<string> {
    for (;;) {
      const end = held.indexOf(0x0a)
      if (end >= 0) {
        const text = held.toString('latin1', 0, end)
        held = held.subarray(end + 1)
        return text
      }
      await more()
    }
  }

  return {
    async copy(id, take) {
      child.stdin.write(`${id}\n`)
      const head = /^[0-9a-f]{64} blob (\d{1,15})$/.exec(await line())
      if (head === null) throw damaged('a file of it is missing')
      let left = Number(head[1])
      const hash = blobHash(left)
      while (left > 0) {
        if (held.byteLength === 0) await more()
        const piece = held.subarray(0, left)
        held = held.subarray(piece.byteLength)
        left -= piece.byteLength
        hash.update(piece)
        take(piece)
      }
      if (held.byteLength === 0) await more()
      held = held.subarray(1)
      if (hash.digest('hex') !== id) throw damaged('a file of it is not what was kept')
    },
    close() {
      child.stdin.end()
      child.kill()
    },
  }
}
