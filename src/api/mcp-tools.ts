import type { Digest, PersonName, UpstreamName } from '../domain/names.ts'

/** A tool of an MCP server, for people. */
export interface ToolReport {
  readonly upstream: UpstreamName
  readonly tool: string
  readonly definition: Digest
  /** as the server gave it, canonical JSON; null where it was not seen since the gate started */
  readonly text: string | null
  /** why it may not be called; null: it may */
  readonly withheld: string | null
}

export interface ToolsKeeper {
  list(): readonly ToolReport[]
  /** From now on it may be called, as long as it is defined so. */
  accept(upstream: UpstreamName, tool: string, definition: Digest, by: PersonName): Promise<void>
}
