import type { Instant } from '../../../domain/names.ts'
import { stateAt } from '../../../holds/rules.ts'
import type { HoldRecord } from '../../../store/store.ts'
import { environmentsOf, reversibilityWords, sentenceWords } from '../../../words/words.ts'
import type { HoldSummary } from './shapes.ts'

export function summaryOf(record: HoldRecord, now: Instant): HoldSummary {
  const { hold, decision } = record
  return {
    id: hold.id,
    state: stateAt(record, now),
    sentence: sentenceWords(decision),
    environments: environmentsOf(decision),
    reversibility: reversibilityWords(decision),
    agent: hold.agent,
    release: hold.release,
    openedAt: hold.openedAt,
    expiresAt: hold.expiresAt,
  }
}
