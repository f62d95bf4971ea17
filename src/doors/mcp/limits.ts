import type { MessageLimits } from '../../wire/mcp/message.ts'

export interface McpDoorLimits {
  /** of what an agent sends in one message */
  readonly bodyBytesMax: number
  readonly bodySeconds: number
  /** sessions at once, of one lease and of all */
  readonly sessionsPerLeaseMax: number
  readonly sessionsMax: number
  /** requests under way at once in one session */
  readonly requestsMax: number
  /** a session that nobody uses for so long is ended */
  readonly idleSeconds: number
  readonly connectionsMax: number
}

export const mcpDoorLimits: McpDoorLimits = {
  bodyBytesMax: 4_194_304,
  bodySeconds: 15,
  sessionsPerLeaseMax: 32,
  sessionsMax: 512,
  requestsMax: 64,
  idleSeconds: 1_800,
  connectionsMax: 1_024,
}

export function messageLimits({ bodyBytesMax }: McpDoorLimits): MessageLimits {
  return { bytesMax: bodyBytesMax, depthMax: 64, nodesMax: 100_000 }
}
