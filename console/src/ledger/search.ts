// What of the ledger is on show, as the page's address says it.
export interface LedgerSearch {
  readonly entry?: number | undefined
  readonly before?: number | undefined
  readonly text?: string | undefined
  readonly kinds?: string | undefined
}

export function readLedgerSearch(given: Readonly<Record<string, unknown>>): LedgerSearch {
  const [entry, before] = [indexOf(given['entry']), indexOf(given['before'])]
  const [text, kinds] = [textOf(given['text']), textOf(given['kinds'])]
  return {
    ...(entry === null ? {} : { entry }),
    ...(before === null ? {} : { before }),
    ...(text === null ? {} : { text }),
    ...(kinds === null ? {} : { kinds }),
  }
}

function indexOf(given: unknown): number | null {
  const value = typeof given === 'string' ? Number(given) : given
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

function textOf(given: unknown): string | null {
  return typeof given === 'string' && given !== '' && given.length <= 400 ? given : null
}

/** The path that answers it; what is open for reading is asked for apart. */
export function pathOf({ before, text, kinds }: LedgerSearch): string {
  const query = new URLSearchParams()
  if (before !== undefined) query.set('before', String(before))
  if (text !== undefined) query.set('text', text)
  if (kinds !== undefined) query.set('kinds', kinds)
  const asked = query.toString()
  return asked === '' ? '/api/ledger' : `/api/ledger?${asked}`
}

/** Kinds of facts as people look for them. */
export const kindGroups = [
  ['Everything', ''],
  ['Decisions', 'decided'],
  ['Holds and answers', 'held,approved,settled,claimed'],
  ['What ran, and how it ended', 'sent,ended,repeated,guarded,undone'],
  ['Stops and breakers', 'tripped,resumed,killed,kill-lifted'],
  [
    'Agents, mandates, leases',
    'agent-added,mandate-granted,mandate-revoked,lease-issued,lease-revoked',
  ],
  ['People and sign-in', 'enrolment-opened,person-enrolled,passkey-revoked,signing-in,signed-in'],
  ['Policies', 'started,policies-loaded,policies-rejected'],
  ['Secrets', 'secret-put,secret-removed'],
  ['The gate itself', 'discovering,measuring,administering'],
  [
    'Messages and evidence',
    'notifying,notified,push-subscribed,push-unsubscribed,evidence-exported',
  ],
] as const
