import { z } from 'zod'

import type { Ask } from '../../../domain/ask.ts'
import { Fault } from '../../../domain/fault.ts'
import type { AskId, PersonName } from '../../../domain/names.ts'
import type { AskRecord } from '../../../store/store.ts'
import { mandateWords, scopesWords } from '../../../words/mandate.ts'
import { environmentsIn } from '../../../words/words.ts'
import type { Asks } from '../../asks.ts'
import type { ConsoleParts } from '../parts.ts'
import { read } from '../route.ts'
import type { PersonRoute } from '../route.ts'
import type { AskList, AskView } from './shapes.ts'

const answerBody = z.strictObject({
  ask: z
    .string()
    .regex(/^ask_[a-z0-9]{1,40}$/)
    .transform((id) => id as AskId),
  answer: z.enum(['refused', 'told']),
  note: z.string().max(1000),
})

export const askRoutes: readonly PersonRoute[] = [
  {
    method: 'GET',
    path: '/api/asks',
    answer: ({ parts, person }) => ({ body: listAsks(parts, person) }),
  },
  {
    method: 'POST',
    path: '/api/asks/answer',
    answer: async ({ parts, person, body }) => {
      const { ask, answer, note } = read(answerBody, body)
      const record = await asksOf(parts).answer(ask, answer, person, note)
      return { body: viewOf(parts, record, person) }
    },
  },
]

function asksOf({ asks }: ConsoleParts): Asks {
  if (asks !== undefined) return asks
  throw new Fault('not-found', 'no agent can ask anything here')
}

function listAsks(parts: ConsoleParts, person: PersonName): AskList {
  const records = parts.asks?.list() ?? []
  const waiting = records.filter(({ state }) => state.kind === 'waiting')
  const over = records.filter(({ state }) => state.kind !== 'waiting')
  return {
    now: parts.clock.now(),
    asks: [...waiting, ...over].map((record) => viewOf(parts, record, person)),
    waiting: waiting.length,
  }
}

function viewOf(parts: ConsoleParts, record: AskRecord, person: PersonName): AskView {
  const { ask, words, state } = record
  const mandate = parts.store.mandate(ask.mandate)?.mandate
  const drafted = state.kind === 'waiting' ? draftOf(parts, record, person) : null
  return {
    ...{ ask, words, state, owner: parts.store.agent(ask.agent)?.owner ?? null },
    mandate: mandate === undefined ? null : { task: mandate.task, words: mandateWords(mandate) },
    draft: drafted?.mandate ?? null,
    more: ask.wants.kind === 'access' ? scopesWords(ask.wants) : null,
    environments: environmentsOf(parts, ask),
    whyNot: drafted?.whyNot ?? null,
  }
}

function environmentsOf({ inventory }: ConsoleParts, { wants }: Ask): AskView['environments'] {
  if (wants.kind !== 'access') return []
  const patterns = wants.scopes.flatMap(({ environments }) => environments)
  return environmentsIn(patterns, inventory?.().environments ?? [])
}

type Drafted = Pick<AskView, 'whyNot'> & Readonly<{ mandate: AskView['draft'] }>

function draftOf(parts: ConsoleParts, { ask }: AskRecord, person: PersonName): Drafted | null {
  if (ask.wants.kind !== 'access') return null
  try {
    return { mandate: asksOf(parts).draft(ask.id, person, ask.wants.minutes), whyNot: null }
  } catch (fault) {
    if (fault instanceof Fault) return { mandate: null, whyNot: fault.message }
    throw fault
  }
}
