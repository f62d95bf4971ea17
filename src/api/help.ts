import type { HelpAnswer, HelpDesk, HelpRequest } from '../doors/http/help-desk.ts'
import type { HoldState } from '../domain/hold.ts'
import type { Identity } from '../domain/identity.ts'
import type { Budget, Mandate, Standing } from '../domain/mandate.ts'
import type { AgentName, HoldId } from '../domain/names.ts'
import type { Presented } from '../domain/request.ts'
import type { Holds } from '../holds/holds.ts'
import type { HoldRecord, Spent, StoreReads } from '../store/store.ts'
import { authorizationDetails } from './mandate-request.ts'
import { sentenceOf } from '../words/words.ts'

export interface HelpParts {
  identify(presented: readonly Presented[]): Identity
  readonly store: Pick<StoreReads, 'hold' | 'spent'>
  readonly holds: Pick<Holds, 'wait' | 'state'>
}

const waitSecondsMax = 60
/** More of one agent at once are answered with the present state, without waiting. */
const waitsPerAgentMax = 20

interface Desk extends HelpParts {
  readonly waits: Map<AgentName, number>
}

/**
 * Answers an agent about itself, at `http://holdpoint.internal/` through the proxy. What belongs to
 * another agent is answered as what does not exist.
 */
export function createHelpDesk(parts: HelpParts): HelpDesk {
  const desk: Desk = { ...parts, waits: new Map() }
  return {
    async answer(request, signal) {
      if (request.method !== 'GET') return problem(405, 'method', 'only GET is answered here')
      if (request.path === '/') return text(200, helpText)
      const identity = parts.identify(request.presented)
      if (identity.kind === 'stranger') return turnedAway(identity)
      const { standing } = identity
      if (request.path === '/whoami') return json(200, whoami(standing, parts.store))
      const hold = /^\/holds\/([a-z0-9_]{1,80})$/.exec(request.path)?.[1]
      if (hold === undefined) return problem(404, 'not-found', 'GET / says what can be asked here')
      return answerHold(desk, hold as HoldId, request, standing, signal)
    },
  }
}

async function answerHold(
  desk: Desk,
  id: HoldId,
  request: HelpRequest,
  { agent }: Standing,
  signal: AbortSignal,
): Promise<HelpAnswer> {
  const record = desk.store.hold(id)
  if (record?.hold.agent !== agent) return problem(404, 'not-found', 'you have no such hold')
  const seconds = waitSeconds(request.query)
  if (seconds === null) {
    return problem(400, 'wait', `\`wait\` is a whole number of seconds from 0 to ${waitSecondsMax}`)
  }
  await waitFor(desk, id, agent, seconds, signal)
  // It may have been revoked while it waited.
  const still = desk.identify(request.presented)
  if (still.kind === 'stranger') return turnedAway(still)
  return json(200, holdShown(record, desk.holds.state(id) ?? record.state))
}

async function waitFor(
  { holds, waits }: Desk,
  id: HoldId,
  agent: AgentName,
  seconds: number,
  signal: AbortSignal,
): Promise<void> {
  const already = waits.get(agent) ?? 0
  if (seconds === 0 || already >= waitsPerAgentMax) return
  waits.set(agent, already + 1)
  try {
    await holds.wait(id, seconds * 1000, signal)
  } finally {
    const left = (waits.get(agent) ?? 1) - 1
    if (left === 0) waits.delete(agent)
    else waits.set(agent, left)
  }
}

function waitSeconds(query: string): number | null {
  const said = new URLSearchParams(query).getAll('wait')
  const [first = '0', second] = said
  if (second !== undefined || !/^\d{1,4}$/.test(first)) return null
  return Math.min(Number(first), waitSecondsMax)
}

function holdShown({ hold, decision }: HoldRecord, state: HoldState): object {
  return {
    hold: hold.id,
    state: state.kind,
    ...(state.kind === 'refused' && state.note !== '' ? { note: state.note } : {}),
    ...(state.kind === 'withdrawn' ? { why: state.why } : {}),
    expires_at: hold.expiresAt,
    asked: sentenceOf(decision),
    next: nextSteps[state.kind],
  }
}

