import type { MessageLimits } from '../../wire/mcp/message.ts'

/** Results carry pictures and files: longer than what agents may send. */
export const serverMessageLimits: MessageLimits = {
  bytesMax: 16_777_216,
  depthMax: 128,
  nodesMax: 500_000,
}

/** of one server, in all its pages */
export const toolsMax = 1_000
export const pagesMax = 50
/** how long a list of tools counts as what the server has now */
export const freshMilliseconds = 30_000
/** for the gate's own question about a server's tools, and for a call */
export const listMilliseconds = 20_000
export const callMilliseconds = 600_000
/** of one agent at one server */
export const sessionsMax = 64
