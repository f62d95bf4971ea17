import { attentionWords } from './attention.ts'
import { scopesWords } from './mandate.ts'
import { sentenceOf } from './words.ts'
import type { Ask } from '../domain/ask.ts'
import type {
  AdministrativeWork,
  Fact,
  FactOf,
  LedgerEntry,
  NotifiedEnd,
  SafeguardProof,
  SignInMeans,
} from '../domain/fact.ts'
import { unreachable } from '../domain/fault.ts'
import type { Outcome } from '../domain/outcome.ts'
import { inert } from '../wire/inert.ts'

/** Under the words of an entry, where they take more than a line. */
export const entryIndent = ' '.repeat(30)

/** A fact on one line, for the log and for explanations. */
export function entryLine({ index, at, fact }: LedgerEntry): string {
  return `${String(index).padStart(6)}  ${at.slice(0, 19)}Z  ${factWords(fact)}`
}

export function factWords(fact: Fact): string {
  return administrationWords(fact) ?? inert(requestWords(fact))
}

function requestWords(fact: Fact): string {
  switch (fact.kind) {
    case 'decided': {
      const { decision } = fact
      const { verdict } = decision
      const told = decision.impacts.length === 0 ? decision.request.line : sentenceOf(decision)
      return `${verdict.kind.toUpperCase()} ${decision.id}: ${told} (${verdict.because[0].says})`
    }
    case 'held':
      return `held as ${fact.hold.id}, for ${fact.hold.decision}`
    case 'approved':
      return `approved ${fact.hold}: ${fact.binding.person} said yes${attentionWords(fact.attention)}`
    case 'settled':
      return `settled ${fact.hold}: ${settledWords(fact.settlement)}`
    case 'claimed':
      return `claimed ${fact.hold}, by ${fact.decision}`
    case 'guarded':
      return `guarded ${fact.decision} by ${fact.safeguard}: ${proofWords(fact.proof)}`
    case 'sent':
      return `sent ${fact.decision} to ${fact.upstream}`
    case 'ended':
      return `ended ${fact.decision}: ${outcomeWords(fact.outcome)}`
    case 'repeated':
      return `repeated ${fact.decision}: read ${fact.count} more times in its session`
    case 'undone':
      return `undone ${fact.decision} by ${fact.by}: ${undoneWords(fact)}`
    case 'tripped':
      return `TRIPPED ${fact.agent} (${fact.reason}): ${fact.says}; it is frozen`
    default:
      return fact.kind
  }
}

function settledWords(settlement: Extract<Fact, { kind: 'settled' }>['settlement']): string {
  switch (settlement.kind) {
    case 'released':
      return `released by ${settlement.by.join(' and ')}`
    case 'refused': {
      const how = attentionWords(settlement.attention)
      return `refused by ${settlement.by}${how}${settlement.note === '' ? '' : `: ${settlement.note}`}`
    }
    case 'expired':
      return 'expired; silence means no'
    case 'withdrawn':
      return `withdrawn: ${settlement.why}`
    default:
      return unreachable(settlement)
  }
}

function proofWords(proof: SafeguardProof): string {
  if (proof.kind === 'failed') return `FAILED, ${inert(proof.why)}`
  return `proven, ${inert(proof.says)}; it is ${inert(proof.artefact)}`
}

function outcomeWords(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'succeeded':
      return `succeeded (${outcome.status})`
    case 'failed':
      return `failed (${outcome.code})`
    case 'unknown':
      return `UNKNOWN: ${outcome.why}`
    default:
      return unreachable(outcome)
  }
}

export function undoneWords({ equal, conflicts }: FactOf<'undone'>): string {
  if (equal) return 'everything is as it was'
  const rows = conflicts === 1 ? '1 row has' : `${conflicts} rows have`
  return conflicts === 0 ? 'not all is as it was' : `${rows} changed since`
}

/** Of what people and the gate itself do; null for what becomes of requests. */
function administrationWords(fact: Fact): string | null {
  switch (fact.kind) {
    case 'started':
      return `started, version ${inert(fact.version)}`
    case 'policies-loaded':
      return `policies loaded, ${fact.policies.slice(0, 12)}`
    case 'policies-rejected':
      return `policies REJECTED, the old ones stay: ${inert(fact.why)}`
    case 'agent-added':
      return `agent ${fact.agent} added, owned by ${fact.owner}`
    case 'mandate-granted': {
      const { id, agent, grantedBy, task, widens } = fact.mandate
      const wider =
        widens === undefined ? '' : `, widening ${widens.mandate} as ${widens.ask} asked`
      return `mandate ${id} granted to ${agent} by ${grantedBy}${wider}: ${inert(task)}`
    }
    case 'mandate-revoked':
      return `mandate ${fact.mandate} revoked by ${fact.by}`
    case 'lease-issued':
      return `lease ${fact.lease.id} issued to ${fact.lease.agent} by ${fact.by}`
    case 'lease-revoked':
      return `lease ${fact.lease} revoked by ${fact.by}`
    case 'secret-put':
      return `secret ${fact.secret} put by ${fact.by}`
    case 'secret-removed':
      return `secret ${fact.secret} removed by ${fact.by}`
    case 'tool-pinned': {
      const { tool, upstream, definition, by } = fact
      const how = by === null ? 'as it was first seen' : `accepted by ${by}`
      return `tool ${inert(tool)} of ${upstream} pinned, ${definition.slice(0, 12)}: ${how}`
    }
    case 'advised':
      return advisedWords(fact)
    case 'discovering':
      return `looking at what exists at ${fact.upstream}`
    case 'measuring':
      return `trying a request at ${fact.upstream}, to see what it would touch`
    case 'administering':
      return `at ${fact.upstream}: ${workWords[fact.work]}, by ${fact.by ?? 'the gate itself'}`
    default:
      return peopleWords(fact)
  }
}

