// Joins what asks providers about credentials that a scan found.
import type { CredentialAnswer, CredentialChecker } from '../api/credential-checker.ts'
import { clearToDiscover } from '../clearance.ts'
import type { Configuration } from '../configuration/configuration.ts'
import type { Concealed } from '../domain/concealed.ts'
import { Fault } from '../domain/fault.ts'
import type { UpstreamName } from '../domain/names.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { AskRequest, Provider } from '../providers/provider.ts'
import { sha256 } from '../system/hash.ts'
import type { Upstreams } from '../upstreams/upstreams.ts'
import { canonicalJson } from '../wire/canonical-json.ts'

export interface CheckerParts {
  readonly configs: Configuration['upstreams']
  readonly providers: readonly Provider[]
  readonly ledger: Pick<Ledger, 'append'>
  readonly upstreams: Pick<Upstreams, 'askWith'>
}

export function createCredentialChecker(parts: CheckerParts): CredentialChecker {
  return {
    async check(provider, value) {
      const upstream = parts.configs.find((one) => one.provider === provider)
      const whose = parts.providers.find(({ name }) => name === provider)?.whose
      if (whose === undefined || upstream === undefined) {
        const why = whose === undefined ? 'nobody wrote how it is asked' : 'no upstream of it'
        return { kind: 'not-asked', why }
      }
      for (const { says, request, holds } of whose.questions) {
        const body = await ask(parts, upstream.name, request, value)
        if (body === 'silence') return { kind: 'not-asked', why: 'it did not answer' }
        if (body !== 'refused' && holds(body)) return { kind: 'answers', reach: says }
      }
      return { kind: 'refused' } satisfies CredentialAnswer
    },
  }
}

/** Written down before it is asked, as every request is. */
async function ask(
  { ledger, upstreams }: CheckerParts,
  upstream: UpstreamName,
  request: AskRequest,
  value: Concealed,
): Promise<Uint8Array | 'refused' | 'silence'> {
  const digest = sha256(canonicalJson({ upstream, ...request }))
  const receipt = await ledger.append({ kind: 'discovering', upstream, request: digest })
  try {
    return await upstreams.askWith(upstream, request, clearToDiscover(receipt), value)
  } catch (fault) {
    return fault instanceof Fault && fault.code === 'discovery-refused' ? 'refused' : 'silence'
  }
}
