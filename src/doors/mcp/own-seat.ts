// Holdpoint's own server: what an agent can ask of the gate itself. None of its tools acts on
// anything or gives power, so they are not judged; each answers whoever holds the lease.
import type { McpExchange, Presented } from '../../domain/request.ts'
import { isObject, member } from '../../languages/json/value.ts'
import { errorCodes, errorText, resultText } from '../../wire/mcp/message.ts'
import type { Id, Message } from '../../wire/mcp/message.ts'
import { modernVersion } from '../../wire/mcp/methods.ts'
import { gateInfo } from '../../wire/mcp/own-words.ts'
import { saysModern, versionOf } from './check-headers.ts'
import { said, saidNothing } from './inbound.ts'
import type { Inbound } from './inbound.ts'
import type { Seat } from './seat.ts'

export interface OwnTool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: object
  readonly readOnly: boolean
}

export interface OwnTools {
  list(): readonly OwnTool[]
  /** null: there is no such tool. Never rejects. */
  call(
    name: string,
    args: unknown,
    presented: readonly Presented[],
    signal: AbortSignal,
  ): Promise<OwnAnswer | null>
}

export interface OwnAnswer {
  readonly text: string
  readonly structured: object
  readonly isError: boolean
}

export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

const instructions =
  'Holdpoint decides what may be sent on. A refusal says why and what to do instead. ' +
  'When something is held, tell the person you work for, call `wait_for_hold`, and send the ' +
  'same request again once it is released. `preview` says what a request would do.'

/** A revision that is spoken here: the one asked for, or the newest with sessions. */
export function versionFor(asked: unknown): string {
  const known = legacyVersions.find((version) => version === asked)
  return known ?? legacyVersions[0]
}

export function discovered(capabilities: object): object {
  return {
    resultType: 'complete',
    supportedVersions: [modernVersion],
    ...{ capabilities, serverInfo: gateInfo, instructions },
    ...cacheFor(60_000),
  }
}

export function initialized(asked: unknown, capabilities: object): object {
  return { protocolVersion: versionFor(asked), capabilities, serverInfo: gateInfo, instructions }
}

/** A list of the newer revisions says for how long it holds, and that it is one agent's own. */
export function cacheFor(milliseconds: number): object {
  return { ttlMs: milliseconds, cacheScope: 'private' }
}

export function unsupported(id: Id, requested: string): McpExchange {
  const data = { supported: [modernVersion, ...legacyVersions], requested }
  return said(400, errorText(id, -32_022, 'the protocol version is not spoken here', data))
}

export function createOwnSeat(own: OwnTools): Seat {
  return {
    async handle(message: Message, inbound: Inbound) {
      if (message.kind !== 'request') return saidNothing(202)
      const { id, method, params } = message
      const version = versionOf(message, inbound)
      const modern = saysModern(message, inbound)
      if (modern && version !== modernVersion) return unsupported(id, version ?? '')
      const kind = modern ? { resultType: 'complete' } : {}
      switch (method) {
        case 'initialize':
          return said(200, resultText(id, initialized(params['protocolVersion'], { tools: {} })))
        case 'server/discover':
          return said(200, resultText(id, discovered({ tools: {} })))
        case 'ping':
          return said(200, resultText(id, kind))
        case 'tools/list': {
          const list = { tools: listOf(own), ...kind, ...(modern ? cacheFor(60_000) : {}) }
          return said(200, resultText(id, list))
        }
        case 'tools/call':
          return said(200, await answerOf(own, message, inbound, kind))
        default: {
          const why = `\`${method.slice(0, 80)}\` is not taken here`
          return said(modern ? 404 : 200, errorText(id, errorCodes.method, why))
        }
      }
    },
    listen: () => Promise.resolve(saidNothing(405)),
    close: () => undefined,
  }
}

export function listOf(own: OwnTools): readonly object[] {
  return own.list().map(({ name, title, description, inputSchema, readOnly }) => ({
    ...{ name, title, description, inputSchema },
    annotations: { readOnlyHint: readOnly, destructiveHint: false, openWorldHint: false },
  }))
}

async function answerOf(
  own: OwnTools,
  { id, params }: Extract<Message, { kind: 'request' }>,
  { presented, signal }: Inbound,
  kind: object,
): Promise<string> {
  const name = params['name']
  const args = member(params, 'arguments')
  if (typeof name !== 'string') return errorText(id, errorCodes.params, 'no tool is named')
  if (args !== undefined && !isObject(args)) {
    return errorText(id, errorCodes.params, '`arguments` is no object')
  }
  const answer = await own.call(name, args ?? {}, presented, signal)
  if (answer === null) return errorText(id, errorCodes.params, `there is no tool \`${name}\``)
  const content = [{ type: 'text', text: answer.text }]
  const { structured: structuredContent, isError } = answer
  return resultText(id, { content, structuredContent, isError, ...kind })
}
