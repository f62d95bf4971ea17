import { join } from 'node:path'

import { createEvidence } from '../evidence/evidence.ts'
import type { Evidence } from '../evidence/evidence.ts'
import { createProver } from '../ledger/prove.ts'
import type { State } from './state.ts'

/** Proofs come from the published folder: what is handed out is what others can fetch. */
export function joinEvidence({ store, ledger, clock, vkey, configuration }: State): Evidence {
  return createEvidence({
    ...{ store, clock, vkey },
    prover: createProver(join(configuration.state, 'ledger'), vkey),
    append: (fact) => ledger.append(fact),
  })
}
