import type { AskView } from '../../../src/api/console/asks/shapes.ts'
import type { Mandate } from '../../../src/domain/mandate.ts'
import type { AskId } from '../../../src/domain/names.ts'
import { post } from '../api.ts'
import { performAskGrant } from '../deeds.ts'

export async function answerAsk(
  ask: AskId,
  answer: 'refused' | 'told',
  note: string,
): Promise<AskView> {
  return post<AskView>('/api/asks/answer', { ask, answer, note })
}

/** What is signed is what is shown: these scopes, this agent, no longer than that. */
export async function grantAsk(
  { ask }: AskView,
  shown: Mandate,
  minutes: number,
): Promise<Mandate> {
  return performAskGrant({ kind: 'ask-grant', ask: ask.id, minutes }, shown)
}
