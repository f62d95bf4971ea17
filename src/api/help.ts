// Holdpoint's own tools for agents, at `http://holdpoint.internal/` through the proxy: each route is
// one of them.
import type { HelpAnswer, HelpDesk, HelpRequest } from '../doors/http/help-desk.ts'
import type { Identity } from '../domain/identity.ts'
import type { Presented } from '../domain/request.ts'
import { parseStrictJson } from '../languages/json/strict.ts'
import type { AgentTools, ToolAnswer } from './agent-tools.ts'

export interface HelpParts {
  identify(presented: readonly Presented[]): Identity
  readonly tools: AgentTools
}

/**
 * Answers an agent about itself. What belongs to another agent is answered as what does not exist.
 */
export function createHelpDesk(parts: HelpParts): HelpDesk {
  return {
    async answer(request, signal) {
      if (request.path === '/' && request.method === 'GET') return text(200, helpText)
      const route = routeOf(request)
      if (route.kind === 'answer') return route.answer
      const identity = parts.identify(request.presented)
      if (identity.kind === 'stranger') return turnedAway(identity)
      const called = parts.tools.call(route.tool, route.args, identity.standing, signal)
      if (called === null) return problem(404, 'not-found', 'GET / says what can be asked here')
      const answer = await called
      // It may have been revoked while it waited.
      const still = parts.identify(request.presented)
      if (still.kind === 'stranger') return turnedAway(still)
      return answer.isError ? failed(answer) : json(200, answer.structured)
    },
  }
}

type Route =
  | Readonly<{ kind: 'tool'; tool: string; args: unknown }>
  | Readonly<{ kind: 'answer'; answer: HelpAnswer }>

const posts: Readonly<Record<string, string>> = {
  '/preview': 'preview',
  '/access': 'request_access',
  '/stuck': 'report_stuck',
}

const bodyLimits = { bytesMax: 1_114_112, depthMax: 32, nodesMax: 20_000 }

function routeOf({ method, path, query, body }: HelpRequest): Route {
  const posted = Object.hasOwn(posts, path) ? posts[path] : undefined
  const allowed = posted === undefined ? 'GET' : 'POST'
  if (method !== allowed) {
    const says = `only ${allowed} is answered here`
    return { kind: 'answer', answer: problem(405, 'method', says, [['allow', allowed]]) }
  }
  if (posted !== undefined) {
    const parsed = parseStrictJson(body, bodyLimits)
    return parsed.kind === 'refused'
      ? { kind: 'answer', answer: problem(400, 'body', `the body is not JSON: ${parsed.why}`) }
      : { kind: 'tool', tool: posted, args: parsed.value }
  }
  if (path === '/whoami') return { kind: 'tool', tool: 'whoami', args: {} }
  const id = /^\/(?:holds|asks)\/([a-z0-9_]{1,80})$/.exec(path)?.[1]
  if (id === undefined) {
    const answer = problem(404, 'not-found', 'GET / says what can be asked here')
    return { kind: 'answer', answer }
  }
  return { kind: 'tool', tool: 'wait_for_hold', args: { id, seconds: waitSeconds(query) } }
}

/** What is no whole number goes on as it is, for the tool to refuse. */
function waitSeconds(query: string): number | string {
  const said = new URLSearchParams(query).getAll('wait')
  const [first = '0', second] = said
  if (second !== undefined || !/^\d{1,4}$/.test(first)) return said.join(', ')
  return Math.min(Number(first), 60)
}

const helpText = `This is Holdpoint. It stands between you and the infrastructure you work on.

GET /whoami            who you are here, what your mandate allows, what is left of its budget
POST /preview          what a request, a statement or a command would do; nothing is sent
                       {"surface":"http","request":{"method":"…","url":"…","body":"…"}},
                       {"surface":"sql","statement":"…"} or
                       {"surface":"shell","command":"…","directory":"…"}
POST /access           asks a person to widen your mandate for a while
                       {"reason":"…","minutes":30,"authorization_details":[{"type":"holdpoint",
                       "actions":["write"],"locations":["shop/production"]}]}
POST /stuck            tells a person that you cannot go on; do this before you look for another way
                       {"situation":"…","tried":["…"],"intends":"…"}
GET /holds/ID          the state of a request of yours that waits for a person
GET /asks/ID           the state of what you asked for
  ?wait=60             the same, answered when the state changes or after 60 seconds

Send your lease as you send it to the proxy. A request that was refused says what to do next.
`

const statuses: Readonly<Record<string, number>> = {
  'not-found': 404,
  'tool-arguments': 400,
  busy: 429,
  conflict: 409,
}

function failed({ code, text: says }: ToolAnswer): HelpAnswer {
  return problem(statuses[code ?? ''] ?? 422, code ?? 'failed', says)
}

function turnedAway(stranger: Extract<Identity, { kind: 'stranger' }>): HelpAnswer {
  const detail = `${stranger.says}; ${stranger.instead}`
  if (stranger.standing !== null) return problem(403, stranger.code, detail)
  return problem(401, stranger.code, detail, [['www-authenticate', 'Bearer realm="holdpoint"']])
}

type Header = readonly [name: string, value: string]

/** RFC 9457. */
function problem(
  status: number,
  code: string,
  detail: string,
  more: readonly Header[] = [],
): HelpAnswer {
  const body = JSON.stringify({ type: `urn:holdpoint:${code}`, title: code, status, detail })
  const headers = [...headersOf('application/problem+json'), ...more]
  return { status, headers, body: body + '\n' }
}

function json(status: number, value: object): HelpAnswer {
  return { status, headers: headersOf('application/json'), body: JSON.stringify(value) + '\n' }
}

function text(status: number, body: string): HelpAnswer {
  return { status, headers: headersOf('text/plain; charset=utf-8'), body }
}

function headersOf(type: string): readonly Header[] {
  return [
    ['content-type', type],
    ['cache-control', 'no-store'],
  ]
}
