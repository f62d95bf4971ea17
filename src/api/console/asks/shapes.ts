// What the console's page is told. The page imports this file, so it holds types alone.
import type { Ask, AskState, AskWords } from '../../../domain/ask.ts'
import type { Mandate } from '../../../domain/mandate.ts'
import type { Instant, PersonName } from '../../../domain/names.ts'
import type { MandateWords } from '../../../words/mandate.ts'
import type { EnvironmentWords } from '../../../words/words.ts'

export interface AskList {
  readonly now: Instant
  /** those that wait first, then newest first */
  readonly asks: readonly AskView[]
  /** how many wait for a person */
  readonly waiting: number
}

export interface AskView {
  readonly ask: Ask
  readonly words: AskWords
  readonly state: AskState
  readonly owner: PersonName | null
  /** what the agent was asked to do, and may do already */
  readonly mandate: Readonly<{ task: string; words: MandateWords }> | null
  /** the mandate that a yes would grant now, for as long as was asked; null where there is none */
  readonly draft: Mandate | null
  /** that, in words; null where it asks for no access */
  readonly more: string | null
  /** where that is, most protected first; empty where it asks for no access */
  readonly environments: readonly EnvironmentWords[]
  /** why a yes cannot be given; null when it can */
  readonly whyNot: string | null
}
