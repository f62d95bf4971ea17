// What a client may ask of an MCP server, in both eras, and what each can do. What is not in the
// table is refused: a method that nobody here knows may do anything.

/** flow: does nothing by itself, and passes unjudged; judged: walks the path */
export interface MethodRow {
  readonly kind: 'flow' | 'judged'
  /** the member of params that says what is meant */
  /** the newer revisions do not have it */
  readonly legacy?: true
  readonly names?: 'name' | 'uri' | 'taskId' | 'ref'
}

export const mcpMethods: ReadonlyMap<string, MethodRow> = new Map<string, MethodRow>([
  ['initialize', { kind: 'flow', legacy: true }],
  ['ping', { kind: 'flow', legacy: true }],
  ['server/discover', { kind: 'flow' }],
  ['tools/list', { kind: 'flow' }],
  ['prompts/list', { kind: 'flow' }],
  ['resources/list', { kind: 'flow' }],
  ['resources/templates/list', { kind: 'flow' }],
  ['logging/setLevel', { kind: 'flow', legacy: true }],
  ['resources/unsubscribe', { kind: 'flow', legacy: true }],
  ['tools/call', { kind: 'judged', names: 'name' }],
  ['prompts/get', { kind: 'judged', names: 'name' }],
  ['resources/read', { kind: 'judged', names: 'uri' }],
  ['resources/subscribe', { kind: 'judged', names: 'uri', legacy: true }],
  ['completion/complete', { kind: 'judged', names: 'ref' }],
  ['subscriptions/listen', { kind: 'judged' }],
  ['tasks/get', { kind: 'judged', names: 'taskId' }],
  ['tasks/result', { kind: 'judged', names: 'taskId' }],
  ['tasks/list', { kind: 'judged' }],
  ['tasks/update', { kind: 'judged', names: 'taskId' }],
  ['tasks/cancel', { kind: 'judged', names: 'taskId' }],
])

/** Sent by clients, answered by nobody. */
export const clientNotifications: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
])

/** of a server, about its tools */
export const toolsChanged = 'notifications/tools/list_changed'

/** What a server may ask of its client. An answer to it is the client's word, and no release. */
export const serverRequests: ReadonlySet<string> = new Set([
  'ping',
  'roots/list',
  'sampling/createMessage',
  'elicitation/create',
])

export const modernVersion = '2026-07-28'
export const versionKey = 'io.modelcontextprotocol/protocolVersion'
export const subscriptionKey = 'io.modelcontextprotocol/subscriptionId'

/** Revisions from this on know no session: each request says all that is to be known. */
export function isModern(version: string | null): boolean {
  if (version === null) return false
  return !/^\d{4}-\d{2}-\d{2}$/.test(version) || version >= modernVersion
}
