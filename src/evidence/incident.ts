// The story of what happened, made of ledger entries and of nothing else: who asked, what the agent
// tried, what was refused, who released, what ran, how it ended. Nothing here judges.
import type { Decision } from '../domain/decision.ts'
import { worstEffect } from '../domain/effect.ts'
import type { EffectKind } from '../domain/effect.ts'
import type { FactKind, FactOf, LedgerEntry } from '../domain/fact.ts'
import type { AgentName, DecisionId, Instant } from '../domain/names.ts'
import { environmentsOf, sentenceWords } from '../words/words.ts'
import type { EnvironmentWords, Word } from '../words/words.ts'
import { supportsOf } from './controls.ts'
import type { Support } from './controls.ts'
import { eventOf } from './events.ts'
import { stepsOf } from './steps.ts'

/** What was asked for: one action with all that became of it, or a stretch of time. */
export type IncidentScope =
  | Readonly<{ kind: 'decision'; decision: DecisionId }>
  | Readonly<{ kind: 'range'; since: Instant; until: Instant; agent: AgentName | null }>

export interface Incident {
  readonly scope: IncidentScope
  /** lowest and highest index among its entries; null for none */
  readonly span: Readonly<{ from: number; to: number; since: Instant; until: Instant }> | null
  readonly entries: number
  /** there was more in the range than is told: the newest are here */
  readonly more: boolean
  /** entries of Holdpoint's own looking, which are in the record and not in the story */
  readonly untold: number
  /** in order of time, each by its first entry */
  readonly chapters: readonly Chapter[]
  readonly supports: readonly Support[]
}

export type Chapter = ActionChapter | ReadsChapter | EventChapter

export interface ActionChapter {
  readonly kind: 'action'
  readonly decision: DecisionId
  readonly at: Instant
  readonly index: number
  readonly agent: string | null
  readonly sentence: readonly Word[]
  readonly environments: readonly EnvironmentWords[]
  readonly effect: EffectKind | null
  readonly end: ActionEnd
  readonly steps: readonly Step[]
}

/** How far an action came. */
export type ActionEnd =
  | 'allowed'
  | 'denied'
  | 'waiting'
  | 'refused'
  | 'expired'
  | 'withdrawn'
  | 'released'
  | 'unguarded'
  | 'sent'
  | 'succeeded'
  | 'failed'
  | 'unknown'
  | 'undone'

/** Reads that were allowed, one after the other. */
export interface ReadsChapter {
  readonly kind: 'reads'
  readonly agent: string | null
  readonly at: Instant
  readonly until: Instant
  readonly index: number
  readonly environments: readonly EnvironmentWords[]
  readonly reads: readonly Readonly<{ index: number; at: Instant; sentence: readonly Word[] }>[]
}

export interface EventChapter {
  readonly kind: 'event'
  readonly topic: EventTopic
  readonly at: Instant
  readonly index: number
  readonly words: readonly Word[]
}

export type EventTopic =
  'breaker' | 'stop' | 'grant' | 'people' | 'policies' | 'message' | 'keeping' | 'record'

export type Phase =
  | 'asked'
  | 'tried'
  | 'judged'
  | 'held'
  | 'answered'
  | 'released'
  | 'refused'
  | 'ended'
  | 'spent'
  | 'safeguard'
  | 'sent'
  | 'outcome'
  | 'undone'

export interface Step {
  readonly phase: Phase
  readonly index: number
  readonly at: Instant
  readonly words: readonly Word[]
  readonly details: readonly Detail[]
}

export interface Detail {
  readonly label: string
  readonly words: readonly Word[]
}

/** Entries by what they are about. */
export interface Told {
  readonly entries: readonly LedgerEntry[]
  readonly mandates: ReadonlyMap<string, EntryWith<'mandate-granted'>>
  readonly leases: ReadonlyMap<string, EntryWith<'lease-issued'>>
  /** who answers for an agent */
  readonly owners: ReadonlyMap<string, string>
}

export type EntryWith<K extends FactKind> = LedgerEntry & Readonly<{ fact: FactOf<K> }>

