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

/** looked through without a pause, and for one answer */
const stretch = 2000
const stretchesMax = 10

/**
 * What was decided, newest first, from a bounded part of the log; there may be nothing in it. The
 * gate does something else in between, so that nobody waits for a person who looks for what is
 * rare.
 */
export async function listActions(
  store: Pick<StoreReads, 'search' | 'decision' | 'holdFor'>,
  question: ActionQuestion,
): Promise<ActionList> {
  const actions: ActionSummary[] = []
  let next: number | null = question.before ?? null
  for (let i = 0; i < stretchesMax; i++) {
    const limit = question.limit - actions.length
    const found = store.search({ ...searchOf({ ...question, limit }, next), stretch })
    const wanted = found.entries.filter(isDecided)
    for (const { fact } of wanted.filter((one) => matches(one.fact.decision, question))) {
      actions.push(...summaryOf(store, fact.decision))
    }
    next = found.next
    if (next === null || actions.length >= question.limit) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { actions, next }
}

function summaryOf(
  store: Pick<StoreReads, 'decision' | 'holdFor'>,
  { id }: Decision,
): readonly ActionSummary[] {
  const record = store.decision(id)
  if (record === null) return []
  const summary = summaryOfRecord(record)
  return [{ ...summary, hold: summary.hold ?? holdMetBy(store, record.decision) }]
}

/**
 * The rarer of what is looked for, as it stands in an entry. Inside of texts the quotation marks
 * are escaped, so that nothing an agent writes is found by it; `matches` looks again all the same.
 */
function searchOf({ limit, agent, verdict }: ActionQuestion, before: number | null): FactSearch {
  const text =
    verdict !== undefined && verdict !== 'allow'
      ? `"kind":"${verdict}"`
      : agent === undefined
        ? null
        : `"agent":${canonicalJson(agent)}`
  return {
    ...{ kinds: ['decided'], limit },
    ...(before === null ? {} : { before }),
    ...(text === null ? {} : { text }),
  }
}

function matches(decision: Decision, { agent, verdict }: ActionQuestion): boolean {
  const isAgents = agent === undefined || decision.agent === agent
  return isAgents && (verdict === undefined || decision.verdict.kind === verdict)
}