/** What a hook said is no verdict of the gate, and does not read like one. */
function advisedWords({ agent, verdict, codes, effect, snapshot }: FactOf<'advised'>): string {
  const what = effect === null ? 'something' : `something that would ${effect}`
  if (verdict === 'refuse') {
    return `advised ${agent} against ${what} (${codes.map((code) => inert(code)).join(', ')})`
  }
  const kept = snapshot === null ? '' : `, after snapshot ${snapshot.slice(0, 12)}`
  return `advised ${agent} that ${what} may run${kept}`
}

const workWords: Readonly<Record<AdministrativeWork, string>> = {
  enrol: 'installing what keeps data recoverable',
  unenrol: 'REMOVING what keeps data recoverable',
  status: 'looking at what is kept there',
  trash: 'looking at the trash',
  undo: 'taking a change back',
  purge: 'PURGING what was kept of a change',
  expire: 'dropping what is past its retention',
  export: 'copying a database out',
  verify: 'reading an export, to see whether it is whole',
  restore: 'restoring an export into a new database',
}

function signInWords(how: SignInMeans): string {
  if (how.kind === 'passkey') return `passkey ${how.passkey.slice(0, 12)}`
  return `${inert(how.issuer)} as ${inert(how.subject)}`
}

function notifiedWords(end: NotifiedEnd): string {
  const tries = end.attempts === 1 ? 'at once' : `after ${end.attempts} tries`
  return end.kind === 'delivered' ? `was told ${tries}` : `was NOT told: ${inert(end.why)}`
}

function topicWords({ topic, about }: Pick<FactOf<'notified'>, 'topic' | 'about'>): string {
  switch (topic) {
    case 'held':
      return `${inert(about)} waits`
    case 'escalated':
      return `${inert(about)} still waits`
    case 'asked':
      return `${inert(about)} waits for an answer`
    case 'tripped':
      return `${inert(about)} is frozen`
    case 'killed':
      return about === 'all' ? 'every agent was stopped' : `${inert(about)} was stopped`
    case 'test':
      return 'this is a test'
    default:
      return unreachable(topic)
  }
}

function askWords({ wants }: Ask): string {
  if (wants.kind === 'help') return 'says that it is stuck'
  return `asks for more, ${wants.minutes} minutes: ${scopesWords(wants)}`
}

function peopleWords(fact: Fact): string | null {
  switch (fact.kind) {
    case 'enrolment-opened': {
      const { person, roles, invitedBy } = fact.enrolment
      const by = invitedBy === null ? 'the terminal' : invitedBy
      return `enrolment of ${person} as ${roles.join(', ')} opened by ${by}`
    }
    case 'person-enrolled':
      return `${fact.person} enrolled as ${fact.roles.join(', ')}`
    case 'passkey-revoked':
      return `passkey ${fact.passkey.slice(0, 12)} revoked by ${fact.by}`
    case 'signing-in':
      return `asking ${inert(fact.issuer)} who somebody is`
    case 'signed-in':
      return `${fact.person} signed in by ${signInWords(fact.how)}`
    case 'notifying':
      return `telling ${inert(fact.channel)} that ${topicWords(fact)}`
    case 'notified':
      return `${inert(fact.channel)} ${notifiedWords(fact.end)}, that ${topicWords(fact)}`
    case 'push-subscribed':
      return `a browser of ${fact.person} is told of holds from now on`
    case 'push-unsubscribed':
      return `a browser of ${fact.person} is told of holds no more`
    case 'evidence-exported':
      return `evidence of entries ${fact.from} to ${fact.to} exported by ${fact.by}`
    case 'asked':
      return `${fact.ask.agent} ${askWords(fact.ask)} (${fact.ask.id})`
    case 'ask-answered':
      return `${fact.ask} ${fact.answer} by ${fact.by}${fact.note === '' ? '' : `: ${inert(fact.note)}`}`
    case 'resumed':
      return `${fact.agent} resumed by ${fact.by}`
    case 'killed':
      return `KILL SWITCH pulled for ${fact.agent ?? 'every agent'} by ${fact.by}`
    case 'kill-lifted':
      return `kill switch lifted for ${fact.agent ?? 'every agent'} by ${fact.by}`
    default:
      return null
  }
}
