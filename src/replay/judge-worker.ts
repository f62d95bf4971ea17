// Judges by drafts, away from the gate: a policy that is nested too deeply breaks the Cedar that
// reads it, for good, and this one is thrown away. It is ended from outside when it takes too long.
import { parentPort } from 'node:worker_threads'

import { assert, Fault } from '../domain/fault.ts'
import type { Standing } from '../domain/mandate.ts'
import { createPolicy } from '../policy/policy.ts'
import type { Policy } from '../policy/policy.ts'
import { sha256 } from '../system/hash.ts'
import type { FromJudge, ToJudge } from './judge-messages.ts'

const policies: Policy[] = []
/** one object for each: what is judged is remembered by the mandate it was judged for */
const standings = new Map<number, Standing>()

function answer(message: ToJudge): FromJudge {
  if (message.kind === 'load') return load(message)
  for (const [number, standing] of message.standings) standings.set(number, standing)
  const policy = policies[message.set]
  assert(policy !== undefined, 'a set is loaded before anything is judged by it')
  const verdicts = message.cases.map(({ standing: number, impacts }) => {
    const standing = standings.get(number)
    assert(standing !== undefined, 'a standing is told before anything is judged for it')
    return policy.judge(standing, impacts)
  })
  return { kind: 'judged', verdicts }
}

function load({ schema, sets }: Extract<ToJudge, { kind: 'load' }>): FromJudge {
  try {
    for (const sources of sets) policies.push(createPolicy({ sources, schema, digest: sha256 }))
  } catch (fault) {
    if (!(fault instanceof Fault)) return { kind: 'broken' }
    return { kind: 'invalid', code: fault.code, says: fault.message }
  }
  return { kind: 'loaded', digests: policies.map(({ digest }) => digest) }
}

parentPort?.on('message', (message: ToJudge) => parentPort?.postMessage(answer(message)))
