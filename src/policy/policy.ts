import { statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs'

import type { Action } from '../domain/action.ts'
import type { Hit, Impact } from '../domain/impact.ts'
import type { Mandate, Standing } from '../domain/mandate.ts'
import type { Digest } from '../domain/names.ts'
import { isNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { PolicySet, Verdict } from '../domain/verdict.ts'
import { deny, policyError, verdictOf, worstOf } from './answer.ts'
import { keyOf } from './key.ts'
import { loadSet, unloadSet } from './load.ts'
import type { PolicyOptions } from './load.ts'
import { questionOf } from './question.ts'
import { createRecent } from './recent.ts'
import type { Rule } from './rule.ts'

export { rulesIn } from './load.ts'
export type { PolicyOptions, PolicySource, RuleInFile } from './load.ts'

export interface Policy extends PolicySet {
  /** over sources, schema and Cedar's version */
  readonly digest: Digest
  /** every policy that is loaded, in the order in which reasons are given */
  readonly rules: readonly Rule[]
  /** Total: whatever goes wrong while judging is a denial. */
  judge(standing: Standing, impacts: NonEmpty<Impact>): Verdict
  /** Frees what Cedar keeps of this set; whatever is judged after that is denied. */
  close(): void
}

/** verdicts kept, each under a key of at most `keyCharsMax` characters */
const recentMax = 10_000
const keyCharsMax = 1_000
/** each may cost a third of a millisecond, and agents choose how many there are */
const hitsMax = 256
/** of all hits together, 16 µs each */
const environmentsMax = 2_048

const tooMuch = deny(
  'too-much-at-once',
  `this is more than ${hitsMax} effects or ${environmentsMax} environments at once`,
  'send it in smaller requests',
)

/** Throws Fault('policy-invalid') that names file, line and column. */
export function createPolicy(options: PolicyOptions): Policy {
  const set = loadSet(options)
  const recent = createRecent<Verdict>(recentMax)
  const serials = createSerials()
  let open = true

  function ask(standing: Standing, action: Action, hit: Hit): Verdict {
    const { setName, schemaName, rules } = set
    const answer = statefulIsAuthorized({
      ...questionOf(standing, action, hit),
      preparsedPolicySetId: setName,
      preparsedSchemaName: schemaName,
    })
    return verdictOf(rules, answer)
  }

  function judgeHit(standing: Standing, action: Action, hit: Hit): Verdict {
    const key = keyOf(serials.of(standing), standing, action, hit)
    const known = recent.get(key)
    if (known !== undefined) return known
    const verdict = ask(standing, action, hit)
    if (key.length <= keyCharsMax) recent.put(key, verdict)
    return verdict
  }

  function judgeAll(standing: Standing, impacts: NonEmpty<Impact>): Verdict {
    if (isTooMuch(impacts)) return tooMuch
    const verdicts: Verdict[] = []
    for (const { action, hits } of impacts) {
      for (const hit of hits) verdicts.push(judgeHit(standing, action, hit))
    }
    return isNonEmpty(verdicts) ? worstOf(verdicts) : policyError
  }

  function judge(standing: Standing, impacts: NonEmpty<Impact>): Verdict {
    if (!open) return policyError
    try {
      return judgeAll(standing, impacts)
    } catch {
      // Cedar throws on what it cannot even take in, such as half a surrogate pair in an id.
      return policyError
    }
  }

  function close(): void {
    if (open) unloadSet(set)
    open = false
  }

  return { digest: set.digest, rules: [...set.rules.values()], judge, close }
}

function isTooMuch(impacts: NonEmpty<Impact>): boolean {
  let hitCount = 0
  let environmentCount = 0
  for (const { hits } of impacts) {
    hitCount += hits.length
    for (const { environments: reach } of hits) {
      if (reach.kind === 'known') environmentCount += reach.environments.length
    }
  }
  return hitCount > hitsMax || environmentCount > environmentsMax
}

/** A number for each mandate object: nothing that was judged for one is taken for another's. */
function createSerials(): { of(standing: Standing): string } {
  const numbers = new WeakMap<Mandate, number>()
  let last = 0

  function numberOf(mandate: Mandate): number {
    const known = numbers.get(mandate)
    if (known !== undefined) return known
    last += 1
    numbers.set(mandate, last)
    return last
  }

  function of({ mandate, ancestors }: Standing): string {
    let chain = String(numberOf(mandate))
    for (const ancestor of ancestors) chain += `<${numberOf(ancestor)}`
    return chain
  }
  return { of }
}
