// Which messages of a server are gathered whole, which are passed on in parts, and which never
// come.
import { backendTags as tags, isBackendTag } from '../../wire/postgres/backend.ts'

const wholeBytesMax = 65_536
const controlBytesMax = 16 * 1_048_576

const never: ReadonlySet<number> = new Set([
  ...[tags.authentication, tags.backendKeyData, tags.negotiateProtocolVersion],
  ...[tags.copyBothResponse, tags.functionCallResponse],
])
/** of these every word counts here */
const control: ReadonlySet<number> = new Set([
  ...[tags.readyForQuery, tags.commandComplete, tags.errorResponse, tags.parameterStatus],
])

export function planOf(tag: number, length: number): 'whole' | 'parts' | 'broken' {
  if (!isBackendTag(tag) || never.has(tag)) return 'broken'
  if (length <= wholeBytesMax) return 'whole'
  if (!control.has(tag)) return 'parts'
  return length <= controlBytesMax ? 'whole' : 'broken'
}
