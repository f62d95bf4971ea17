// What the gate itself says in MCP: its questions, its refusals, its own server.
import type { HoldId } from '../../domain/names.ts'
import type { Refusal } from '../../domain/request.ts'
import { errorCodes, errorText, resultText } from './message.ts'
import type { Id } from './message.ts'
import { versionKey } from './methods.ts'

export const gateInfo = { name: 'holdpoint', version: '0.1.0' } as const

/** What a request of the newer revisions carries with it. */
export function metaOfTheGate(version: string): object {
  return {
    [versionKey]: version,
    'io.modelcontextprotocol/clientInfo': gateInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
}

export interface RefusalForm {
  readonly method: string
  readonly modern: boolean
  /** the tool declares the form of its results, and this is not of it */
  readonly structured: boolean
}

/**
 * A refused tool is a result with `isError`, so that the model reads it and the session goes on;
 * anything else is an error of JSON-RPC. `data` and `structuredContent` say the same to programs.
 */
export function refusalText(id: Id, refusal: Refusal, form: RefusalForm): string {
  const said = wordsOf(refusal)
  const data = { holdpoint: dataOf(refusal) }
  if (form.method !== 'tools/call') return errorText(id, errorCodes.refused, said, data)
  const content = [{ type: 'text', text: said }]
  const structured = form.structured ? {} : { structuredContent: data }
  const kind = form.modern ? { resultType: 'complete' } : {}
  return resultText(id, { content, ...structured, isError: true, ...kind })
}

function wordsOf({ says, instead }: Refusal): string {
  return `Holdpoint: ${says}. ${instead}`
}

function dataOf({ code, says, instead, hold, decision }: Refusal): object {
  const wait = hold === null ? {} : { wait: waysToWait(hold) }
  return { code, says, instead, hold, decision, ...wait }
}

/** The tool is Holdpoint's own; with several servers behind one entry it has the prefix. */
function waysToWait(hold: HoldId): object {
  return { tool: 'wait_for_hold', server: 'holdpoint', arguments: { id: hold } }
}
