// Words that page, Markdown and PDF have in common.
import type { Word } from '../words/words.ts'
import type { ActionEnd, EventTopic, Incident, IncidentScope, Phase } from './incident.ts'
import { counted, own, say } from './say.ts'

export const endWords: Readonly<Record<ActionEnd, string>> = {
  allowed: 'allowed, not sent',
  denied: 'refused by the gate',
  waiting: 'waits for a person; nothing was sent',
  refused: 'refused by a person; nothing was sent',
  expired: 'nobody answered; nothing was sent',
  withdrawn: 'withdrawn; nothing was sent',
  released: 'released, not sent again yet',
  unguarded: 'released or allowed, but a safeguard failed; nothing was sent',
  sent: 'sent; no outcome is written yet',
  succeeded: 'ran, and succeeded',
  failed: 'sent, and failed',
  unknown: 'sent; whether it happened is NOT known',
  undone: 'ran, and was taken back whole',
}

export const phaseWords: Readonly<Record<Phase, string>> = {
  asked: 'Asked',
  tried: 'Tried',
  judged: 'Judged',
  held: 'Held',
  answered: 'Answered',
  released: 'Released',
  refused: 'Refused',
  ended: 'Ended',
  spent: 'Spent',
  safeguard: 'Safeguard',
  sent: 'Sent',
  outcome: 'Outcome',
  undone: 'Taken back',
}

export const topicWords: Readonly<Record<EventTopic, string>> = {
  breaker: 'Breaker',
  stop: 'Stop',
  grant: 'Access',
  people: 'People',
  policies: 'Policies',
  message: 'Message',
  keeping: 'Keeping',
  record: 'Record',
}

export const supportsWords =
  'This record supports evidence for the controls below. Whether a control is met is for whoever ' +
  'assesses it to say.'

export function scopeWords(scope: IncidentScope): readonly Word[] {
  if (scope.kind === 'decision') return say`Everything about decision ${scope.decision}`
  const whose = scope.agent === null ? [own(', of every agent')] : say`, of agent ${scope.agent}`
  return [own(`From ${scope.since} to ${scope.until}`), ...whose]
}

/** How much of the record this is. */
export function extentWords({ span, entries, more, untold }: Incident): readonly string[] {
  if (span === null) return ['Nothing is in the record.']
  return [
    `${counted(entries, 'entry', 'entries')} of the ledger, between ${span.from} and ${span.to}, ` +
      `written from ${span.since} to ${span.until}.`,
    ...(more
      ? ['There is more in this range than can be told at once: the newest is here. Choose less.']
      : []),
    ...(untold === 0
      ? []
      : [
          `${counted(untold, 'entry', 'entries')} of these, of Holdpoint’s own looking, ` +
            'are not told in the story.',
        ]),
  ]
}

export const verifyWords: readonly string[] = [
  'Take the verifier key of the ledger from somewhere that you trust, not from this file alone: ' +
    '`holdpoint ledger key` prints it.',
  'Check the Ed25519 signature of the checkpoint with it (C2SP signed-note).',
  'For each entry, SHA-256 of a zero byte and its bytes is its leaf hash; with the hashes of its ' +
    'proof, from the leaf’s sibling up, it leads to the root in the checkpoint (RFC 6962 2.1.1).',
  'docs/formats/evidence.md and docs/formats/ledger.md say this in full; none of Holdpoint’s code ' +
    'is needed. docs/formats/release.md says how the passkey of an answer is verified.',
]
