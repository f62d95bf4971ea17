// Judges again what was judged before, by other policies or under another mandate: same impacts,
// another verdict. Reads the record and changes nothing. Read in small pieces, judged in a worker:
// the gate never waits for it.
import type { Decision } from '../domain/decision.ts'
import { Fault } from '../domain/fault.ts'
import { instantOf, millisecondsOf } from '../domain/instant.ts'
import type { Standing } from '../domain/mandate.ts'
import type { Digest, Instant, PersonName } from '../domain/names.ts'
import { isNonEmpty } from '../domain/nonempty.ts'
import type { NonEmpty } from '../domain/nonempty.ts'
import type { Verdict } from '../domain/verdict.ts'
import type { PolicySource } from '../policy/policy.ts'
import type { StoreReads } from '../store/store.ts'
import type { Clock } from '../system/clock.ts'
import { openJudge, stoppedFault } from './judge.ts'
import type { Case, Judge, OpenJudge } from './judge.ts'
import type { ReplayAsked, ReplayReport, SkipReason, Traffic } from './report.ts'
import { ancestorsOf, standingThen, wideningsOf } from './standing.ts'
import { createTally } from './tally.ts'
import type { Decided, Tally } from './tally.ts'
import { createTurns } from './turns.ts'

export type { ReplayAsked, ReplayReport } from './report.ts'

export interface Replay {
  /**
   * One at a time; a few may wait. Rejects with Fault('policy-invalid') for a set that is not
   * valid, Fault('replay-busy') when too many wait, Fault('stopped') when the signal says so.
   */
  readonly run: (asked: ReplayAsked, signal?: AbortSignal) => Promise<ReplayReport>
  /** What each set makes of one case; null is the set in force. Rejects as `run` does. */
  readonly judge: (asked: JudgeAsked, signal?: AbortSignal) => Promise<readonly Verdict[]>
}

export interface JudgeAsked extends Case {
  readonly sets: NonEmpty<readonly PolicySource[] | null>
}

export interface ReplayOptions {
  readonly store: StoreReads
  readonly clock: Clock
  /** the set in force, as it was loaded */
  readonly inForce: () => Readonly<{ digest: Digest; sources: readonly PolicySource[] }>
  /** text of `schema.cedarschema` */
  readonly schema: string
  /** a worker, unless a test says otherwise */
  readonly judge?: OpenJudge
}

export const replayDaysMax = 7
export const replayDecisionsMax = 10_000
const dayMilliseconds = 86_400_000
/** entries of all kinds that are passed by in the search for those decisions */
const entriesMax = 200_000
const runMillisecondsMax = 60_000
/** decisions read at once: each has at most 64 KiB, and reading them is all that the gate does */
const pageSize = 8
const waitingMax = 4

export function createReplay(options: ReplayOptions): Replay {
  const runs = createTurns(waitingMax)
  const questions = createTurns(waitingMax)
  return {
    run: (asked, signal) => runs.take(() => runAlone(options, asked, signal)),
    judge: (asked, signal) => questions.take(() => judgeOne(options, asked, signal)),
  }
}

async function judgeOne(
  { inForce, schema, judge: open = openJudge }: ReplayOptions,
  { sets, standing, impacts }: JudgeAsked,
  signal: AbortSignal | undefined,
): Promise<readonly Verdict[]> {
  const { sources } = inForce()
  const judge = await open({ schema, sets: sets.map((set) => set ?? sources), signal })
  try {
    const verdicts: Verdict[] = []
    for (const at of sets.keys()) {
      verdicts.push(...(await judge.judge(at, [{ standing, impacts }])))
    }
    return verdicts
  } finally {
    await judge.close()
  }
}

async function runAlone(
  options: ReplayOptions,
  asked: ReplayAsked,
  signal: AbortSignal | undefined,
): Promise<ReplayReport> {
  if (signal?.aborted === true) throw stoppedFault()
  const { inForce, schema, judge: open = openJudge } = options
  const { sources, digest } = inForce()
  const judge = await open({ schema, sets: [asked.policy ?? sources], signal })
  try {
    return await judgeAgain(options, asked, { judge, inForce: digest, signal })
  } finally {
    await judge.close()
  }
}

interface Running {
  readonly judge: Judge
  readonly inForce: Digest
  readonly signal: AbortSignal | undefined
}

