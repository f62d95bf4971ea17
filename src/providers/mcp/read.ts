// A request to an MCP server, as actions. Tools are judged by what they are given, as far as a
// table or a person says what they do; a tool that nobody here knows is an `unknown` effect that a
// person can look at. What the server says of its own tools makes them graver, and never milder.
import type { Action } from '../../domain/action.ts'
import type { Carried } from '../../domain/carried.ts'
import { severity } from '../../domain/effect.ts'
import type { Effect, KnownEffectKind, Undo } from '../../domain/effect.ts'
import type { UpstreamName } from '../../domain/names.ts'
import type { NonEmpty } from '../../domain/nonempty.ts'
import type { ToolClaim, ToolPayload } from '../../domain/request.ts'
import { isList, isObject, member } from '../../languages/json/value.ts'
import type { JsonObject } from '../../languages/json/value.ts'
import { carriedIn, isCredentialFile, pathsIn } from './arguments.ts'
import type { ToolRow, ToolTable } from './row.ts'

export interface ToolServer {
  readonly name: UpstreamName
  /** what its tools do, where it is a known one */
  readonly table: ToolTable | null
  /** what single tools do, by a person's word */
  readonly tools: ReadonlyMap<string, KnownEffectKind>
}

export interface ToolRead {
  readonly action: Action
  /** for the readers of their own languages */
  readonly carried: readonly Carried[]
}

/** Pure and total: the params are known to be the text of a JSON object, or empty. */
export function readToolRequest(payload: ToolPayload, server: ToolServer): ToolRead {
  if (payload.form === 'open') return only(readOf(payload, server, 'server', ''))
  const params = JSON.parse(payload.params === '' ? '{}' : payload.params) as JsonObject
  switch (payload.method) {
    case 'tools/call':
      return readCall(payload, server, params)
    case 'resources/read':
    case 'resources/subscribe':
      return only(readResource(payload, server, [payload.name]))
    case 'subscriptions/listen':
      return only(readResource(payload, server, subscribed(params)))
    case 'prompts/get':
      return only(readOf(payload, server, 'prompt', payload.name))
    case 'completion/complete':
      return only(readOf(payload, server, 'completion', payload.name))
    case 'tasks/get':
    case 'tasks/list':
    case 'tasks/result':
      return only(readOf(payload, server, 'task', payload.name))
    case 'tasks/cancel':
    case 'tasks/update':
      return only(actionOf(payload, [effectOf(payload, server, 'task', 'write', 'trivial')]))
    default:
      return only(unknownAction(payload, `no row for the method \`${payload.method}\``))
  }
}

function only(action: Action): ToolRead {
  return { action, carried: [] }
}

function readCall(payload: ToolPayload, server: ToolServer, params: JsonObject): ToolRead {
  const given = member(params, 'arguments') ?? {}
  const args = isObject(given) ? given : {}
  const row = rowOf(server.table, payload.name)
  const declared = server.tools.get(payload.name)
  const carried = row?.carries(args) ?? []
  const found = row === null ? carriedIn(args) : carried
  const kind = declared ?? row?.effect
  if (kind === undefined) {
    const why = `no table says what the tool \`${payload.name}\` of \`${server.name}\` does`
    return { action: unknownAction(payload, why), carried: found }
  }
  const raised = gravest([kind, row?.graver(args) ?? null, claimed[payload.claims]])
  const secret = pathsOf(row, args).some(isCredentialFile)
  const told = raised === 'read' && secret ? 'disclose' : raised
  const same = row !== null && told === row.effect
  const undo = same ? row.undo : told === 'write' ? 'trivial' : 'never'
  const extent = row?.extent ?? 'some'
  const effect = { ...effectOf(payload, server, 'tool', told, undo), extent } as Effect
  return { action: actionOf(payload, [effect]), carried: found }
}

function rowOf(table: ToolTable | null, name: string): ToolRow | null {
  return table !== null && Object.hasOwn(table, name) ? (table[name] ?? null) : null
}

function pathsOf(row: ToolRow | null, args: JsonObject): readonly string[] {
  if (row === null || row.paths.length === 0) return pathsIn(args)
  return row.paths.flatMap((name) => pathsIn(member(args, name) ?? null))
}

const claimed: Readonly<Record<ToolClaim, KnownEffectKind | null>> = {
  nothing: null,
  writes: 'write',
  destroys: 'destroy',
}

function gravest(kinds: readonly (KnownEffectKind | null)[]): KnownEffectKind {
  let worst: KnownEffectKind = 'read'
  for (const kind of kinds) {
    if (kind !== null && severity(kind) > severity(worst)) worst = kind
  }
  return worst
}

function readResource(payload: ToolPayload, server: ToolServer, uris: readonly string[]): Action {
  const effects = uris.slice(0, resourcesMax).map((uri): Effect => {
    const kind = isCredentialFile(uri) ? 'disclose' : 'read'
    return effectOf({ ...payload, name: uri }, server, 'resource', kind, 'never')
  })
  if (uris.length > resourcesMax) return unknownAction(payload, 'too many resources at once')
  const [first, ...rest] = effects
  if (first === undefined) return readOf(payload, server, 'server', '')
  return actionOf(payload, [first, ...rest])
}

const resourcesMax = 100

function subscribed(params: JsonObject): readonly string[] {
  const wanted = member(params, 'notifications')
  const uris = isObject(wanted) ? member(wanted, 'resourceSubscriptions') : undefined
  return isList(uris) ? uris.filter((uri) => typeof uri === 'string') : []
}

function readOf(payload: ToolPayload, server: ToolServer, type: string, name: string): Action {
  return actionOf(payload, [effectOf({ ...payload, name }, server, type, 'read', 'never')])
}

function effectOf(
  { name }: ToolPayload,
  server: ToolServer,
  type: string,
  kind: KnownEffectKind,
  undo: Undo,
): Effect {
  const id = name === '' ? server.name : `${server.name}/${segment(name)}`
  const resource = { provider: 'mcp', type, id, within: { environment: server.name } }
  const effect = { kind, resource, extent: 'some' } as const
  return kind === 'read' || kind === 'disclose' ? { ...effect, kind } : { ...effect, kind, undo }
}

/** One segment of a scope's pattern, whatever is in it. */
function segment(name: string): string {
  const cut = name.length > 200 ? `${name.slice(0, 200)}…` : name
  return cut.replaceAll('%', '%25').replaceAll('/', '%2F').replaceAll('*', '%2A')
}

function unknownAction(payload: ToolPayload, why: string): Action {
  return actionOf(payload, [{ kind: 'unknown', why, legible: true }])
}

function actionOf({ method, name, params }: ToolPayload, effects: NonEmpty<Effect>): Action {
  const excerpt = params.slice(0, 200).toWellFormed()
  const verb = method === 'tools/call' ? name : method === '' ? 'connect' : method
  return {
    verb: verb.slice(0, 80),
    effects,
    evidence: { reader: 'mcp', excerpt, span: params === '' ? null : [0, excerpt.length] },
  }
}
