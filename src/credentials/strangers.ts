import type { Concealed } from '../domain/concealed.ts'
import type { Stranger, StrangerCode } from '../domain/identity.ts'
import type { Standing } from '../domain/mandate.ts'
import type { Fall } from './lease-book.ts'

interface Text {
  readonly says: (name: string, detail: string) => string
  readonly instead: string
}

const anotherLease =
  'ask your operator for a lease: `holdpoint lease issue --agent NAME --mandate MANDATE`'

/** What a stranger is told, by code: why, and what to do next. */
const texts: Readonly<Record<StrangerCode, Text>> = {
  'no-lease': {
    says: () => 'no lease was presented',
    instead: `${anotherLease}, and put it where the provider's token would go`,
  },
  'unknown-lease': {
    says: () => 'what was presented is no lease of this Holdpoint',
    instead: `check that it is whole, or ${anotherLease}`,
  },
  'lease-expired': {
    says: (name, at) => `the lease ${name} expired at ${at}`,
    instead: anotherLease,
  },
  'lease-revoked': {
    says: (name) => `the lease ${name} was revoked`,
    instead: 'stop, and ask your operator why; a new lease is theirs to give',
  },
  'mandate-expired': {
    says: (name, at) => `the mandate ${name} expired at ${at}`,
    instead: 'ask your operator for a new mandate: `holdpoint mandate grant`',
  },
  'mandate-revoked': {
    says: (name) => `the mandate ${name} was revoked`,
    instead: 'stop, and ask your operator why; a new mandate is theirs to grant',
  },
  frozen: {
    says: (name, why) => `${name} is frozen: ${why}`,
    instead: 'stop; a person must look at it and let it go on: `holdpoint agent resume NAME`',
  },
  killed: {
    says: (name) => `the kill switch is pulled for ${name}`,
    instead: 'stop; only a person can lift it: `holdpoint kill --lift`',
  },
  'foreign-credential': {
    says: () => 'a credential that Holdpoint did not issue was used on a governed host',
    instead:
      'use your lease and nothing else; tell the person you work for where you found ' +
      'the credential, so that they can revoke it',
  },
  'two-leases': {
    says: () => 'two different leases were presented',
    instead: 'present one lease',
  },
  'misplaced-lease': {
    says: () => 'the lease is in the URL or a cookie, where others can read it',
    instead:
      "put it in the header where the provider's token would go, " +
      'and ask your operator to revoke it and issue another',
  },
}

export function strangerOf(
  { code, name, detail }: Fall,
  standing: Standing | null = null,
  foreign: Concealed | null = null,
): Stranger {
  const { says, instead } = texts[code]
  return { kind: 'stranger', code, says: says(name, detail), instead, standing, foreign }
}

export function stranger(
  code: StrangerCode,
  standing: Standing | null = null,
  foreign: Concealed | null = null,
): Stranger {
  return strangerOf({ code, name: '', detail: '' }, standing, foreign)
}
