import { readBaseline, readOptional, readPolicies, readSchema } from '../../policies/shipped.ts'
import type { LoadedPolicies } from '../api/control.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { FactOf } from '../domain/fact.ts'
import { createPolicy } from '../policy/policy.ts'
import type { Policy, PolicySource } from '../policy/policy.ts'
import { sha256 } from '../system/hash.ts'

type PolicyFact = FactOf<'policies-loaded'> | FactOf<'policies-rejected'>

/** The policy set in force, which can be exchanged while requests are judged. */
export interface Policies {
  current(): Policy
  /** the files that it was read from, as they were then */
  sources(): readonly PolicySource[]
  /** Reads the files again. Keeps the set in force, and rejects, when they are not valid. */
  reload(): Promise<LoadedPolicies>
  close(): void
}

/**
 * Throws Fault('policy-invalid') that names file and line: a gate does not start without its
 * policies.
 */
export function openPolicies(
  { policies }: Configuration,
  append: (fact: PolicyFact) => Promise<unknown>,
): Policies {
  function read(): { policy: Policy; sources: readonly PolicySource[] } {
    const sources = [
      ...readBaseline(),
      ...policies.optional.map(readOptional),
      ...(policies.folder === null ? [] : readPolicies(policies.folder, 'own/')),
    ]
    const policy = createPolicy({ sources, schema: readSchema(), digest: sha256 })
    return { policy, sources }
  }

  let current = read()

  async function reload(): Promise<LoadedPolicies> {
    let loaded: ReturnType<typeof read>
    try {
      loaded = read()
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault)
      await append({ kind: 'policies-rejected', why })
      throw fault
    }
    const { policy, sources } = loaded
    const files = sources.map(({ name }) => name)
    await append({ kind: 'policies-loaded', policies: policy.digest, files })
    const before = current
    current = loaded
    before.policy.close()
    return { digest: policy.digest, files }
  }

  return {
    current: () => current.policy,
    sources: () => current.sources,
    reload,
    close: () => current.policy.close(),
  }
}
