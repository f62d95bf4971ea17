// Policies in force, and what drafts would make of requests and of recorded traffic. Nothing here
// changes a policy: that is a file's business, and every load of it is recorded.
import { z } from 'zod'

import { reversibilityOf } from '../../../domain/effect.ts'
import { Fault } from '../../../domain/fault.ts'
import { instantOf } from '../../../domain/instant.ts'
import type { Impact } from '../../../domain/impact.ts'
import type { Mandate, Standing } from '../../../domain/mandate.ts'
import type { AgentName, MandateId } from '../../../domain/names.ts'
import { isNonEmpty, mapNonEmpty } from '../../../domain/nonempty.ts'
import type { NonEmpty } from '../../../domain/nonempty.ts'
import { showResource } from '../../../domain/resource.ts'
import { parseStrictJson } from '../../../languages/json/strict.ts'
import type { JsonValue } from '../../../languages/json/value.ts'
import type { Replay } from '../../../replay/replay.ts'
import { replayDaysMax } from '../../../replay/replay.ts'
import { ancestorsOf } from '../../../replay/standing.ts'
import { verdictTold } from '../../../replay/tally.ts'
import type { StoreReads } from '../../../store/store.ts'
import { environmentsOf, impactLines } from '../../../words/words.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonCall, PersonRoute } from '../route.ts'
import type { PolicyDesk } from './desk.ts'
import { draftCharactersMax, invalidDraft, withDraft } from './drafts.ts'
import type { ReplayAnswer, TriedAction, TryAnswer } from './shapes.ts'
import { policiesView } from './views.ts'

const draft = z.strictObject({
  file: z.string().max(200),
  text: z.string().max(draftCharactersMax),
})

const idPattern = /^[a-z0-9_-]{1,80}$/

const tryBody = z.strictObject({
  draft: draft.nullable(),
  /** JSON as `holdpoint inspect` takes it */
  request: z.string().max(32_768),
  /** a mandate's id, or an agent's name: then its newest mandate */
  mandate: z.string().regex(idPattern).optional(),
  agent: z.string().regex(idPattern).optional(),
})

const replayBody = z.strictObject({
  draft: draft.nullable(),
  days: z.int().min(1).max(replayDaysMax),
})

export const policyRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/policies',
    answer: ({ parts }) => {
      const { desk } = deskOf(parts)
      return { body: policiesView(desk, parts.store, parts.clock.now()) }
    },
  },
  {
    method: 'POST',
    path: '/api/policies/try',
    heavy: true,
    only: 'reads',
    answer: async (call) => ({ body: await orInvalid(() => tryRequest(call)) }),
  },
  {
    method: 'POST',
    path: '/api/policies/replay',
    heavy: true,
    only: 'reads',
    answer: async (call) => ({ body: await orInvalid(() => replayTraffic(call)) }),
  },
]

function deskOf({ policies, replay }: ConsoleParts): { desk: PolicyDesk; replay: Replay } {
  if (policies !== undefined && replay !== undefined) return { desk: policies, replay }
  throw new Fault('not-found', 'there are no policies to look at here')
}

/** An invalid draft is an answer, not a fault: whoever writes one gets it wrong at first. */
async function orInvalid<T extends object>(answer: () => Promise<T>): Promise<object> {
  try {
    return await answer()
  } catch (fault) {
    const invalid = invalidDraft(fault)
    if (invalid === null) throw fault
    return invalid
  }
}

async function replayTraffic({ parts, body, signal }: PersonCall): Promise<ReplayAnswer> {
  const { desk, replay } = deskOf(parts)
  const asked = read(replayBody, body)
  const policy = withDraft(desk, asked.draft)
  const since = instantOf(parts.clock.milliseconds() - asked.days * 86_400_000)
  const report = await replay.run({ since, ...(policy === null ? {} : { policy }) }, signal)
  return { kind: 'replayed', report }
}

async function tryRequest({ parts, body, signal }: PersonCall): Promise<TryAnswer> {
  const { desk, replay } = deskOf(parts)
  const asked = read(tryBody, body)
  const drafted = withDraft(desk, asked.draft)
  const standing = standingFor(parts.store, parts.clock.now(), asked)
  const written = requestIn(asked.request)
  if (written.kind !== 'json') return { kind: 'not-a-request', says: written.says }
  const found = await desk.read(written.value)
  if (found.kind === 'error') return { kind: 'not-a-request', says: found.says }
  if (found.kind === 'unread') return found
  const impacts = desk.place(found.actions)
  const sets = drafted === null ? ([null] as const) : ([null, drafted] as const)
  const verdicts = await replay.judge({ sets, standing, impacts }, signal)
  if (!isNonEmpty(verdicts)) throw new Fault('bug', 'a case came back without its verdict')
  const [active, other] = mapNonEmpty(verdicts, verdictTold)
  return {
    kind: 'tried',
    actions: actionsIn(impacts),
    environments: environmentsOf({ impacts }),
    impact: impactLines({ impacts }),
    measured: active.kind !== 'deny' && impacts.some(({ action }) => action.trial !== undefined),
    ...{ active, draft: other ?? null },
  }
}

const requestLimits = { bytesMax: 65_536, depthMax: 32, nodesMax: 5_000 }

function requestIn(
  text: string,
): { kind: 'json'; value: JsonValue } | { kind: 'refused'; says: string } {
  const parsed = parseStrictJson(Buffer.from(text), requestLimits)
  if (parsed.kind !== 'refused') return { kind: 'json', value: parsed.value }
  return { kind: 'refused', says: `the request was not read: ${parsed.why}` }
}

function standingFor(
  store: StoreReads,
  now: Standing['mandate']['expiresAt'],
  asked: Readonly<{ mandate?: string | undefined; agent?: string | undefined }>,
): Standing {
  const mandate =
    asked.mandate === undefined
      ? newestOf(store, now, asked.agent as AgentName | undefined)
      : store.mandate(asked.mandate as MandateId)?.mandate
  if (mandate === undefined) {
    throw new Fault('mandate-none', 'there is no such mandate; choose one that was granted')
  }
  const { agent, grantedBy, expiresAt } = mandate
  return {
    ...{ agent, owner: store.agent(agent)?.owner ?? grantedBy, mandate },
    lease: { id: 'none' as Standing['lease']['id'], expiresAt },
    ancestors: ancestorsOf(store, mandate),
  }
}

function newestOf(
  store: StoreReads,
  now: Standing['mandate']['expiresAt'],
  agent: AgentName | undefined,
): Mandate | undefined {
  const standing = store
    .mandates()
    .filter(({ mandate, endedAt }) => endedAt === null && mandate.expiresAt > now)
  return standing.findLast(({ mandate }) => mandate.agent === agent)?.mandate
}

function actionsIn(impacts: NonEmpty<Impact>): readonly TriedAction[] {
  return impacts.flatMap(({ action }) =>
    action.effects.map((effect) => ({
      ...{ verb: action.verb, effect: effect.kind, reversibility: reversibilityOf(effect) },
      resource: effect.kind === 'unknown' ? null : showResource(effect.resource),
    })),
  )
}