async function judgeAgain(
  { store, clock }: ReplayOptions,
  asked: ReplayAsked,
  { judge, inForce, signal }: Running,
): Promise<ReplayReport> {
  const startedAt = clock.milliseconds()
  const until = clock.now()
  const since = sinceOf(asked.since, startedAt)
  const traffic = trafficOf(asked)
  const standings = createStandings(store, asked)
  const tally = createTally()
  const top = store.head().size
  let before: number | null = top
  let read = 0
  let stoppedBy: ReplayReport['stoppedBy'] = null
  while (before !== null && stoppedBy === null) {
    const limit = Math.min(pageSize, replayDecisionsMax - read)
    const { entries, next } = store.search({ before, kinds: ['decided'], since, limit })
    const page = (entries as readonly Decided[]).filter((entry) => isOf(traffic, entry))
    read += page.length
    await judgePage(page, { judge, inForce, standings, tally })
    await nextTurn()
    if (signal?.aborted === true) throw stoppedFault()
    before = next
    if (next === null) continue
    if (read >= replayDecisionsMax) stoppedBy = 'decisions'
    else if (top - next > entriesMax) stoppedBy = 'entries'
    else if (clock.milliseconds() - startedAt > runMillisecondsMax) stoppedBy = 'time'
  }
  const [policies = inForce] = judge.digests
  return { since, until, policies, stoppedBy, ...tally.report() }
}

function sinceOf(since: Instant, now: number): Instant {
  const earliest = now - replayDaysMax * dayMilliseconds
  return instantOf(Math.max(earliest, millisecondsOf(since)))
}

function trafficOf({ mandate, traffic }: ReplayAsked): Traffic {
  return traffic ?? { agent: mandate?.agent ?? null, mandate: null }
}

function isOf({ agent, mandate }: Traffic, { fact: { decision } }: Decided): boolean {
  if (agent !== null && decision.agent !== agent) return false
  return mandate === null || decision.mandate === mandate
}

/** Lets whatever waits have its turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

interface Judging extends Pick<Running, 'judge' | 'inForce'> {
  readonly standings: Standings
  readonly tally: Tally
}

async function judgePage(
  page: readonly Decided[],
  { judge, inForce, standings, tally }: Judging,
): Promise<void> {
  const kept: Decided[] = []
  const cases: Case[] = []
  for (const entry of page) {
    const found = caseOf(entry.fact.decision, standings)
    if (typeof found === 'string') {
      tally.leaveOut(found)
      continue
    }
    kept.push(entry)
    cases.push(found)
  }
  if (cases.length === 0) return
  const verdicts = await judge.judge(0, cases)
  for (const [at, entry] of kept.entries()) {
    const would = verdicts[at]
    if (would === undefined) throw new Fault('bug', 'a case came back without its verdict')
    tally.count(entry, would, entry.fact.decision.policies !== inForce)
  }
}

/** What policy had no part in is not judged again: it would have been refused in any case. */
function caseOf(decision: Decision, standings: Standings): Case | SkipReason {
  const { impacts, verdict } = decision
  if (!isNonEmpty(impacts)) return 'not-read'
  if (verdict.because[0].code.startsWith('breaker-')) return 'breaker'
  const standing = standings.of(decision)
  return standing === null ? 'standing-unknown' : { standing, impacts }
}

interface Standings {
  /** the same object for the same lease: verdicts are remembered by it */
  of(decision: Decision): Standing | null
}

const standingsMax = 10_000

function createStandings(store: StoreReads, { mandate }: ReplayAsked): Standings {
  const known = new Map<string, Standing | null>()
  const instead = mandate === undefined ? null : candidate(store, mandate)
  const widenings = wideningsOf(store)
  return {
    of(decision) {
      if (instead !== null) return instead
      const { agent, lease, mandate: under } = decision
      const wide = widenings.length === 0 ? '' : decision.at
      const key = `${agent ?? ''} ${lease ?? ''} ${under ?? ''} ${wide}`
      const found = known.get(key)
      if (found !== undefined || known.size >= standingsMax) return found ?? null
      const standing = standingThen(store, decision, widenings)
      known.set(key, standing)
      return standing
    },
  }
}

/** Who would have stood for all of it. Policies do not ask about the lease. */
function candidate(store: StoreReads, mandate: NonNullable<ReplayAsked['mandate']>): Standing {
  const { agent, grantedBy, expiresAt } = mandate
  const owner: PersonName = store.agent(agent)?.owner ?? grantedBy
  const lease: Standing['lease'] = { id: 'candidate' as Standing['lease']['id'], expiresAt }
  return { agent, owner, lease, mandate, ancestors: ancestorsOf(store, mandate) }
}
