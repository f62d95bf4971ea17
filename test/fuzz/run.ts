// Every target for FUZZ_SECONDS (5), from FUZZ_SEED (the day's own, printed); FUZZ_TARGET picks
// one. A failure prints the seed and the input, and ends the run with exit code 1.
import { inspect } from 'node:util'

import { createDice, mutate } from './mutate.ts'
import type { FuzzTarget } from './target.ts'
import { targets } from './targets.ts'

const seconds = Number(process.env['FUZZ_SECONDS'] ?? 5)
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Date.now() / 86_400_000))
const only = process.env['FUZZ_TARGET']

/** Runs one target; the first input for which it throws, or how many it stood. */
function run(target: FuzzTarget): number {
  const encoder = new TextEncoder()
  const seeds = target.seedInputs.map((input) =>
    typeof input === 'string' ? encoder.encode(input) : input,
  )
  for (const input of seeds) checkOne(target, input, 0)
  const dice = createDice(seed)
  const end = performance.now() + seconds * 1000
  let count = 0
  while (performance.now() < end) {
    const made = dice(2) === 0 ? target.generate?.(dice) : undefined
    checkOne(target, mutate(made === undefined ? seeds : [made], dice, made !== undefined), ++count)
  }
  return count
}

function checkOne(target: FuzzTarget, input: Uint8Array, count: number): void {
  try {
    target.check(input)
  } catch (fault) {
    const text = new TextDecoder().decode(input)
    console.error(`${target.name}: seed ${seed}, input ${count}, ${input.length} bytes`)
    console.error(inspect(text, { maxStringLength: 2000 }))
    console.error(`base64 ${Buffer.from(input.slice(0, 4096)).toString('base64')}`)
    console.error(fault)
    process.exit(1)
  }
}

for (const target of targets) {
  if (only !== undefined && target.name !== only) continue
  const count = run(target)
  console.log(`${target.name}: seed ${seed}, ${count} inputs in ${seconds} s, none broke a promise`)
}