/** Holdpoint looked, so that it knew; nothing of anyone's was changed by it. */
const looking: readonly FactKind[] = ['discovering', 'measuring', 'signing-in']
const readsTogetherMin = 2

const grants: readonly FactKind[] = ['agent-added', 'mandate-granted', 'lease-issued']

/** Read for what it says of an action, which tells it; not itself of the time in question. */
function isBackground({ at, fact }: LedgerEntry, scope: IncidentScope): boolean {
  return grants.includes(fact.kind) && (scope.kind === 'decision' || at < scope.since)
}

/** `entries` in any order; each at most once. */
export function reconstruct(
  scope: IncidentScope,
  given: readonly LedgerEntry[],
  more: boolean,
): Incident {
  const entries = given.toSorted((a, b) => a.index - b.index)
  const [first, last] = [entries[0], entries.at(-1)]
  const actions = groupActions(entries)
  const inActions = new Set(actions.flat().map(({ index }) => index))
  const told = {
    entries,
    mandates: mandatesIn(entries),
    leases: leasesIn(entries),
    owners: ownersIn(entries),
  }
  const events = entries
    .filter(({ index }) => !inActions.has(index))
    .filter((entry) => !looking.includes(entry.fact.kind) && !isBackground(entry, scope))
    .map(eventOf)
  const stories = actions.map((group) => actionOf(group, told))
  const chapters = [...stories, ...events].sort((a, b) => a.index - b.index)
  return {
    scope,
    span:
      first === undefined || last === undefined
        ? null
        : { from: first.index, to: last.index, since: first.at, until: last.at },
    entries: entries.length,
    more,
    untold: entries.filter(({ fact }) => looking.includes(fact.kind)).length,
    chapters: scope.kind === 'range' ? together(chapters) : chapters,
    supports: supportsOf(entries),
  }
}

function mandatesIn(entries: readonly LedgerEntry[]): Told['mandates'] {
  return new Map(
    entries.flatMap((entry) => {
      const { fact } = entry
      return fact.kind === 'mandate-granted' ? [[fact.mandate.id, { ...entry, fact }] as const] : []
    }),
  )
}

function leasesIn(entries: readonly LedgerEntry[]): Told['leases'] {
  return new Map(
    entries.flatMap((entry) => {
      const { fact } = entry
      return fact.kind === 'lease-issued' ? [[fact.lease.id, { ...entry, fact }] as const] : []
    }),
  )
}

function ownersIn(entries: readonly LedgerEntry[]): Told['owners'] {
  return new Map(
    entries.flatMap(({ fact }) =>
      fact.kind === 'agent-added' ? [[fact.agent, fact.owner] as const] : [],
    ),
  )
}

/**
 * What belongs to one action: its decision, its hold and the answers to it, every try of the same
 * request while it was held, and the decision on which the release was spent.
 */
function groupActions(entries: readonly LedgerEntry[]): readonly (readonly LedgerEntry[])[] {
  const byDecision = new Map<string, LedgerEntry[]>()
  const byHold = new Map<string, LedgerEntry[]>()
  const byRequest = new Map<string, LedgerEntry[]>()
  const groups: LedgerEntry[][] = []

  function begin(entry: LedgerEntry, { id }: Decision): LedgerEntry[] {
    const group = [entry]
    groups.push(group)
    byDecision.set(id, group)
    return group
  }

  for (const entry of entries) {
    const { fact } = entry
    if (fact.kind === 'decided') {
      const { decision } = fact
      const known = decision.verdict.kind === 'hold' ? byRequest.get(sameOf(decision)) : undefined
      known?.push(entry)
      if (known === undefined) begin(entry, decision)
      else byDecision.set(decision.id, known)
    } else if (fact.kind === 'held') {
      const group = byDecision.get(fact.hold.decision)
      if (group === undefined) continue
      // The answer of an earlier hold is spent or over: this is another action.
      const isNew = group.some((each) => each.fact.kind === 'held')
      const decided = isNew ? group.pop() : undefined
      const own = decided?.fact.kind === 'decided' ? begin(decided, decided.fact.decision) : group
      own.push(entry)
      byHold.set(fact.hold.id, own)
      byRequest.set(`${fact.hold.request} ${fact.hold.lease}`, own)
    } else ownerOf(entry, byDecision, byHold)?.push(entry)
  }
  return groups
}

