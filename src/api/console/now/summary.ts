import type { Decision } from '../../../domain/decision.ts'
import type { LedgerEntry } from '../../../domain/fact.ts'
import { assert } from '../../../domain/fault.ts'
import type { HoldId } from '../../../domain/names.ts'
import type { DecisionRecord, EntryOf, StoreReads } from '../../../store/store.ts'
import { inert } from '../../../wire/inert.ts'
import { blowsOf, environmentsOf, sentenceWords } from '../../../words/words.ts'
import type { EnvironmentWords, Word } from '../../../words/words.ts'
import type { ActionSummary } from './shapes.ts'

/** a row is one line: longer names are cut, the hold and the incident show them whole */
const nameCharactersMax = 120
const lineCharactersMax = 160
const environmentsMax = 6
const wordsMax = 30

/** What became of it, where the caller knows. */
export type Became = Partial<Pick<ActionSummary, 'outcome' | 'hold'>>

/** A `decided` entry on one line. */
export function summaryOfDecided(
  { index, at, fact: { decision } }: EntryOf<'decided'>,
  { outcome = null, hold = null }: Became = {},
): ActionSummary {
  const [reason] = decision.verdict.because
  return {
    ...{ index, decision: decision.id, at, agent: decision.agent, outcome, hold },
    sentence: shortSentence(sentenceWords(decision)),
    environments: environmentsOf(decision).slice(0, environmentsMax).map(shortEnvironment),
    effect: blowsOf(decision)[0]?.hit.effect.kind ?? 'unknown',
    verdict: decision.verdict.kind,
    because: reason.code,
    says: short(inert(reason.says), lineCharactersMax),
    line: short(inert(decision.request.line), lineCharactersMax),
  }
}

/** The same with what became of it, from the entries about it. */
export function summaryOfRecord(record: DecisionRecord): ActionSummary {
  const entry = record.history.find(({ index }) => index === record.index)
  assert(entry !== undefined && isDecided(entry), 'a history begins with its decision')
  return summaryOfDecided(entry, becameOf(record.history))
}

export function isDecided(entry: LedgerEntry): entry is EntryOf<'decided'> {
  return entry.fact.kind === 'decided'
}

function becameOf(history: readonly LedgerEntry[]): Became {
  let became: Became = {}
  for (const { fact } of history) {
    if (fact.kind === 'held') became = { ...became, hold: fact.hold.id }
    if (fact.kind === 'ended') became = { ...became, outcome: fact.outcome.kind }
  }
  return became
}

/** The hold at which a decision waits: its own, or an earlier one for the same request. */
export function holdMetBy(store: Pick<StoreReads, 'holdFor'>, decision: Decision): HoldId | null {
  if (decision.verdict.kind !== 'hold' || decision.lease === null) return null
  return store.holdFor(decision.request.digest, decision.lease)?.hold.id ?? null
}

function shortSentence(words: readonly Word[]): readonly Word[] {
  const shown = words.slice(0, wordsMax).map(shortWord)
  return words.length <= wordsMax ? shown : [...shown, { kind: 'own', text: ' and more…' }]
}

function shortWord({ kind, text }: Word): Word {
  return kind === 'own' ? { kind, text } : { kind, text: short(text, nameCharactersMax) }
}

function shortEnvironment(words: EnvironmentWords): EnvironmentWords {
  const { name, protection, banner } = words
  if (banner.length <= nameCharactersMax) return words
  const shown = name === null ? null : short(name, nameCharactersMax)
  return { name: shown, protection, banner: `${short(banner, nameCharactersMax)} · ${protection}` }
}

/** Never cut through an escape, which would read as something else. */
function short(text: string, charactersMax: number): string {
  if (text.length <= charactersMax) return text
  return `${text.slice(0, charactersMax).replace(/⟨[^⟩]*$|[\ud800-\udbff]$/u, '')}…`
}
