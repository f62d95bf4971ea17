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
  readonly door: 'http' | 'postgres' | 'mcp'
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
 * request. `session`: the client proved that it has a lease and did not show it; the value is a
 * handle that leads to it for as long as the connection lives.
 */
export interface Presented {
  readonly place: 'authorization' | 'header' | 'cookie' | 'query' | 'proxy' | 'session'
  readonly value: Concealed
}

export interface Request extends Arrival {
  readonly id: RequestId
  readonly receivedAt: Instant
  /** over everything that is sent on and can change its meaning; not over credentials */
  readonly digest: Digest
}

/** One per surface; a new door adds a member, and every switch says what it does with it. */
export type Payload = HttpPayload | TunnelPayload | SqlPayload | ToolPayload

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

/** What an agent asks of a PostgreSQL server: a session, or to run something in the one it has. */
export interface SqlPayload {
  readonly kind: 'sql'
  readonly upstream: UpstreamName
  /** the database's name on that server */
  readonly database: string
  /**
   * open: begins the session; simple: a Query message, which may hold several statements; extended:
   * one statement, bound and executed
   */
  readonly form: 'open' | 'simple' | 'extended'
  /** the SQL as the server will read it; empty for `open` */
  readonly text: string
  /** run-time parameters that the session begins with; empty but for `open` */
  readonly settings: readonly (readonly [name: string, value: string])[]
  /** what was bound, in order; empty but for `extended` */
  readonly parameters: readonly SqlParameter[]
  /** type OIDs that Parse gave; 0 or none: the server infers it */
  readonly types: readonly number[]
  /**
   * the messages that run it, whole and as they will be sent: one Query, or Bind, at most one
   * Describe, and Execute of one portal; empty for `open`
   */
  readonly messages: Uint8Array
  /** why the request could not be had whole and unambiguous; then it is never sent */
  readonly unreadable: string | null
}

/** A value as the client wrote it; null is NULL. */
export interface SqlParameter {
  readonly format: 'text' | 'binary'
  readonly value: Uint8Array | null
}

/** What an agent asks of an MCP server: a session, or a request in the one it has that can act. */
export interface ToolPayload {
  readonly kind: 'tool'
  readonly upstream: UpstreamName
  /** open: begins the session; request: one JSON-RPC request of it */
  readonly form: 'open' | 'request'
  /** of the request, as its client gave it; it means nothing beyond the answer */
  readonly id: string | number
  /** `tools/call`, `resources/read`, …; empty for `open` */
  readonly method: string
  /** of the tool or the prompt, or the resource's URI; empty where the method names none */
  readonly name: string
  /** the JSON text of `params`, byte for byte as it will be sent; empty for `open` */
  readonly params: string
  /** of the protocol's own, as they will be sent: `mcp-protocol-version`, `mcp-param-region` */
  readonly headers: McpHeaders
  /** the tool's definition as it is pinned; null where there is none, or it is no tool */
  readonly definition: Digest | null
  /** what the tool's annotations say of it: it can make a request graver, and never milder */
  readonly claims: ToolClaim
  /** why the request could not be had whole and unambiguous; then it is never sent */
  readonly unreadable: string | null
}

export type Reply = HttpReply | TunnelReply | SqlOpened | SqlRunning | McpOpened | McpRunning

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

/** The session stands; from here on the server's messages come through the channel. */
export interface SqlOpened {
  readonly kind: 'sql-opened'
  /** ParameterStatus of the server, as it gave them */
  readonly parameters: readonly (readonly [name: string, value: string])[]
  readonly channel: SqlChannel
}

/** What was judged is under way; its messages come through the session's channel, in order. */
export interface SqlRunning {
  readonly kind: 'sql-running'
  /**
   * Resolves when the server has answered it whole, or asks for COPY data. Never rejects. error:
   * the server skips everything until Sync.
   */
  readonly answered: Promise<'done' | 'error' | 'copy-in'>
}

/** I: idle, T: in a transaction, E: in a transaction that has failed. */
export type TransactionState = 'I' | 'T' | 'E'

/** A session at the server, as its door sees it: nothing can be run through it. */
export interface SqlChannel {
  /**
   * Where the server's messages go, in order; called once, at the start. `receive` returns false to
   * have no more of them until `resume`.
   */
  attach(receive: (messages: Uint8Array) => boolean): void
  resume(): void
  /**
   * Passes on whole messages that run nothing: Parse, Describe, Close, Flush, Sync, CopyData,
   * CopyDone, CopyFail. Any other is a bug, and throws. false: wait for `onDrain` before more.
   */
  write(messages: Uint8Array): boolean
  onDrain(listener: () => void): void
  /** Resolves when the server has answered all that was written so far, with its state then. */
  settle(): Promise<TransactionState>
  /**
   * After a refusal: brings the server where an error of its own would have brought it. What was
   * tried is rolled back, and an open transaction has failed. Resolves with the state then.
   */
  fail(): Promise<TransactionState>
  /** Asks the server to give up what it is doing for this session. */
  cancel(): void
  /** Ends the session at the server; a second call does nothing. */
  close(): void
  /** Called once when the session is over at the server; `why` in one clause. */
  onClose(listener: (why: string) => void): void
}

/** The session stands; what it says goes through the channel. */
export interface McpOpened {
  readonly kind: 'mcp-opened'
  readonly channel: McpChannel
}

/** What was judged is under way; what the server says about it comes here. */
export interface McpRunning {
  readonly kind: 'mcp-running'
  readonly exchange: McpExchange
}

/** A session at an MCP server, as its door sees it: nothing that can act goes through it. */
export interface McpChannel {
  /**
   * Passes on one message that can do nothing by itself: what `mcpMethods` lists as `flow`,
   * notifications, and answers to what the server asked. Any other is a bug, and rejects.
   */
  pass(message: string, headers: McpHeaders, signal: AbortSignal): Promise<McpExchange>
  /** What the server says of its own accord; `after` is the event that was the last to come. */
  listen(after: string | null, signal: AbortSignal): Promise<McpExchange>
  /** How the tool stands against what is pinned of it; asks the server where that is not known. */
  tool(name: string, headers: McpHeaders): Promise<McpTool>
  /** why what the server asked with this id may not be answered; null where it may, once */
  mayAnswer(id: string | number): string | null
  /** Ends the session at the server; a second call does nothing. */
  close(): void
  /** Called once when the session is over at the server; `why` in one clause. */
  onClose(listener: (why: string) => void): void
}

/** Of the protocol's own headers, those that a message is sent with; lower case. */
export type McpHeaders = readonly (readonly [name: string, value: string])[]

/** Of what a server says of its own tools, only the bad is believed. */
export type ToolClaim = 'nothing' | 'writes' | 'destroys'

export type McpTool =
  /** structured: its results are of a form that it declares */
  | Readonly<{ kind: 'pinned'; definition: Digest; claims: ToolClaim; structured: boolean }>
  | Readonly<{ kind: 'withheld'; why: string }>

/** One message to a server, and what comes back for it. */
export interface McpExchange {
  /** as a server of streamable HTTP says it; 200 or 202 where there is no HTTP */
  readonly status: number
  /** message: one, whole; events: as they come; nothing: it was taken, or is refused bare */
  readonly form: 'message' | 'events' | 'nothing'
  readonly events: AsyncIterable<McpEvent>
}

export interface McpEvent {
  /** of the stream's event, where the server gives one */
  readonly id: string | null
  /** in how many milliseconds to come again, where the server says so */
  readonly retry: number | null
  /** one JSON-RPC message; empty where the event has none */
  readonly message: string
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