function sameOf({ request, lease }: Decision): string {
  return `${request.digest} ${lease ?? ''}`
}

function ownerOf<T>(
  { fact }: LedgerEntry,
  byDecision: ReadonlyMap<string, T>,
  byHold: ReadonlyMap<string, T>,
): T | undefined {
  switch (fact.kind) {
    case 'approved':
    case 'settled':
      return byHold.get(fact.hold)
    case 'claimed':
      return byHold.get(fact.hold) ?? byDecision.get(fact.decision)
    case 'guarded':
    case 'sent':
    case 'ended':
    case 'repeated':
    case 'undone':
      return byDecision.get(fact.decision)
    default:
      return undefined
  }
}

function actionOf(group: readonly LedgerEntry[], told: Told): ActionChapter {
  const decided = group.flatMap(({ fact }) => (fact.kind === 'decided' ? [fact.decision] : []))
  const [decision] = decided
  const [first] = group
  if (decision === undefined || first === undefined) throw new Error('a group has a decision')
  return {
    kind: 'action',
    decision: decision.id,
    at: first.at,
    index: first.index,
    agent: decision.agent,
    sentence: sentenceWords(decision),
    environments: decision.impacts.length === 0 ? [] : environmentsOf(decision),
    effect: worstOf(decision),
    end: endOf(group),
    steps: stepsOf(group, told),
  }
}

function worstOf({ impacts }: Decision): EffectKind | null {
  const [first, ...rest] = impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
  return first === undefined ? null : worstEffect(first, ...rest).kind
}

/** The last word about it. */
function endOf(group: readonly LedgerEntry[]): ActionEnd {
  return group.reduce<ActionEnd | null>((end, { fact }) => endAfter(end, fact), null) ?? 'denied'
}

function endAfter(end: ActionEnd | null, fact: LedgerEntry['fact']): ActionEnd | null {
  switch (fact.kind) {
    case 'decided':
      return afterDecided(end, fact.decision)
    case 'held':
      return 'waiting'
    case 'settled':
      return fact.settlement.kind
    case 'guarded':
      return fact.proof.kind === 'failed' ? 'unguarded' : end
    case 'sent':
      return 'sent'
    case 'ended':
      return fact.outcome.kind
    case 'undone':
      return fact.equal ? 'undone' : end
    default:
      return end
  }
}

/** Asking again for what waits, or was answered, changes nothing about it. */
function afterDecided(end: ActionEnd | null, { verdict }: Decision): ActionEnd {
  if (verdict.kind === 'hold') return end ?? 'denied'
  return verdict.kind === 'allow' ? 'allowed' : 'denied'
}

/** Reads that went through, one after the other, are told at once. */
function together(chapters: readonly Chapter[]): readonly Chapter[] {
  const told: Chapter[] = []
  let run: ActionChapter[] = []
  const close = (): void => {
    told.push(...(run.length < readsTogetherMin ? run : [readsOf(run)]))
    run = []
  }
  for (const chapter of chapters) {
    if (chapter.kind !== 'action' || !isPlainRead(chapter)) {
      close()
      told.push(chapter)
      continue
    }
    if (run.length > 0 && run[0]?.agent !== chapter.agent) close()
    run.push(chapter)
  }
  close()
  return told
}

function isPlainRead({ effect, end, steps }: ActionChapter): boolean {
  return effect === 'read' && end === 'succeeded' && !steps.some(({ phase }) => phase === 'held')
}

function readsOf(run: readonly ActionChapter[]): ReadsChapter {
  const [first, last] = [run[0], run.at(-1)]
  if (first === undefined || last === undefined) throw new Error('a run has reads')
  const environments = new Map(
    run.flatMap((each) => each.environments.map((one) => [one.banner, one] as const)),
  )
  return {
    kind: 'reads',
    agent: first.agent,
    at: first.at,
    until: last.at,
    index: first.index,
    environments: [...environments.values()],
    reads: run.map(({ index, at, sentence }) => ({ index, at, sentence })),
  }
}
