import { randomBytes } from 'node:crypto'

export interface Random {
  bytes(count: number): Buffer
}

const poolBytes = 8192
let pool = Buffer.alloc(0)
let poolUsed = 0

/** The system's own randomness. Fetched in large pieces; no byte is given out twice. */
export const systemRandom: Random = {
  bytes(count) {
    if (count > poolBytes) return randomBytes(count)
    if (poolUsed + count > pool.length) {
      pool = randomBytes(poolBytes)
      poolUsed = 0
    }
    poolUsed += count
    // A copy: who holds these bytes must not hold those that are given out next.
    return Buffer.from(pool.subarray(poolUsed - count, poolUsed))
  },
}

/** Repeatable bytes for tests: SplitMix-like, never for secrets. */
export function createFakeRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad) >>> 0
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97) >>> 0
    return (z ^ (z >>> 15)) & 0xff
  }
  return { bytes: (count) => Buffer.from(Array.from({ length: count }, next)) }
}

/** `hold_3f9c…`: a prefix that says what it names, and 80 random bits in lower-case base 32. */
export function newId<T extends string>(random: Random, prefix: string): T {
  const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
  let text = ''
  for (const byte of random.bytes(16)) text += alphabet.charAt(byte & 31)
  return `${prefix}_${text}` as T
}

/**
 * As newId, with the time in base 36 before it, which sorts as text: ids made one
 * after the other stand together in an index, which makes recording them twice as fast.
 */
export function newOrderedId<T extends string>(
  random: Random,
  prefix: string,
  milliseconds: number,
): T {
  return `${prefix}_${milliseconds.toString(36).padStart(9, '0')}${newId(random, '').slice(1)}` as T
}
