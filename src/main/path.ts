// Joins the parts of the one path.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { wouldOf } from '../words/words.ts'
import { createBreaker } from '../breaker/breaker.ts'
import { clearToGuard, clearToMeasure, clearToSend } from '../clearance.ts'
import { createDecide } from '../decide.ts'
import type { Breaker } from '../domain/breaker.ts'
import type { Decision } from '../domain/decision.ts'
import type { Effect, EffectKind } from '../domain/effect.ts'
import { assert } from '../domain/fault.ts'
import { instantOf } from '../domain/instant.ts'
import type { RequestId, UpstreamName } from '../domain/names.ts'
import { mapNonEmpty } from '../domain/nonempty.ts'
import type { Payload, Refusal, Request } from '../domain/request.ts'
import type { Parts, Sent } from '../parts.ts'
import { createInterpreter, createReading } from '../interpret.ts'
import type { SqlRequest } from '../interpret.ts'
import { weigh } from '../inventory/weigh.ts'
import { refuseAsProblem } from '../providers/problem.ts'
import { maskSamples } from '../providers/postgres/mask.ts'
import type { Provider } from '../providers/provider.ts'
import { providers } from '../providers/table.ts'
import type { RefusalText } from '../refusals.ts'
import { standingThen } from '../replay/standing.ts'
import { createFileDurably } from '../system/durable-file.ts'
import { newId } from '../system/random.ts'
import type { Random } from '../system/random.ts'
import { digestOf } from '../system/request-digest.ts'
import { recordRequest } from '../wire/recorded-request.ts'
import { captureSafeguard, createSqlInterpreter, tableName } from './databases.ts'
import type { Works } from './gate.ts'
import { createToolInterpreter } from './mcp.ts'
import type { State } from './state.ts'

export function joinPath(works: Works): Parts {
  const { state, policies, upstreams, discovery, safeguards, holds, sessions, sql } = works
  const { databases } = sql
  const { clock, random, ledger, leases, opening, configuration } = state
  const byUpstream = new Map<UpstreamName, Provider>()
  for (const { name, provider } of configuration.upstreams) {
    const found = providers.find((one) => one.name === provider)
    if (found !== undefined) byUpstream.set(name, found)
  }
  const masks = new Map(configuration.databases.map(({ name, mask }) => [name, mask]))
  const readers = new Map([...byUpstream].map(([name, { reader }]) => [name, reader]))
  return {
    receive: (arrival) => ({
      ...arrival,
      id: newId<RequestId>(random, 'req'),
      receivedAt: clock.now(),
      digest: digestOf(arrival.payload),
    }),
    identify: leases.identify,
    interpret: createReading(
      createInterpreter({ readers }),
      createSqlInterpreter(configuration, sql),
      createToolInterpreter(configuration, works.commands),
    ),
    place: discovery.place,
    standing: works.standingReads,
    measure: async (request, impacts, clearance, signal) => {
      const actions = mapNonEmpty(impacts, ({ action }) => action)
      const asked = sqlOf(request)
      const measured = await databases.measure(asked, actions, clearance, signal)
      return maskSamples(measured, masks.get(asked.payload.upstream) ?? [])
    },
    weigh: (impacts, measured) => weigh(impacts, measured, tableName),
    abandon: ({ payload, session, digest }) =>
      payload.kind === 'sql' ? databases.abandon(session.id, digest) : Promise.resolve(),
    breaker: joinBreaker(state),
    judge: (standing, impacts) => policies.current().judge(standing, impacts),
    decide: createDecide({
      ...{ clock, random, salt: openSalt(configuration.state, random) },
      policies: () => policies.current().digest,
    }),
    describe: wouldOf,
    append: (fact, beside) => ledger.append(fact, beside),
    appendSoon: (fact) => ledger.appendSoon(fact),
    record: recordRequest,
    holds,
    guard: (name, decision, clearance, request) =>
      name === captureSafeguard
        ? Promise.resolve(databases.prove(sqlOf(request), clearance))
        : safeguards.run(name, decision, clearance),
    clear: { toGuard: clearToGuard, toMeasure: clearToMeasure, toSend: clearToSend },
    stands: leases.stands,
    send: createSend(databases, upstreams, works.mcp),
    changed(decision) {
      const read = (effect: Effect): boolean =>
        effect.kind === 'read' || effect.kind === 'disclose' || isDeclared(effect)
      const changes = decision.impacts.some(({ hits }) => hits.some(({ effect }) => !read(effect)))
      if (changes) discovery.touch()
    },
    refuse: (text, payload) => refuse(text, payload, byUpstream),
    sessions,
    outlive(work) {
      const told = work.catch(opening.report).finally(() => works.unfinished.delete(told))
      works.unfinished.add(told)
    },
    report: opening.report,
  }
}

