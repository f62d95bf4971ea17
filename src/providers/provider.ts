import type { Reader } from '../domain/action.ts'
import type { InventoryEdge, InventoryNode } from '../domain/inventory.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { HttpPayload, Refusal, RefusalAnswer } from '../domain/request.ts'

/** All that Holdpoint knows of one provider of infrastructure; a folder and a row of the table. */
export interface Provider {
  /** `railway` */
  readonly name: string
  /** every host name under which its API answers, lower case: all governed, all one upstream */
  readonly hosts: readonly string[]
  /** where its API really is, when the configuration does not say: an origin */
  readonly url: string
  /** every header in which its tokens travel; the first is the usual one */
  readonly credentialHeaders: readonly [CredentialHeader, ...(readonly CredentialHeader[])]
  readonly reader: Reader<HttpPayload>
  /** Writes a refusal as the provider would: its clients show it to the agent unharmed. */
  refuse(refusal: Omit<Refusal, 'kind' | 'answer'>): RefusalAnswer
  /** What an answer that came whole means; body is null when it was too long to keep. */
  outcome(status: number, body: Uint8Array | null): Outcome
  /**
   * Walks everything the credential can see. Rejects when any part cannot be read: no half
   * inventory.
   */
  discover(ask: Ask): Promise<Discovered>
  /** how a credential that was found is asked what it is; absent where nobody wrote that yet */
  readonly whose?: Whose
}

/** Questions that only read, the farthest reach first; a 2xx answer that `holds` says yes. */
export interface Whose {
  readonly questions: readonly WhoseQuestion[]
}

export interface WhoseQuestion {
  /** how far a credential reaches that is answered, `account` */
  readonly says: string
  readonly request: AskRequest
  readonly holds: (body: Uint8Array) => boolean
}

export interface CredentialHeader {
  /** lower case */
  readonly name: string
  /** `Bearer`, or null where the value is the bare token */
  readonly scheme: string | null
}

/**
 * Sends one read-only request to the provider with the read credential; resolves with a 2xx body.
 */
export type Ask = (request: AskRequest) => Promise<Uint8Array>

export interface AskRequest {
  readonly method: 'GET' | 'POST'
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

export interface Discovered {
  readonly environments: readonly DiscoveredEnvironment[]
  readonly nodes: readonly InventoryNode[]
  readonly edges: readonly InventoryEdge[]
}

/** An environment before a person's configuration has said how protected it is. */
export interface DiscoveredEnvironment {
  readonly id: string
  /** `pocketos/production` */
  readonly name: string
}
