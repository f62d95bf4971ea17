/** Numbers from a seed: the same seed, the same run. */
export type Dice = (below: number) => number

/** mulberry32 */
export function createDice(seed: number): Dice {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, below)
  }
}

const inputBytesMax = 1_048_576

/** Pieces that mean something to one parser or another. */
const pieces = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  '(',
  ')',
  ':',
  ',',
  '@',
  '$',
  '!',
  '...',
  '#',
  '\n',
  '\r',
  '\0',
  '\\u0022',
  '\\ud800',
  '\\"',
  '"""',
  '\ufeff',
  '\u2028',
  'true',
  'false',
  'null',
  '0',
  '-1',
  '1e999',
  'query',
  'mutation',
  'fragment',
  ' on ',
  '@skip(if: true)',
  '@include(if: $s)',
  '__proto__',
  '%7B',
  '&',
].map((text) => new TextEncoder().encode(text))

/**
 * Up to eight changes to a seed input: bytes, pieces, cuts, copies, other seeds' parts. `gently`
 * most often changes nothing.
 */
export function mutate(seeds: readonly Uint8Array[], dice: Dice, gently: boolean): Uint8Array {
  let bytes = seeds[dice(seeds.length)] ?? new Uint8Array()
  for (let left = gently ? Math.max(0, dice(6) - 3) : 1 + dice(8); left > 0; left--) {
    bytes = change(bytes, seeds, dice)
    if (bytes.length > inputBytesMax) return bytes.slice(0, inputBytesMax)
  }
  return bytes
}

function change(bytes: Uint8Array, seeds: readonly Uint8Array[], dice: Dice): Uint8Array {
  const at = dice(bytes.length + 1)
  const end = Math.min(bytes.length, at + dice(32))
  const chunk = bytes.slice(at, end)
  switch (dice(8)) {
    case 0:
      return join(bytes.slice(0, at), Uint8Array.of(dice(256)), bytes.slice(at + 1))
    case 1:
      return join(bytes.slice(0, at), bytes.slice(end))
    case 2:
      return join(bytes.slice(0, end), chunk, bytes.slice(end))
    case 3: {
      const other = seeds[dice(seeds.length)] ?? bytes
      const from = dice(other.length)
      return join(bytes.slice(0, at), other.slice(from, from + dice(64)), bytes.slice(at))
    }
    case 4:
      if (dice(40) > 0 || chunk.length === 0) return bytes
      return join(bytes.slice(0, at), repeat(chunk, dice(100_000)), bytes.slice(end))
    default: {
      const piece = pieces[dice(pieces.length)] ?? chunk
      return join(bytes.slice(0, at), piece, bytes.slice(dice(2) === 0 ? at : end))
    }
  }
}

function repeat(chunk: Uint8Array, times: number): Uint8Array {
  const count = Math.min(times, Math.floor(inputBytesMax / chunk.length))
  return join(...Array<Uint8Array>(count).fill(chunk))
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
