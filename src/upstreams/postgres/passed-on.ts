// What an agent's client may send outside of what is judged: messages that run nothing. Each is
// looked at, so that an Execute never hides among them.
import { assert } from '../../domain/fault.ts'
import { readInt32 } from '../../wire/postgres/bytes.ts'
import { frontendTags, readNamed, readParse } from '../../wire/postgres/frontend.ts'
import { expect } from './expected.ts'
import type { Expected, Part } from './expected.ts'

const tags = frontendTags

/** Throws when they are not whole, or one of them could run something. */
export function passedOn(messages: Uint8Array): Part {
  return { bytes: messages, expected: splitMessages(messages).flatMap(expectedOf) }
}

export function splitMessages(messages: Uint8Array): readonly Uint8Array[] {
  const split: Uint8Array[] = []
  for (let at = 0; at < messages.length;) {
    const length = at + 5 <= messages.length ? readInt32(messages, at + 1) + 1 : 0
    assert(length >= 5 && at + length <= messages.length, 'messages are written whole')
    split.push(messages.subarray(at, at + length))
    at += length
  }
  return split
}

function expectedOf(message: Uint8Array): readonly Expected[] {
  switch (message[0]) {
    case tags.parse:
      return [expect('parse', { parse: readParse(message) })]
    case tags.describe:
      return [expect('describe')]
    case tags.close: {
      const { what, name } = readNamed(message)
      return [expect('close', { closes: what === 'statement' ? name : null })]
    }
    case tags.sync:
      return [expect('sync')]
    case tags.copyDone:
    case tags.copyFail:
      return [expect('copy-end')]
    case tags.copyData:
    case tags.flush:
      return []
    default:
      assert(false, 'only what runs nothing is passed on')
      return []
  }
}
