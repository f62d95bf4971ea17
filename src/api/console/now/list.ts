import type { AgentName } from '../../../domain/names.ts'
import type { Decision } from '../../../domain/decision.ts'
import type { Verdict } from '../../../domain/verdict.ts'
import type { FactSearch, StoreReads } from '../../../store/store.ts'
import { canonicalJson } from '../../../wire/canonical-json.ts'
import type { ActionList, ActionSummary } from './shapes.ts'
import { holdMetBy, isDecided, summaryOfRecord } from './summary.ts'

export interface ActionQuestion {
  readonly limit: number
  readonly before?: number | undefined
  /** null: strangers */
  readonly agent?: AgentName | null | undefined
  readonly verdict?: Verdict['kind'] | undefined
}

/** What was decided, newest first. One bounded stretch of the log; it may hold nothing wanted. */
export function listActions(
  store: Pick<StoreReads, 'search' | 'decision' | 'holdFor'>,
  question: ActionQuestion,
): ActionList {
  const { entries, next } = store.search(searchOf(question))
  const wanted = entries.filter(isDecided).filter(({ fact }) => matches(fact.decision, question))
  const actions = wanted.flatMap(({ fact }) => summaryOf(store, fact.decision) ?? [])
  return { actions, next }
}

function summaryOf(
  store: Pick<StoreReads, 'decision' | 'holdFor'>,
  { id }: Decision,
): ActionSummary | null {
  const record = store.decision(id)
  if (record === null) return null
  const summary = summaryOfRecord(record)
  return { ...summary, hold: summary.hold ?? holdMetBy(store, record.decision) }
}

/**
 * The rarer of what is looked for, as it stands in an entry. Inside of texts the quotation marks
 * are escaped, so that nothing an agent writes is found by it; `matches` looks again all the same.
 */
function searchOf({ before, limit, agent, verdict }: ActionQuestion): FactSearch {
  const text =
    verdict !== undefined && verdict !== 'allow'
      ? `"kind":"${verdict}"`
      : agent === undefined
        ? null
        : `"agent":${canonicalJson(agent)}`
  return {
    ...{ kinds: ['decided'], limit },
    ...(before === undefined ? {} : { before }),
    ...(text === null ? {} : { text }),
  }
}

function matches(decision: Decision, { agent, verdict }: ActionQuestion): boolean {
  const isAgents = agent === undefined || decision.agent === agent
  return isAgents && (verdict === undefined || decision.verdict.kind === verdict)
}
