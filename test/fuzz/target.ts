import type { Dice } from './mutate.ts'

/** A parser of untrusted bytes, and what must be true of it whatever the bytes. */
export interface FuzzTarget {
  readonly name: string
  /** where mutation starts */
  readonly seedInputs: readonly (string | Uint8Array)[]
  /** makes inputs that are nearly right, as a mutated seed seldom is; used half of the time */
  generate?(dice: Dice): Uint8Array
  /** Throws where an invariant breaks, and never otherwise. */
  check(input: Uint8Array): void
}

export const fuzzMillisecondsMax = 100

/** Runs it again before it complains: a machine may have been busy with something else. */
export function inTime(run: () => void, most = fuzzMillisecondsMax): void {
  let elapsed = Number.POSITIVE_INFINITY
  for (let tries = 0; tries < 3 && elapsed > most; tries++) {
    const started = performance.now()
    run()
    elapsed = Math.min(elapsed, performance.now() - started)
  }
  if (elapsed > most) throw new Error(`took ${elapsed.toFixed(0)} ms`)
}
