import {
  readBaseline,
  readExamplesBeside,
  readOptional,
  readPolicies,
  readSchema,
  readShippedExamples,
} from '../../policies/shipped.ts'
import type { PolicyFile } from '../api/console/policies/desk.ts'
import type { LoadedPolicies } from '../api/control.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { FactOf } from '../domain/fact.ts'
import type { Instant } from '../domain/names.ts'
import { createPolicy } from '../policy/policy.ts'
import type { Policy, PolicySource } from '../policy/policy.ts'
import { sha256 } from '../system/hash.ts'

type PolicyFact = FactOf<'policies-loaded'> | FactOf<'policies-rejected'>

/** The policy set in force, which can be exchanged while requests are judged. */
export interface Policies {
  current(): Policy
  /** the files that it was read from, as they were then */
  files(): readonly PolicyFile[]
  /** Reads the files again. Keeps the set in force, and rejects, when they are not valid. */
  reload(): Promise<LoadedPolicies>
  /** when this process loaded it */
  loadedAt(): Instant
  close(): void
}

/**
 * Throws Fault('policy-invalid') that names file and line: a gate does not start without its
 * policies.
 */
export function openPolicies(
  { policies }: Pick<Configuration, 'policies'>,
  append: (fact: PolicyFact) => Promise<unknown>,
  now: () => Instant,
): Policies {
  function read(): { policy: Policy; files: readonly PolicyFile[] } {
    const files = [
      ...readBaseline().map((source) => shipped(source, 'shipped')),
      ...policies.optional.map(readOptional).map((source) => shipped(source, 'optional')),
      ...(policies.folder === null ? [] : readOwn(policies.folder)),
    ]
    return { policy: createPolicy({ sources: files, schema: readSchema(), digest: sha256 }), files }
  }

  let current = read()
  let loadedAt = now()

  async function reload(): Promise<LoadedPolicies> {
    let loaded: ReturnType<typeof read>
    try {
      loaded = read()
    } catch (fault) {
      const why = fault instanceof Error ? fault.message : String(fault)
      await append({ kind: 'policies-rejected', why })
      throw fault
    }
    const { policy } = loaded
    const files = loaded.files.map(({ name }) => name)
    await append({ kind: 'policies-loaded', policies: policy.digest, files })
    const before = current
    current = loaded
    loadedAt = now()
    before.policy.close()
    return { digest: policy.digest, files }
  }

  return {
    current: () => current.policy,
    files: () => current.files,
    reload,
    loadedAt: () => loadedAt,
    close: () => current.policy.close(),
  }
}

/** One that is shipped with Holdpoint, loaded or not. */
export function shipped(source: PolicySource, kind: 'shipped' | 'optional'): PolicyFile {
  return { ...source, kind, examples: readShippedExamples(source.name) }
}

const ownPrefix = 'own/'

function readOwn(folder: string): readonly PolicyFile[] {
  return readPolicies(folder, ownPrefix).map((source) => ({
    ...{ ...source, kind: 'own' },
    examples: readExamplesBeside(folder, source.name.slice(ownPrefix.length)),
  }))
}