const nextSteps: Readonly<Record<HoldState['kind'], string>> = {
  waiting: 'a person has not answered yet; ask again with ?wait=60, and do not try another way',
  released: 'send that same request again, unchanged, before it expires; it passes once',
  refused: 'a person said no; do not send it again, and ask what to do instead',
  expired: 'nobody answered, which is a no; ask the person you work for before you send it again',
  withdrawn: 'it will not be answered any more; ask the person you work for how to go on',
  spent: 'it was let through already, once; read the present state before you do anything else',
}

function whoami({ agent, owner, lease, mandate, ancestors }: Standing, store: HelpParts['store']) {
  const chain = [mandate, ...ancestors]
  const spent = chain.map((one) => ({ mandate: one, spent: store.spent(one.id) }))
  return {
    agent,
    owner,
    lease: { id: lease.id, expires_at: lease.expiresAt },
    mandate: {
      id: mandate.id,
      task: mandate.task,
      granted_by: mandate.grantedBy,
      expires_at: mandate.expiresAt,
      authorization_details: authorizationDetails(mandate),
      egress: mandate.egress,
      hold_wait_seconds: mandate.holdWaitSeconds,
    },
    left: {
      requests: left(spent, 'requests'),
      writes: left(spent, 'writes'),
      destroys: left(spent, 'destroys'),
      denials: left(spent, 'denials'),
      resources: left(spent, 'resources'),
    },
    per_minute: {
      requests: least(chain.map(({ budget }) => budget.requestsPerMinute)),
      writes: least(chain.map(({ budget }) => budget.writesPerMinute)),
    },
    per_statement: { rows: least(chain.map(({ budget }) => budget.rows)) },
    next:
      'whatever is outside the mandate is refused or waits for a person; ' +
      'a refusal says what to do, and another way to the same end is refused too',
  }
}

/** The tightest of the mandate and all above it; null is no limit. */
function left(
  chain: readonly { readonly mandate: Mandate; readonly spent: Spent }[],
  name: keyof Spent & keyof Budget,
): number | null {
  return least(
    chain.map(({ mandate, spent }) => {
      const limit = mandate.budget[name]
      const used = spent[name]
      const count = typeof used === 'number' ? used : used.length
      return limit === null ? null : Math.max(0, limit - count)
    }),
  )
}

function least(limits: readonly (number | null)[]): number | null {
  const known = limits.filter((limit) => limit !== null)
  return known.length === 0 ? null : Math.min(...known)
}

const helpText = `This is Holdpoint. It stands between you and the infrastructure you work on.

GET /whoami            who you are here, what your mandate allows, what is left of its budget
GET /holds/ID          the state of a request of yours that waits for a person
GET /holds/ID?wait=60  the same, answered when the state changes or after 60 seconds

Send your lease as you send it to the proxy. A request that was refused says what to do next.
`

function turnedAway(stranger: Extract<Identity, { kind: 'stranger' }>): HelpAnswer {
  const status = stranger.standing === null ? 401 : 403
  return problem(status, stranger.code, `${stranger.says}; ${stranger.instead}`)
}

/** RFC 9457. */
function problem(status: number, code: string, detail: string): HelpAnswer {
  const body = JSON.stringify({ type: `urn:holdpoint:${code}`, title: code, status, detail })
  return { status, headers: headers('application/problem+json', status), body: body + '\n' }
}

function json(status: number, value: object): HelpAnswer {
  return { status, headers: headers('application/json'), body: JSON.stringify(value) + '\n' }
}

function text(status: number, body: string): HelpAnswer {
  return { status, headers: headers('text/plain; charset=utf-8'), body }
}

function headers(type: string, status = 200): (readonly [string, string])[] {
  const plain: (readonly [string, string])[] = [
    ['content-type', type],
    ['cache-control', 'no-store'],
  ]
  if (status === 405) return [...plain, ['allow', 'GET']]
  return status === 401 ? [...plain, ['www-authenticate', 'Bearer realm="holdpoint"']] : plain
}
