import type { Concealed } from './concealed.ts'
import type {
  DecisionId,
  Digest,
  HoldId,
  Instant,
  RequestId,
  SessionId,
  UpstreamName,
} from './names.ts'

/** What an agent sent, as a door hands it over: limited in size, not yet understood. */
export interface Arrival {
  readonly door: 'http'
  readonly session: Session
  /** every credential found, whatever it is and wherever it was */
  readonly presented: readonly Presented[]
  readonly payload: Payload
}

/**
 * A connection of an agent. The gate remembers whose it is and severs it when that one's lease
 * ends.
 */
export interface Session {
  readonly id: SessionId
  /** `127.0.0.1:50412` */
  readonly peer: string
  /** Ends the connection at once, both directions; a second call does nothing. */
  sever(): void
  /**
   * Called once when the connection is over, for whatever reason; at once if it is over already.
   */
  onClose(listener: () => void): void
}

/**
 * A credential in the place where the client put it. `proxy` belongs to the connection, not the
 * request.
 */
export interface Presented {
  readonly place: 'authorization' | 'header' | 'cookie' | 'query' | 'proxy'
  readonly value: Concealed
}

export interface Request extends Arrival {
  readonly id: RequestId
  readonly receivedAt: Instant
  /** over everything that is sent on and can change its meaning; not over credentials */
  readonly digest: Digest
}

/** One per surface; a new door adds a member, and every switch says what it does with it. */
export type Payload = HttpPayload | TunnelPayload

export interface HttpPayload {
  readonly kind: 'http'
  /** the governed upstream it is addressed to */
  readonly upstream: UpstreamName
  /** upper case */
  readonly method: string
  /** the authority the agent named, lower case, without port: `backboard.railway.com` */
  readonly host: string
  /** path and query exactly as they will be sent; starts with `/`, no fragment */
  readonly target: string
  /** end-to-end headers as they will be sent, lower-case names; no credentials, no framing */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** decoded from any content-encoding: these bytes are judged, and these are sent */
  readonly body: Uint8Array
  /** why the request could not be had whole and unambiguous (too large, would not decode, a method
   * override); then it reads as an illegible `unknown` and is never sent */
  readonly unreadable: string | null
}

/** A tunnel to a host that is not governed: never inspected, allowed by the mandate or refused. */
export interface TunnelPayload {
  readonly kind: 'tunnel'
  readonly host: string
  readonly port: number
}

export type Reply = HttpReply | TunnelReply

export interface HttpReply {
  readonly kind: 'http'
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** whole when it was short and already there, otherwise as it comes; redacted already */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
}

export interface TunnelReply {
  readonly kind: 'tunnel'
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** A no, which says what would have happened, why not, and what to do instead. */
export interface Refusal {
  readonly kind: 'refusal'
  /** stable: `held`, `denied`, `no-lease`, `foreign-credential`, `upstream-unreachable`, … */
  readonly code: string
  readonly says: string
  readonly instead: string
  readonly hold: HoldId | null
  readonly decision: DecisionId | null
  /** the same no in the provider's own form, ready to be written by an HTTP door */
  readonly answer: RefusalAnswer
}

export interface RefusalAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** What a door talks to. Never rejects: a fault is a refusal. */
export interface Gate {
  pass(arrival: Arrival, signal: AbortSignal): Promise<Reply | Refusal>
}

/** Listens to agents until the signal aborts. Holds no credential, decides nothing. */
export interface Door {
  serve(gate: Gate, signal: AbortSignal): Promise<void>
}
