// The actions that a page holds: newest first, without gaps between them, ten thousand at most.
// What comes while a person reads waits until they want it.
import type {
  ActionList,
  ActionsEvent,
  ActionSummary,
} from '../../../src/api/console/now/shapes.ts'

export interface ActionFilter {
  /** null: of every agent; empty: strangers */
  readonly agent: string | null
  readonly verdict: ActionSummary['verdict'] | null
}

export interface StreamView {
  /** newest first */
  readonly rows: readonly ActionSummary[]
  /** how many came while it was held still */
  readonly fresh: number
  /** how many came too fast to be told */
  readonly leftOut: number
  /** whether the gate has answered yet what there is */
  readonly isKnown: boolean
  /** `before` for what is older; null when there is nothing further back */
  readonly older: number | null
}

export interface ActionStream {
  readonly view: () => StreamView
  readonly subscribe: (listener: () => void) => () => void
  /** What the event stream said. */
  readonly take: (event: ActionsEvent) => void
  /** What was asked for: the newest, whether they are here already or not. */
  readonly merge: (list: ActionList) => void
  /** The same, where too much has passed since: what was here is let go. */
  readonly replace: (list: ActionList) => void
  /** What is older than all that is here. */
  readonly append: (list: ActionList) => void
  readonly holdStill: (still: boolean) => void
  readonly showFresh: () => void
  /** down to which entry the newest must be asked for, to know all that was missed */
  readonly knownDownTo: () => number | null
}

export const rowsMax = 10_000
/** outcomes that came before their action did */
const endedMax = 2000
/** how far back an outcome that was missed is looked for */
const underWayMax = 1000

type Outcomes = ReadonlyMap<string, ActionSummary['outcome']>
type Rows = readonly ActionSummary[]

interface State {
  readonly rows: Rows
  /** newer than all rows */
  readonly fresh: Rows
  /** every entry from here on is known; Infinity before anything is */
  readonly bottom: number
  readonly leftOut: number
  /** the last outcomes that were told */
  readonly ended: Outcomes
}

const nothing: State = { rows: [], fresh: [], bottom: Infinity, leftOut: 0, ended: new Map() }

export function createActionStream(filter: ActionFilter): ActionStream {
  let state = nothing
  let isStill = false
  let view = viewOf(state)
  const listeners = new Set<() => void>()

  function become(next: State): void {
    state = bounded(isStill ? next : shown(next))
    view = viewOf(state)
    for (const listener of listeners) listener()
  }

  return {
    view: () => view,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    take: (event) => become(taken(state, event, filter)),
    merge: (list) => become(merged(state, list, isStill)),
    replace: (list) => become(merged({ ...nothing, ended: state.ended }, list, false)),
    append: (list) => become(appended(state, list)),
    showFresh: () => become(shown(state)),
    holdStill(still) {
      if (still === isStill) return
      isStill = still
      if (!still && state.fresh.length > 0) become(state)
    },
    knownDownTo() {
      const all = [...state.fresh, ...state.rows]
      const underWay = all.slice(0, underWayMax).findLast(isUnderWay)
      return underWay?.index ?? all[0]?.index ?? null
    },
  }
}

function viewOf({ rows, fresh, bottom, leftOut }: State): StreamView {
  const isAll = bottom === 0 || bottom === Infinity
  const isKnown = bottom !== Infinity
  return { rows, fresh: fresh.length, leftOut, isKnown, older: isAll ? null : bottom }
}

function taken(state: State, event: ActionsEvent, filter: ActionFilter): State {
  const told: Outcomes = new Map(event.ended.map((one) => [one.decision, one.outcome]))
  const ended = newest([...state.ended, ...told])
  const last = state.fresh[0]?.index ?? state.rows[0]?.index ?? -1
  const wanted = event.decided.filter((one) => one.index > last && matches(one, filter))
  return {
    ...{ ended, bottom: state.bottom, leftOut: state.leftOut + event.leftOut },
    rows: withOutcomes(state.rows, told),
    fresh: [...withOutcomes(wanted, ended).toReversed(), ...withOutcomes(state.fresh, told)],
  }
}

function merged(state: State, list: ActionList, isStill: boolean): State {
  const newestShown = isStill ? (state.rows[0]?.index ?? -1) : Infinity
  const known = new Map([...state.rows, ...state.fresh].map((row) => [row.index, row]))
  for (const row of withOutcomes(list.actions, state.ended)) known.set(row.index, row)
  const all = [...known.values()].sort((a, b) => b.index - a.index)
  return {
    ...state,
    rows: all.filter(({ index }) => index <= newestShown),
    fresh: all.filter(({ index }) => index > newestShown),
    bottom: Math.min(state.bottom, list.next ?? 0),
  }
}

function appended(state: State, list: ActionList): State {
  const last = state.rows.at(-1)?.index ?? Infinity
  const more = list.actions.filter(({ index }) => index < last)
  const rows = [...state.rows, ...withOutcomes(more, state.ended)]
  return { ...state, rows, bottom: Math.min(state.bottom, list.next ?? 0) }
}

function shown(state: State): State {
  return { ...state, rows: [...state.fresh, ...state.rows], fresh: [] }
}

/** What is beyond the limit is at the bottom, and can be asked for again. */
function bounded(state: State): State {
  const fresh = state.fresh.slice(0, rowsMax)
  if (state.rows.length <= rowsMax) return { ...state, fresh }
  const rows = state.rows.slice(0, rowsMax)
  return { ...state, fresh, rows, bottom: rows.at(-1)?.index ?? state.bottom }
}

export function matches(
  { agent, verdict }: ActionSummary,
  { agent: wantedAgent, verdict: wantedVerdict }: ActionFilter,
): boolean {
  const isAgents = wantedAgent === null || (agent ?? '') === wantedAgent
  return isAgents && (wantedVerdict === null || verdict === wantedVerdict)
}

/** The path that asks the gate for them. */
export function pathOf(
  { agent, verdict }: ActionFilter,
  before: number | null,
  limit: number,
): string {
  const query = new URLSearchParams({ limit: String(limit) })
  if (before !== null) query.set('before', String(before))
  if (agent !== null) query.set('agent', agent)
  if (verdict !== null) query.set('verdict', verdict)
  return `/api/actions?${query.toString()}`
}

function isUnderWay({ verdict, outcome }: ActionSummary): boolean {
  return verdict === 'allow' && outcome === null
}

/** The same rows, and the same objects where nothing changed. */
function withOutcomes(rows: Rows, outcomes: Outcomes): Rows {
  const isOver = (row: ActionSummary): boolean => row.outcome === null && outcomes.has(row.decision)
  if (outcomes.size === 0 || !rows.some(isOver)) return rows
  return rows.map((row) =>
    isOver(row) ? { ...row, outcome: outcomes.get(row.decision) ?? null } : row,
  )
}

function newest(outcomes: readonly (readonly [string, ActionSummary['outcome']])[]): Outcomes {
  return new Map(outcomes.slice(-endedMax))
}
