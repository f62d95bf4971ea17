// One action, step by step. A step stands on one entry.
import type { Decision } from '../domain/decision.ts'
import type { Attention, AttentionMark, FactOf, LedgerEntry } from '../domain/fact.ts'
import { unreachable } from '../domain/fault.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { ReleaseRule } from '../domain/verdict.ts'
import { undoneWords } from '../words/entries.ts'
import { impactLines, sentenceWords } from '../words/words.ts'
import type { Word } from '../words/words.ts'
import type { Detail, Step, Told } from './incident.ts'
import { counted, joined, lasting, name, own, say } from './say.ts'

/** What an entry says in the story; a `decided` says what was tried and what was judged. */
type Said = Pick<Step, 'phase' | 'words' | 'details'>

export function stepsOf(group: readonly LedgerEntry[], told: Told): readonly Step[] {
  const asked = askedStep(group, told)
  const steps = group.flatMap((entry, at) =>
    saidOf(entry, group.slice(0, at)).map((said) => ({
      ...said,
      index: entry.index,
      at: entry.at,
    })),
  )
  return asked === null ? steps : [asked, ...steps]
}

/** Who asked, in the words of the mandate under which the agent came. */
function askedStep(group: readonly LedgerEntry[], told: Told): Step | null {
  const decision = group.flatMap(({ fact }) => (fact.kind === 'decided' ? [fact.decision] : []))[0]
  const granted = told.mandates.get(decision?.mandate ?? '')
  if (decision === undefined || granted === undefined) return null
  const { mandate } = granted.fact
  const issued = told.leases.get(decision.lease ?? '')
  const owner = told.owners.get(mandate.agent)
  const scopes = mandate.scopes.map(({ effects, environments, resources }) => ({
    label: 'may',
    words: [
      own(`${effects.join(', ')} in `),
      ...joined(environments),
      own(' on '),
      ...joined(resources),
    ],
  }))
  return {
    phase: 'asked',
    index: granted.index,
    at: granted.at,
    words: say`${mandate.grantedBy} asked ${mandate.agent}: ${mandate.task}`,
    details: [
      ...scopes,
      detail('until', own(mandate.expiresAt)),
      ...(owner === undefined ? [] : [detail('answers for the agent', name(owner))]),
      detail('mandate', name(mandate.id)),
      ...(issued === undefined
        ? []
        : [
            {
              label: 'lease',
              words: [name(issued.fact.lease.id), ...say` issued by ${issued.fact.by}`],
            },
          ]),
    ],
  }
}

function saidOf(entry: LedgerEntry, before: readonly LedgerEntry[]): readonly Said[] {
  const { fact } = entry
  switch (fact.kind) {
    case 'decided':
      return decidedSaid(fact.decision, before)
    case 'held':
      return [heldSaid(fact)]
    case 'approved':
      return [approvedSaid(fact)]
    case 'settled':
      return [settledSaid(fact, before)]
    case 'claimed':
      return [just('spent', say`the release was spent, once, on ${fact.decision}`)]
    case 'guarded':
      return [guardedSaid(fact)]
    case 'sent':
      return [just('sent', say`it was sent to ${fact.upstream}`)]
    case 'ended':
      return [just('outcome', outcomeSaid(fact.outcome))]
    case 'repeated':
      return [just('sent', [own(`it was read ${counted(fact.count, 'more time')} in its session`)])]
    case 'undone':
      return [just('undone', [...say`${fact.by} took it back: `, own(undoneWords(fact))])]
    default:
      return []
  }
}

function decidedSaid(decision: Decision, before: readonly LedgerEntry[]): readonly Said[] {
  const { request, verdict, impacts } = decision
  const again = before.length > 0
  const waiting = again && verdict.kind === 'hold'
  const tried: Said = {
    phase: 'tried',
    words: waiting
      ? say`${decision.agent ?? 'a stranger'} sent the same request again`
      : sentenceWords(decision),
    details: [
      detail('request', name(request.line)),
      detail('digest', name(request.digest)),
      detail('door', own(request.door)),
      ...(waiting || impacts.length === 0
        ? []
        : impactLines(decision).map((line) => detail('reaches', name(line.trim())))),
      ...(request.foreignCredential === null
        ? []
        : [detail('a credential that Holdpoint did not issue', name(request.foreignCredential))]),
    ],
  }
  return waiting ? [tried] : [tried, judgedSaid(decision)]
}

const verdicts = { allow: 'allowed', hold: 'not sent; a person must release it', deny: 'denied' }

function judgedSaid({ id, verdict, policies }: Decision): Said {
  const [first, ...rest] = verdict.because
  return {
    phase: 'judged',
    words: [own(`${verdicts[verdict.kind]}, because `), name(first.says), own(` (${first.code})`)],
    details: [
      ...rest.map(({ code, says }) => ({ label: 'also', words: [name(says), own(` (${code})`)] })),
      ...(verdict.kind === 'deny' && verdict.instead !== ''
        ? [detail('told instead', name(verdict.instead))]
        : []),
      ...(verdict.kind !== 'deny' && verdict.safeguards.length > 0
        ? [{ label: 'safeguards', words: joined(verdict.safeguards) }]
        : []),
      detail('decision', name(id)),
      detail('policies', name(policies)),
    ],
  }
}

