// What each kind of deed is: as it is asked for, what would be signed, who may, and what it does.
import { z } from 'zod'

import type { Deed, DeedKind, SignedDeed } from '../domain/deed.ts'
import type { Lease, Role } from '../domain/fact.ts'
import { Fault, unreachable } from '../domain/fault.ts'
import type { Mandate } from '../domain/mandate.ts'
import { namePattern } from '../domain/names.ts'
import type {
  AgentName,
  AskId,
  Instant,
  MandateId,
  PasskeyId,
  PersonName,
} from '../domain/names.ts'
import type { Concealed } from '../domain/concealed.ts'
import { mayAnswer } from '../holds/rules.ts'
import type { StoreReads } from '../store/store.ts'
import { mandateRequestSchema } from './mandate-request.ts'
import type { Asks } from './asks.ts'
import type { People } from './people.ts'
import type { Powers } from './powers.ts'

/** a day: what an agent holds is short-lived */
export const leaseMinutesMax = 1440

const agent = z
  .string()
  .regex(namePattern)
  .transform((name) => name as AgentName)
const since = z.iso.datetime().transform((at) => at as Instant)
const mandate = z
  .string()
  .regex(/^[a-z0-9_]{1,80}$/)
  .transform((id) => id as MandateId)
const passkey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,1400}$/)
  .transform((id) => id as PasskeyId)
const person = z
  .string()
  .regex(namePattern)
  .transform((name) => name as PersonName)
const ask = z
  .string()
  .regex(/^ask_[a-z0-9]{1,40}$/)
  .transform((id) => id as AskId)
const minutes = z.int().min(1).max(leaseMinutesMax)

/** A deed as a person asks for it. A mandate is asked for in the words of a request. */
export const deedAsked = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('mandate-grant'), request: mandateRequestSchema }),
  z.strictObject({ kind: z.literal('ask-grant'), ask, minutes }),
  z.strictObject({ kind: z.literal('lease-issue'), agent, mandate, minutes }),
  z.strictObject({ kind: z.literal('kill-lift'), agent: agent.nullable(), since }),
  z.strictObject({ kind: z.literal('resume'), agent, since }),
  z.strictObject({ kind: z.literal('passkey-revoke'), passkey, person }),
])

export type DeedAsked = z.output<typeof deedAsked>
/** as the page writes it */
export type DeedWritten = z.input<typeof deedAsked>

/** What has been done. */
export type DeedDone = Readonly<
  | { kind: 'mandate-grant'; mandate: Mandate }
  | { kind: 'ask-grant'; mandate: Mandate }
  | { kind: 'lease-issue'; lease: Lease; token: Concealed }
  | { kind: 'kill-lift' }
  | { kind: 'resume' }
  | { kind: 'passkey-revoke' }
>

export interface DeedParts {
  readonly powers: Powers
  readonly asks: Pick<Asks, 'draft'>
  readonly store: StoreReads
  readonly people: Pick<People, 'checkRevocable' | 'revoke'>
}

type May = (roles: readonly Role[]) => boolean

/** whose passkey it is says who may */
const anyoneMay: May = () => true
const ownerMay: May = (roles) => mayAnswer(roles) && roles.includes('owner')

/** An auditor does none of these, whatever other role they have. */
const may: Readonly<Record<DeedKind, May>> = {
  'mandate-grant': ownerMay,
  'ask-grant': ownerMay,
  'lease-issue': ownerMay,
  'kill-lift': mayAnswer,
  resume: mayAnswer,
  'passkey-revoke': anyoneMay,
}

/** Throws unless this person may do a deed of this kind now. */
export function checkMayDo({ store }: DeedParts, person: PersonName, kind: DeedKind): void {
  const roles = store.person(person)?.roles ?? []
  if (may[kind](roles)) return
  const who = may[kind] === ownerMay ? 'only an owner' : 'only an owner or an approver'
  throw new Fault('may-not-answer', `${who} may do that; ask one`)
}

/** Exactly what would be done; throws when it could not be done now. */
export function bindDeed(
  { powers, people, store, asks }: DeedParts,
  asked: DeedAsked,
  by: PersonName,
): Deed {
  switch (asked.kind) {
    case 'mandate-grant':
      return { kind: asked.kind, mandate: powers.draftMandate(asked.request, by) }
    case 'ask-grant':
      return {
        ...{ kind: asked.kind, ask: asked.ask },
        mandate: powers.checkGrant(asks.draft(asked.ask, by, asked.minutes)),
      }
    case 'lease-issue':
      powers.mandateFor(asked)
      return asked
    case 'kill-lift':
      checkSame(powers.killOf(asked.agent).at, asked.since)
      return asked
    case 'resume':
      checkSame(powers.freezeOf(asked.agent).at, asked.since)
      return asked
    case 'passkey-revoke':
      people.checkRevocable(by, asked.passkey)
      if (store.passkey(asked.passkey)?.person !== asked.person) {
        throw new Fault('deed-changed', 'it is not a passkey of that person; load the page again')
      }
      return asked
    default:
      return unreachable(asked)
  }
}

/** Does it, checked again: nothing stood still while the person reached for the passkey. */
export async function carryOut(
  { powers, people }: DeedParts,
  signed: SignedDeed,
): Promise<DeedDone> {
  const { deed, person: by } = signed.binding
  switch (deed.kind) {
    case 'mandate-grant':
      return { kind: deed.kind, mandate: await powers.grantMandate(deed.mandate, signed) }
    case 'ask-grant':
      return { kind: deed.kind, mandate: await powers.grantMandate(deed.mandate, signed) }
    case 'lease-issue':
      return { kind: deed.kind, ...(await powers.issueLease({ ...deed, by }, signed)) }
    case 'kill-lift':
      checkSame(powers.killOf(deed.agent).at, deed.since)
      await powers.liftKill(deed.agent, by, signed)
      return { kind: deed.kind }
    case 'resume':
      checkSame(powers.freezeOf(deed.agent).at, deed.since)
      await powers.resume(deed.agent, by, signed)
      return { kind: deed.kind }
    case 'passkey-revoke':
      await people.revoke(deed.passkey, signed)
      return { kind: deed.kind }
    default:
      return unreachable(deed)
  }
}

/** A stop that came after the one that the person saw is not lifted with it. */
function checkSame(at: Instant, seen: Instant): void {
  if (at === seen) return
  throw new Fault('deed-changed', 'it was stopped again since you looked; look at it again')
}