function sqlOf(request: Request): SqlRequest {
  const { payload } = request
  assert(payload.kind === 'sql', 'only SQL is tried')
  return { ...request, payload }
}

/** What was judged by its trial is sent by that trial's commit, or not at all. */
export function createSend(
  databases: Pick<Works['sql']['databases'], 'send' | 'state'>,
  upstreams: Pick<Works['upstreams'], 'send'>,
  mcp: Pick<Works['mcp'], 'send'>,
): Parts['send'] {
  return (request, clearance, signal, decision) => {
    const { payload } = request
    if (payload.kind === 'tool') return mcp.send({ ...request, payload }, clearance, signal)
    if (request.payload.kind !== 'sql') return upstreams.send(request, clearance, signal)
    // Judged by what was tried: should that not be open any more, it is not run untried.
    const lost =
      decision !== null && wasMeasured(decision) && !databases.state(request.session.id).tried
    if (lost) return Promise.resolve(notSent('trial-lost'))
    const mayDrop = decision !== null && isGrave(decision)
    return databases.send(sqlOf(request), clearance, signal, mayDrop)
  }
}

/** Where a trial came to nothing, an unknown effect says so. */
function wasMeasured({ impacts }: Decision): boolean {
  const tried = impacts.filter(({ action }) => action.trial !== undefined)
  const known = impacts.every(({ hits }) => hits.every(({ effect }) => effect.kind !== 'unknown'))
  return tried.length > 0 && known
}

function notSent(code: string): Sent {
  return { kind: 'not-replied', outcome: { kind: 'failed', code, status: null } }
}

/** Then what falls by it was seen coming. */
function isGrave({ impacts }: Decision): boolean {
  const mild: readonly EffectKind[] = ['read', 'write', 'disclose']
  return impacts.some(({ hits }) => hits.some(({ effect }) => !mild.includes(effect.kind)))
}

/** What the configuration says of databases does not change by what agents do there. */
function isDeclared(effect: Effect): boolean {
  return (
    effect.kind !== 'unknown' &&
    (effect.resource.provider === 'postgres' || effect.resource.provider === 'mcp')
  )
}

/** What the breaker looks back on after a restart. */
const breakerMemoryMilliseconds = 600_000

function joinBreaker({ clock, store, ledger }: State): Breaker {
  const since = instantOf(clock.milliseconds() - breakerMemoryMilliseconds)
  const past = [...store.recent(since)].flatMap(({ fact: { decision } }) => {
    const standing = standingThen(store, decision)
    return standing === null ? [] : [{ standing, decision }]
  })
  const breaker = createBreaker({ now: clock.milliseconds, spent: store.spent, past })
  ledger.subscribe(({ fact }) => {
    if (fact.kind === 'resumed') breaker.resumed(fact.agent)
  })
  return breaker
}

/** In the provider's own form, so that its clients show it; else as RFC 9457 problem details. */
function refuse(
  text: RefusalText,
  payload: Payload,
  byUpstream: ReadonlyMap<UpstreamName, Provider>,
): Refusal {
  const provider = payload.kind === 'http' ? byUpstream.get(payload.upstream) : undefined
  const answer = provider === undefined ? refuseAsProblem(text) : provider.refuse(text)
  return { kind: 'refusal', ...text, answer }
}

/**
 * What found credentials are hashed with: this gate's own, for good, so that one can be told again.
 */
function openSalt(folder: string, random: Random): Uint8Array {
  const file = join(folder, 'foreign.salt')
  if (!existsSync(file)) createFileDurably(file, random.bytes(32).toString('base64url'), 0o600)
  return readFileSync(file)
}