const rules: Readonly<Record<ReleaseRule, string>> = {
  owner: 'one owner or approver may release it',
  'other-person': 'somebody who did not grant the mandate may release it',
  'two-person': 'two people must release it, neither of whom granted the mandate',
}

function heldSaid({ hold }: FactOf<'held'>): Said {
  return {
    phase: 'held',
    words: [own(`held for a person: ${rules[hold.release]}; silence means no`)],
    details: [
      detail('hold', name(hold.id)),
      detail('until', own(hold.expiresAt)),
      ...(hold.safeguards.length === 0
        ? []
        : [{ label: 'must succeed first', words: joined(hold.safeguards) }]),
    ],
  }
}

function approvedSaid({ binding, assertion, attention, batch }: FactOf<'approved'>): Said {
  return {
    phase: 'answered',
    words: [...say`${binding.person} said yes with a passkey`, own(lookedFor(attention))],
    details: [
      ...attentionDetails(attention),
      ...(batch === undefined
        ? []
        : [detail('one passkey answered', own(counted(batch.length, 'hold')))]),
      detail('passkey', name(assertion.passkey)),
      detail('of the request', name(binding.request)),
    ],
  }
}

function settledSaid(
  { hold, settlement }: FactOf<'settled'>,
  before: readonly LedgerEntry[],
): Said {
  switch (settlement.kind) {
    case 'released': {
      const looked = before.flatMap(({ fact }) =>
        fact.kind === 'approved' && fact.hold === hold ? [fact.attention] : [],
      )
      const longest = looked.length === 1 ? lookedFor(looked[0]) : ''
      const words = [own('released by '), ...joined(settlement.by), own(longest)]
      return { phase: 'released', words, details: [] }
    }
    case 'refused':
      return {
        phase: 'refused',
        words: [
          ...say`refused by ${settlement.by}`,
          own(lookedFor(settlement.attention)),
          ...(settlement.note === '' ? [] : say`, who told the agent: ${settlement.note}`),
        ],
        details: [
          ...attentionDetails(settlement.attention),
          detail('passkey', name(settlement.assertion.passkey)),
        ],
      }
    case 'expired':
      return just('ended', [own('nobody answered in time, and silence means no')])
    case 'withdrawn':
      return just('ended', say`withdrawn: ${settlement.why}`)
    default:
      return unreachable(settlement)
  }
}

function lookedFor(attention: Attention | undefined): string {
  if (attention === undefined || attention.milliseconds === null) return ''
  const hasty = attention.marks.includes('hasty') ? ', in haste' : ''
  return `, after ${lasting(attention.milliseconds)}${hasty}`
}

const marks: Readonly<Record<AttentionMark, string>> = {
  hasty: 'answered within three seconds of being shown it',
  'impact-unseen': 'the whole impact had not come into view',
  'not-shown': 'it had not been opened',
}

/** Whether the person looked: what automation bias is asked by. */
function attentionDetails(attention: Attention | undefined): readonly Detail[] {
  if (attention === undefined) return [detail('attention', own('not measured'))]
  const { milliseconds, impactSeen, together } = attention
  return [
    detail('looked for', own(milliseconds === null ? 'it was never shown' : lasting(milliseconds))),
    detail('the whole impact came into view', own(impactSeen ? 'yes' : 'no')),
    ...(together > 1 ? [detail('answered together', own(counted(together, 'hold')))] : []),
    ...attention.marks.map((mark) => detail('marked', own(marks[mark]))),
  ]
}

function guardedSaid({ safeguard, proof }: FactOf<'guarded'>): Said {
  return proof.kind === 'failed'
    ? just('safeguard', say`safeguard ${safeguard} FAILED, so nothing was sent: ${proof.why}`)
    : {
        phase: 'safeguard',
        words: say`safeguard ${safeguard} is proven: ${proof.says}`,
        details: [
          detail('artefact', name(proof.artefact)),
          detail('bytes', own(proof.bytes.toLocaleString('en'))),
          detail('sha256', name(proof.sha256)),
        ],
      }
}

function outcomeSaid(outcome: Outcome): readonly Word[] {
  switch (outcome.kind) {
    case 'succeeded':
      return [own(`it succeeded (${outcome.status})`)]
    case 'failed':
      return say`it failed: ${outcome.code}`
    case 'unknown':
      return say`whether it happened is NOT known: ${outcome.why}`
    default:
      return unreachable(outcome)
  }
}

function just(phase: Step['phase'], words: readonly Word[]): Said {
  return { phase, words, details: [] }
}

function detail(label: string, word: Word): Detail {
  return { label, words: [word] }
}
