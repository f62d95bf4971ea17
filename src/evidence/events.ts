// What happens beside actions: grants, trips, stops, people, policies, messages.
import type { Fact, FactKind, LedgerEntry } from '../domain/fact.ts'
import { factWords } from '../words/entries.ts'
import { scopesWords } from '../words/mandate.ts'
import type { Word } from '../words/words.ts'
import type { EventChapter, EventTopic } from './incident.ts'
import { own, say } from './say.ts'

/** `record` for what has no row: it is told, whatever it is. */
const topics: Readonly<Partial<Record<FactKind, EventTopic>>> = {
  tripped: 'breaker',
  resumed: 'breaker',
  killed: 'stop',
  'kill-lifted': 'stop',
  'agent-added': 'grant',
  'mandate-granted': 'grant',
  'mandate-revoked': 'grant',
  'lease-issued': 'grant',
  'lease-revoked': 'grant',
  asked: 'grant',
  'ask-answered': 'grant',
  'secret-put': 'grant',
  'secret-removed': 'grant',
  'enrolment-opened': 'people',
  'person-enrolled': 'people',
  'passkey-revoked': 'people',
  'signed-in': 'people',
  'push-subscribed': 'people',
  'push-unsubscribed': 'people',
  started: 'policies',
  'policies-loaded': 'policies',
  'policies-rejected': 'policies',
  notifying: 'message',
  notified: 'message',
  administering: 'keeping',
}

export function eventOf({ index, at, fact }: LedgerEntry): EventChapter {
  return { kind: 'event', topic: topics[fact.kind] ?? 'record', index, at, words: wordsOf(fact) }
}

/** Where somebody else's words are in it, they are set apart. */
function wordsOf(fact: Fact): readonly Word[] {
  switch (fact.kind) {
    case 'tripped':
      return say`${fact.agent} was frozen by its breaker (${fact.reason}): ${fact.says}`
    case 'resumed':
      return say`${fact.by} let ${fact.agent} go on`
    case 'killed':
      return say`${fact.by} stopped ${fact.agent ?? 'every agent'}`
    case 'kill-lifted':
      return say`${fact.by} lifted the stop of ${fact.agent ?? 'every agent'}`
    case 'agent-added':
      return say`agent ${fact.agent} was added; ${fact.owner} answers for it`
    case 'mandate-granted':
      return say`${fact.mandate.grantedBy} granted ${fact.mandate.agent} a mandate: ${fact.mandate.task}`
    case 'mandate-revoked':
      return say`${fact.by} revoked mandate ${fact.mandate}`
    case 'lease-issued':
      return say`${fact.by} issued lease ${fact.lease.id} to ${fact.lease.agent}`
    case 'lease-revoked':
      return say`${fact.by} revoked lease ${fact.lease}`
    case 'asked':
      return fact.ask.wants.kind === 'help'
        ? say`${fact.ask.agent} said that it was stuck (${fact.ask.id})`
        : say`${fact.ask.agent} asked for more than its mandate: ${scopesWords(fact.ask.wants)}`
    case 'ask-answered':
      return fact.answer === 'told'
        ? say`${fact.by} answered ${fact.ask}: ${fact.note}`
        : say`${fact.by} refused ${fact.ask}: ${fact.note}`
    case 'policies-rejected':
      return say`changed policies were refused, the old ones stay: ${fact.why}`
    case 'started':
      return say`the gate started, version ${fact.version}, with policies ${fact.policies}`
    case 'policies-loaded':
      return say`policies ${fact.policies} were loaded`
    case 'signed-in':
      return fact.how.kind === 'passkey'
        ? say`${fact.person} signed in with a passkey`
        : say`${fact.person} signed in by ${fact.how.issuer} as ${fact.how.subject}`
    case 'notifying':
      return say`${fact.channel} is being told of ${fact.about} (${fact.topic})`
    case 'notified':
      return fact.end.kind === 'delivered'
        ? say`${fact.channel} was told of ${fact.about} (${fact.topic})`
        : say`${fact.channel} was NOT told of ${fact.about} (${fact.topic}): ${fact.end.why}`
    case 'evidence-exported':
      return say`${fact.by} exported evidence of entries ${String(fact.from)} to ${String(fact.to)}`
    default:
      return [own(factWords(fact))]
  }
}
