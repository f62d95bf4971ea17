// Counts what a replay finds. The same request under the same mandate is one request, however
// often it came: a held one is sent again and again until somebody answers.
import { effectKinds, worstEffect } from '../domain/effect.ts'
import type { EffectKind } from '../domain/effect.ts'
import type { Decision } from '../domain/decision.ts'
import type { EntryOf } from '../store/store.ts'
import type { SafeguardName } from '../domain/names.ts'
import type { Verdict } from '../domain/verdict.ts'
import { environmentsOf, sentenceWords } from '../words/words.ts'
import type {
  ReplayCell,
  ReplayChange,
  ReplayReport,
  Skipped,
  SkipReason,
  VerdictKind,
  VerdictTold,
} from './report.ts'

export type Decided = EntryOf<'decided'>

type Tallied = Omit<ReplayReport, 'since' | 'until' | 'policies' | 'stoppedBy'>

export interface Tally {
  leaveOut(why: SkipReason): void
  count(entry: Decided, would: Verdict, isOfOtherPolicies: boolean): void
  report(): Tallied
}

const changesMax = 200
const strictness: Readonly<Record<VerdictKind, number>> = { allow: 0, hold: 1, deny: 2 }

interface Cell {
  readonly was: VerdictKind
  readonly would: VerdictKind
  decisions: number
  readonly requests: Set<string>
}

export function createTally(): Tally {
  const skipped = new Map<SkipReason, number>()
  const cells = new Map<string, Cell>()
  const requests = new Set<string>()
  const amended = { decisions: 0, requests: new Set<string>() }
  const changes = createChanges()
  let judged = 0
  let underOtherPolicies = 0
  let unmeasured = 0

  function cellOf(was: VerdictKind, would: VerdictKind): Cell {
    const known = cells.get(`${was} ${would}`)
    if (known !== undefined) return known
    const cell: Cell = { was, would, decisions: 0, requests: new Set() }
    cells.set(`${was} ${would}`, cell)
    return cell
  }

  return {
    leaveOut: (why) => void skipped.set(why, (skipped.get(why) ?? 0) + 1),
    count(entry, would, isOfOtherPolicies) {
      const { decision } = entry.fact
      const request = `${decision.request.digest} ${decision.mandate ?? ''}`
      judged += 1
      requests.add(request)
      if (isOfOtherPolicies) underOtherPolicies += 1
      if (wasUnmeasured(decision)) unmeasured += 1
      const cell = cellOf(decision.verdict.kind, would.kind)
      cell.decisions += 1
      cell.requests.add(request)
      if (cell.was !== cell.would) changes.add(entry, request, would)
      else if (!alike(decision.verdict, would)) {
        amended.decisions += 1
        amended.requests.add(request)
      }
    },
    report() {
      const skips = [...skipped].map(([why, decisions]): Skipped => ({ why, decisions }))
      return {
        considered: judged + skips.reduce((sum, { decisions }) => sum + decisions, 0),
        ...{ judged, requests: requests.size, underOtherPolicies, unmeasured, skipped: skips },
        cells: [...cells.values()].sort(bySeverity).map(closed),
        amended: { decisions: amended.decisions, requests: amended.requests.size },
        ...changes.report(),
      }
    },
  }
}

function closed({ was, would, decisions, requests }: Cell): ReplayCell {
  return { was, would, decisions, requests: requests.size }
}

function bySeverity(a: Cell, b: Cell): number {
  return strictness[a.was] - strictness[b.was] || strictness[a.would] - strictness[b.would]
}

interface Found {
  readonly entry: Decided
  readonly would: Verdict
  times: number
}

interface Changes {
  add(entry: Decided, request: string, would: Verdict): void
  report(): Pick<ReplayReport, 'changes' | 'changed'>
}

/** What comes first is the newest: entries are given newest first. */
function createChanges(): Changes {
  const found = new Map<string, Found>()
  const isLoosened = ({ entry, would }: Found): boolean =>
    strictness[would.kind] < strictness[entry.fact.decision.verdict.kind]
  return {
    add(entry, request, would) {
      const key = `${request} ${entry.fact.decision.verdict.kind} ${would.kind}`
      const known = found.get(key)
      if (known !== undefined) known.times += 1
      else found.set(key, { entry, would, times: 1 })
    },
    report() {
      const all = [...found.values()]
      const loosened = all.filter(isLoosened)
      const tightened = all.filter((one) => !isLoosened(one))
      // Neither kind hides the other: each has half of the room, or what the other leaves.
      const room = Math.max(changesMax / 2, changesMax - tightened.length)
      const shown = [...loosened.slice(0, room), ...tightened].slice(0, changesMax)
      return { changes: shown.map((one) => told(one, isLoosened(one))), changed: all.length }
    },
  }
}

function told({ entry, would, times }: Found, loosened: boolean): ReplayChange {
  const { decision } = entry.fact
  return {
    ...{ decision: decision.id, index: entry.index, at: entry.at, agent: decision.agent },
    line: decision.request.line,
    sentence: sentenceWords(decision),
    environments: environmentsOf(decision),
    effect: worstOf(decision),
    ...{ was: verdictTold(decision.verdict), would: verdictTold(would) },
    ...{ loosened, unmeasured: wasUnmeasured(decision), times },
  }
}

function worstOf({ impacts }: Decision): EffectKind {
  const [first, ...rest] = impacts.flatMap(({ hits }) => hits.map(({ effect }) => effect))
  return first === undefined ? effectKinds[0] : worstEffect(first, ...rest).kind
}

export function verdictTold(verdict: Verdict): VerdictTold {
  return {
    ...{ kind: verdict.kind, because: verdict.because },
    safeguards: verdict.kind === 'deny' ? [] : policySafeguards(verdict.safeguards),
    release: verdict.kind === 'hold' ? verdict.release : null,
  }
}

/** What a trial kept adds this one, whatever the policies say. */
const capture = 'capture'

function policySafeguards(safeguards: readonly SafeguardName[]): readonly SafeguardName[] {
  return safeguards.filter((name) => name !== capture)
}

function alike(was: Verdict, would: Verdict): boolean {
  const summary = (verdict: Verdict): string => {
    const { kind, because, safeguards, release } = verdictTold(verdict)
    return JSON.stringify([kind, because.map(({ code }) => code).sort(), safeguards, release])
  }
  return summary(was) === summary(would)
}

/** What is denied at first sight is not tried, and what it would touch is never counted. */
function wasUnmeasured({ verdict, impacts }: Decision): boolean {
  return (
    verdict.kind === 'deny' &&
    impacts.some(
      ({ action, hits }) =>
        action.trial !== undefined && hits.every(({ rows }) => rows.kind === 'unknown'),
    )
  )
}
