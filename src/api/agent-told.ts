// What an agent is told of what it waits for, and what to do next.
import type { Ask, AskState } from '../domain/ask.ts'
import type { HoldState } from '../domain/hold.ts'
import type { HoldRecord } from '../store/store.ts'
import { sentenceOf } from '../words/words.ts'

/** As the agent whose hold it is may know it. */
export function holdTold({ hold, decision }: HoldRecord, state: HoldState): object {
  return {
    hold: hold.id,
    state: state.kind,
    ...(state.kind === 'refused' && state.note !== '' ? { note: state.note } : {}),
    ...(state.kind === 'withdrawn' ? { why: state.why } : {}),
    expires_at: hold.expiresAt,
    asked: sentenceOf(decision),
    next: holdNext[state.kind],
  }
}

const holdNext: Readonly<Record<HoldState['kind'], string>> = {
  waiting: 'a person has not answered yet; wait again, and do not try another way',
  released: 'send that same request again, unchanged, before it expires; it passes once',
  refused: 'a person said no; do not send it again, and ask what to do instead',
  expired: 'nobody answered, which is a no; ask the person you work for before you send it again',
  withdrawn: 'it will not be answered any more; ask the person you work for how to go on',
  spent: 'it was let through already, once; read the present state before you do anything else',
}

export function askTold({ id, expiresAt, wants }: Ask, state: AskState): object {
  return {
    id,
    wants: wants.kind,
    state: state.kind,
    ...(state.kind === 'refused' || state.kind === 'told' ? { note: state.note } : {}),
    ...(state.kind === 'granted' ? { until: state.until } : {}),
    expires_at: expiresAt,
    next: askNext[state.kind],
  }
}

const askNext: Readonly<Record<AskState['kind'], string>> = {
  waiting: 'a person has not answered yet; wait again, and do not try another way',
  granted: 'your mandate is wider now, with the same lease; `whoami` says how',
  refused: 'a person said no; do not look for another way',
  told: 'do as the note says',
  expired: 'nobody answered, which is a no; ask the person you work for',
}
